/** Pulses of this machine's PPS device as the edges of a VM that has none. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { foreseenText } from "../../runbook/protocol/foreseen.ts";
import type { CounterScale } from "../../runbook/vcpu/clock_map.ts";
import { sampleHost } from "../../runbook/vcpu/host_side.ts";
import { PulseWatch } from "../../runbook/vcpu/pulse_watch.ts";
import type { Doctored } from "./doctored.ts";
import type { Vm } from "./vm.ts";

export type { PulseWatch } from "../../runbook/vcpu/pulse_watch.ts";

/** @param device is disposed with the watch */
export function watchPulses(
  native: Parameters<typeof sampleHost>[0],
  device: ConstructorParameters<typeof PulseWatch>[0],
): PulseWatch {
  // The clocks are only compared with each other here: which namespace's CLOCK_MONOTONIC it is makes no difference.
  return new PulseWatch(device, () => sampleHost(native, 0n));
}

/**
 * What the VM's edges are, said before anything is measured.
 *
 * @param pulses of this machine's device; null: another trigger
 * @param there what the VM reports
 * @param isNamed whether the VM's process on this machine is known, or will be
 * @returns the pulses that are to be foreseen for it; null: its trigger is its own
 * @throws Failure (cannot measure) when it has no device and its clocks cannot be known here
 */
export function foreseenFor(
  { who, notFollowed }: Pick<Vm, "who" | "notFollowed">,
  pulses: PulseWatch | null,
  there: Pick<Doctored, "checks">,
  isNamed: boolean,
  tell: (line: string) => void,
): PulseWatch | null {
  if (pulses === null) return null;
  if (there.checks.some(({ id, outcome }) => id === "pps" && outcome === "yes")) {
    tell(`${who} has a PPS device, and takes its pulses from there`);
    return null;
  }
  const why = isNamed ? notFollowed : "its process on this machine is not named";
  if (why !== null) throw unforeseeable(who, why, isNamed ? "" : ", or name its process with --vm");
  tell(`${who} has no PPS device: its timer stands for the pulses of ${pulses.path}, as foreseen`);
  return pulses;
}

/** @throws Failure (cannot measure) when nothing can be followed on this machine */
export function requireFollowing({ who }: Pick<Vm, "who">, unable: string | null): void {
  if (unable !== null) throw unforeseeable(who, unable, "");
}

function unforeseeable(who: string, why: string, otherwise: string): Failure {
  return new Failure(
    EXIT.cannotMeasure,
    `${who} has no PPS device, and pulses cannot be foreseen for it: ${why}`,
    `give it such a device, or use the timer${otherwise}`,
  );
}

/**
 * Arguments for `probe run` in the VM, once enough pulses have come.
 *
 * @param scale of the VM's counter, or why that is not known: then its host's clock must do, by ptp_kvm
 * @throws Failure when no pulse comes any more
 */
export async function foreseenArguments(
  pulses: PulseWatch,
  scale: CounterScale | string,
  interrupt: AbortSignal,
  tell: (line: string) => void,
): Promise<string[]> {
  if (typeof scale === "string") {
    tell(`the pulses are foreseen on this machine's clock, by ptp_kvm: ${scale}`);
  }
  return [
    "--foreseen",
    foreseenText(await pulses.foresee(typeof scale === "string" ? null : scale, interrupt)),
  ];
}
