/**
 * When the pulses of a VM's host come: what `probe ab` foresees of them and passes to `probe run` in the VM, on a clock
 * that the VM can read.
 */

import { EXIT, Failure } from "../../analysis/failure.ts";

/**
 * - counter: ticks of the VM's own counter;
 * - host: ns of its host's CLOCK_REALTIME, as ptp_kvm gives it.
 */
const CLOCKS = ["counter", "host"] as const;

export interface Foreseen {
  readonly clock: (typeof CLOCKS)[number];
  /** Where that clock stands at a pulse. */
  readonly at: bigint;
  /** How far it goes from one pulse to the next; above 0. */
  readonly period: number;
}

/** The spelling that {@linkcode parseForeseen} reads. */
export function foreseenText({ clock, at, period }: Foreseen): string {
  return `${clock}:${at}+${period.toFixed(3)}`;
}

/** @throws Failure (usage) */
export function parseForeseen(text: string): Foreseen {
  const [, name, at = "", every = ""] = /^(\w+):(\d{1,19})\+(\d{1,15}(?:\.\d{1,3})?)$/.exec(text) ?? [];
  const clock = CLOCKS.find((clock) => clock === name);
  const period = Number(every);
  if (clock !== undefined && period > 0) return { clock, at: BigInt(at), period };
  throw new Failure(
    EXIT.usage,
    `"${text}" does not say when pulses come`,
    `probe ab gives it, as ${CLOCKS.join(" or ")}:AT+PERIOD`,
  );
}
