/**
 * The longest time that a CPU may take to leave its idle state, set through /dev/cpu_dma_latency
 * (kernel/power/qos.c): the smallest value that any program requests while it holds the file open. So the
 * kernel undoes our request however this process ends.
 */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { NO_LATENCY_LIMIT_US } from "../../analysis/result/attributes.ts";
import type { SystemAccess } from "./system_change.ts";

export const CPU_LATENCY_DEVICE = "/dev/cpu_dma_latency";

/** The value in force, us: a binary s32. null: the kernel has no such device, or it is not readable. */
export function cpuLatencyUs({ readBytes }: Pick<SystemAccess, "readBytes">): number | null {
  const bytes = readBytes(CPU_LATENCY_DEVICE);
  if (bytes === null || bytes.length < 4) return null;
  return new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, IS_LITTLE);
}

const IS_LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * Refuses a value that is not available.
 *
 * @throws Failure (cannot measure) when it cannot or may not be held, or another program holds a lower one
 */
export function checkCpuLatency(wantedUs: number, changesAllowed: boolean, access: SystemAccess): void {
  const foundUs = cpuLatencyUs(access);
  if (foundUs === null) {
    throw new Failure(
      EXIT.cannotMeasure,
      `the runbook wants a CPU latency of ${wantedUs} us, and ${CPU_LATENCY_DEVICE} is missing or cannot be read`,
      "run as root, on a kernel with CONFIG_CPU_IDLE, or leave it out",
    );
  }
  if (foundUs < wantedUs) throw heldLower(wantedUs, foundUs);
  if (foundUs === wantedUs || changesAllowed) return;
  const found = foundUs === NO_LATENCY_LIMIT_US ? "none is asked for" : `it is ${foundUs} us`;
  throw new Failure(
    EXIT.cannotMeasure,
    `the runbook wants a CPU latency of ${wantedUs} us, and ${found}`,
    `let it be held for the measurement with --allow-system-changes, or hold ${CPU_LATENCY_DEVICE} open with it`,
  );
}

/**
 * Holds it until disposed.
 *
 * @throws Failure (cannot measure) when the kernel refuses it, or another program holds a lower one
 */
export function holdCpuLatency(wantedUs: number, access: SystemAccess): Disposable {
  const bytes = new Uint8Array(new Int32Array([wantedUs]).buffer);
  const held = access.hold(CPU_LATENCY_DEVICE, bytes);
  if (held === null) {
    throw new Failure(
      EXIT.cannotMeasure,
      `cannot hold ${CPU_LATENCY_DEVICE} at ${wantedUs} us: it cannot be opened or written`,
      "run as root, or leave it out",
    );
  }
  const foundUs = cpuLatencyUs(access);
  if (foundUs === null || foundUs === wantedUs) {
    access.say(`holding the CPU latency at ${wantedUs} us until the end`);
    return held;
  }
  held[Symbol.dispose]();
  throw heldLower(wantedUs, foundUs);
}

function heldLower(wantedUs: number, foundUs: number): Failure {
  return new Failure(
    EXIT.cannotMeasure,
    `the runbook wants a CPU latency of ${wantedUs} us, another program holds ${CPU_LATENCY_DEVICE} at ${foundUs} us`,
    `end that one (lsof ${CPU_LATENCY_DEVICE} names it), or declare "${foundUs}us"`,
  );
}
