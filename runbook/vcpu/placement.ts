/** Where the threads of a throwaway guest's vCPUs may run on this machine. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import type { Placement } from "../../analysis/result/columns.ts";
import { cpuMask } from "../../ffi/attributes.ts";
import { errnoName } from "../../system/errno.ts";
import { readTaskAttributes } from "../machine/attributes.ts";
import { readMachineText } from "../machine/machine.ts";
import { openNativeParts } from "../probes/native_parts.ts";
import { kernelFolders } from "./host_side.ts";
import { vcpuThreads } from "./threads.ts";

/**
 * - free: all CPUs that this process may use;
 * - pinned: one of them for each vCPU, in turn when there are fewer than vCPUs;
 * - half: the first half of them for all vCPUs.
 *
 * @param vcpu from 0
 * @param allowed at least one
 */
export function cpusFor(placement: Placement, vcpu: number, allowed: readonly number[]): readonly number[] {
  switch (placement) {
    case "free":
      return allowed;
    case "pinned":
      return [allowed[vcpu % allowed.length]!];
    case "half":
      return allowed.slice(0, Math.max(1, Math.floor(allowed.length / 2)));
  }
}

/**
 * Refuses what makes no difference on this machine, before anything is measured.
 *
 * @param allowed CPUs that this process may use; null: not known
 * @throws Failure (cannot measure)
 */
export function checkPlacements(vcpus: string, allowed: readonly number[] | null = allowedHere()): void {
  if (vcpus === "free" || (allowed !== null && allowed.length > 1)) return;
  throw new Failure(
    EXIT.cannotMeasure,
    allowed === null
      ? `the runbook's vcpus are ${vcpus}, and it is not known which CPUs probe may use`
      : `the runbook's vcpus are ${vcpus}, and probe may use CPU ${allowed.join()} alone: all placements are one there`,
    allowed === null ? "mount /proc" : "leave vcpus out, or allow more CPUs (taskset, cpuset)",
  );
}

/**
 * Places the vCPUs of a QEMU of this process.
 *
 * @throws Failure when a thread cannot be placed
 */
export async function placeVcpus(process: number, placement: Placement): Promise<void> {
  const { native } = await openNativeParts();
  const threads = vcpuThreads(process, kernelFolders(native));
  const allowed = allowedHere();
  const refuse = (found: string) =>
    new Failure(EXIT.failed, `cannot place the guest's vCPUs: ${found}`, "leave vcpus out of the runbook");
  if (threads === null || threads.size === 0) throw refuse("none of its threads is known to run one");
  if (allowed === null) throw refuse("it is not known which CPUs probe may use");
  for (const [thread, vcpu] of threads) {
    const cpus = cpusFor(placement, vcpu, allowed);
    const mask = cpuMask(cpus);
    const errno = native.symbols.keep_thread_on_cpus(thread, mask, mask.length);
    if (errno !== 0) throw refuse(`vCPU ${vcpu} on CPU ${cpus.join(", ")}: ${errnoName(errno)}`);
  }
}

function allowedHere(): readonly number[] | null {
  return readTaskAttributes(readMachineText, "self")?.cpus ?? null;
}
