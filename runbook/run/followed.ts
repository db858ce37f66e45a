/** The followed task and its attributes. These are tried or read, because only the kernel knows them. */

import type { Attributes } from "../../analysis/result/attributes.ts";
import type { TaskFact } from "../../analysis/result/meta.ts";
import { type AskedAttributes, AttributesError, type TaskAttributes } from "../../ffi/attributes.ts";
import type { NativeLibrary } from "../../ffi/native_library.ts";
import type { Inside, NativeTarget } from "../../ffi/target.ts";
import { metaAttributes, readTaskAttributes, type Tells } from "../machine/attributes.ts";
import { readMachineText } from "../machine/machine.ts";
import { attributesFailure } from "../machine/scheduling.ts";
import type { LoopClock, Target } from "./loop.ts";
import type { OpenTrigger } from "./trigger_device.ts";

export interface Followed {
  readonly target: Target & Pick<LoopClock, "realtimeNow">;
  /** null: another task, which has ended. */
  readonly attributes: Attributes | null;
}

/** @throws Failure (cannot measure) when the kernel refuses the built-in target what is asked for */
export async function builtInTarget(
  native: NativeLibrary,
  { native: trigger, trigger: { periodNs } }: OpenTrigger,
  asked: AskedAttributes,
  inside: Inside,
  machine: Tells,
): Promise<Followed> {
  const { armedLeadNs, NativeTarget } = await import("../../ffi/target.ts");
  const target = new NativeTarget(native, {
    trigger,
    inside,
    leadNs: armedLeadNs(periodNs),
    attributes: asked,
  });
  return { target, attributes: metaAttributes(await givenAttributes(target, asked), "self", machine) };
}

/** An existing task keeps its attributes. */
export async function existingTarget(
  native: NativeLibrary,
  { native: trigger }: OpenTrigger,
  { pid }: TaskFact,
  inside: Inside,
  machine: Tells,
): Promise<Followed> {
  const { ExistingTarget } = await import("../../ffi/target.ts");
  const own = readTaskAttributes(machine.read, `${pid}`);
  return {
    target: new ExistingTarget(native, pid, trigger, inside),
    attributes: own === null ? null : metaAttributes(own, `${pid}`, machine),
  };
}

/**
 * Refuses attributes that the kernel does not give, before the program waits or changes anything.
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

/** @throws Failure (cannot measure) */
async function givenAttributes(target: NativeTarget, asked: AskedAttributes): Promise<TaskAttributes> {
  try {
    return await target.attributes();
  } catch (error) {
    if (error instanceof AttributesError) throw attributesFailure(error, asked, readMachineText);
    throw error;
  }
}
