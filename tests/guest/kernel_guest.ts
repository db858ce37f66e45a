/** Guests for kernel tests: a stock Debian kernel in a QEMU that is known to run it. */

import { fetchKernel, type KernelName } from "../../build/kernels.ts";
import { findQemu } from "../../build/qemu.ts";
import { type Guest, type GuestOptions, startGuest } from "../../guest/boot.ts";

/** The oldest and the newest stable kernel that the project promises to measure at the full tier. */
export const PROMISED_KERNELS = ["bookworm-cloud", "trixie-cloud"] as const satisfies readonly KernelName[];

const say = (message: string) => console.error(message);

/**
 * Boots `kernel` (downloaded when the cache lacks it; an error when it cannot be had) with a usable TSC:
 * `await using guest = await kernelGuest("trixie-cloud", { files: [...] })`.
 */
export async function kernelGuest(
  kernel: KernelName,
  options: Omit<GuestOptions, "qemu" | "kernel"> = {},
): Promise<Guest> {
  const qemu = await findQemu({ onProgress: say });
  const { vmlinuz } = await fetchKernel(kernel, { onProgress: say });
  return await startGuest({
    ...options,
    qemu,
    kernel: vmlinuz,
    kernelArgs: ["tsc=reliable", ...options.kernelArgs ?? []],
  });
}
