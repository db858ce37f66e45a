/** The attributes of the target's thread, tried as each run will set them: the kernel alone knows what it gives. */

import { type AskedAttributes, AttributesError, type TaskAttributes } from "../../ffi/attributes.ts";
import type { NativeTarget } from "../../ffi/target.ts";
import { readMachineText } from "../machine/machine.ts";
import { attributesFailure } from "../machine/scheduling.ts";

/**
 * Refuses what is asked for and the kernel does not give, before anything waits or is changed for it.
 *
 * @throws Failure (cannot measure)
 */
export async function checkTargetAttributes(asked: AskedAttributes): Promise<void> {
  if (Object.values(asked).every((value) => value === null)) return;
  const { LIBTARGET } = await import("../../ffi/embedded.ts");
  const { openNativeLibrary } = await import("../../ffi/native_library.ts");
  const { NativeTarget } = await import("../../ffi/target.ts");
  const { nativeTimer } = await import("../../ffi/trigger.ts");
  const native = openNativeLibrary(LIBTARGET);
  await givenAttributes(new NativeTarget(native, { trigger: nativeTimer(native), attributes: asked }), asked);
}

/**
 * What the target has while it runs.
 *
 * @throws Failure (cannot measure) when the kernel does not give what is asked for
 */
async function givenAttributes(target: NativeTarget, asked: AskedAttributes): Promise<TaskAttributes> {
  try {
    return await target.attributes();
  } catch (error) {
    if (error instanceof AttributesError) throw attributesFailure(error, asked, readMachineText);
    throw error;
  }
}
