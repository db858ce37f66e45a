/** Guests for kernel tests: a stock Debian kernel in a QEMU that has been seen to run it. */

import assert from "node:assert/strict";
import { fetchKernel, type KernelName } from "../../build/debian/kernels.ts";
import { findQemu } from "../../build/debian/qemu.ts";
import { guestArchitecture } from "../../guest/qemu/arch.ts";
import { type Guest, type GuestOptions, startGuest } from "../../guest/vm/boot.ts";
import { GuestLost } from "../../guest/qemu/guest_process.ts";

/** The oldest and the newest stable kernel that the project promises to measure at the full tier. */
export const PROMISED_KERNELS = ["bookworm-cloud", "trixie-cloud"] as const satisfies readonly KernelName[];

/**
 * 7.3 once panicked while probes were being attached (int3 in a trampoline): when several threads emulate it,
 * they do not always see patches of kernel text in order. QEMU uses the first accelerator named.
 */
export const PATCHED_ALONE: ReadonlySet<KernelName> = new Set(["trixie-backports-cloud"]);
const ONE_THREAD = ["-accel", "tcg,thread=single"];

/** In a guest: the available clocksources, and the current one. */
export const CLOCKSOURCE_FOLDER = "/sys/devices/system/clocksource/clocksource0";

/**
 * 5.10 registers tsc once it has refined its rate, a second or more after the boot, and has tsc-early until
 * then; it silently ignores a name that it does not know yet.
 */
const TSC_REGISTERED =
  `until tr ' ' '\\n' <${CLOCKSOURCE_FOLDER}/available_clocksource | grep -qx tsc; do sleep 0.2; done`;

const say = (message: string) => console.error(message);

/**
 * Boots `kernel` (downloaded when the cache lacks it; an error when it is not available), on this machine's architecture
 * with a usable TSC:
 * `await using guest = await kernelGuest("trixie-cloud", { files: [...] })`.
 *
 * @param alone whether one thread emulates all CPUs
 */
export async function kernelGuest(
  kernel: KernelName,
  options: Omit<GuestOptions, "qemu" | "kernel"> = {},
  alone: boolean = PATCHED_ALONE.has(kernel) && options.architecture === undefined,
): Promise<Guest> {
  const { architecture = Deno.build.arch } = options;
  const found = await findQemu({ architecture, onProgress: say });
  const qemu = alone ? { ...found, args: [...found.args, ...ONE_THREAD] } : found;
  const { vmlinuz } = await fetchKernel(kernel, { architecture, onProgress: say });
  const start = () =>
    startGuest({
      ...options,
      qemu,
      kernel: vmlinuz,
      kernelArgs: [...guestArchitecture(architecture).clockArguments, ...options.kernelArgs ?? []],
    });
  // An emulated CPU may lose an interrupt and never get it, see EmulationLost: a kernel then stands still,
  // once in hundreds of boots.
  const guest = await start().catch((error) => {
    if (!(error instanceof GuestLost && error.loss === "silent")) throw error;
    say(`${kernel} did not boot, once more: ${error.found}`);
    return start();
  });
  try {
    if (options.architecture === undefined) await awaitTsc(guest);
    return guest;
  } catch (error) {
    await guest[Symbol.asyncDispose]();
    throw error;
  }
}

async function awaitTsc(guest: Guest): Promise<void> {
  const { code, stderr } = await guest.run(["sh", "-c", TSC_REGISTERED], { timeoutMs: 300_000 });
  assert.equal(code, 0, stderr);
}
