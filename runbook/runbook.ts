/** The declared protocol of a measurement. Its hash goes into the file: two files compare only if it is the same. */

import { EXIT, Failure } from "../analysis/failure.ts";
import type { TargetChoice } from "./targets.ts";
import { WAKES } from "./wakes.ts";

export interface Runbook {
  readonly version: 1;
  readonly runs: number;
  /** Edges lie on the multiples of this, in ns, of CLOCK_REALTIME. */
  readonly period_ns: number;
  readonly trigger: "timer";
  /** A name of the table of wakes; `own` for a task that is woken by whatever wakes it. */
  readonly wake: string;
  /** self, comm:NAME, or pid: the number of a process is no part of a protocol. */
  readonly target: string;
  readonly load: "idle";
  /** Shift of offset_ns below which two sides count as equal, in ns. */
  readonly offset_margin_ns: number;
  /** The same for ttwu_to_tkread_ns. */
  readonly ttwu_to_tkread_margin_ns: number;
  readonly alpha: number;
}

const SHORTEST_PERIOD_NS = 1_000_000;
const LONGEST_PERIOD_NS = 3_600_000_000_000;

export interface Declared {
  readonly runs: number;
  readonly period_ns: number;
  /** undefined: timer for the built-in target. */
  readonly wake: string | undefined;
  readonly target: TargetChoice;
}

/**
 * The protocol that `probe run` declares.
 *
 * @throws Failure (usage) for values that no run can have
 */
export function declareRunbook(options: Declared): Runbook {
  const { runs, period_ns } = options;
  if (!Number.isSafeInteger(runs) || runs < 1) {
    throw new Failure(EXIT.usage, `--runs ${runs} is not a number of runs`, "give an integer of 1 or more");
  }
  if (!Number.isSafeInteger(period_ns) || period_ns < SHORTEST_PERIOD_NS || period_ns > LONGEST_PERIOD_NS) {
    throw new Failure(
      EXIT.usage,
      `--period of ${period_ns} ns cannot be kept`,
      "give a whole number of ns from 1ms to 60m, for example 1s",
    );
  }
  return {
    version: 1,
    runs,
    period_ns,
    trigger: "timer",
    wake: wakeOf(options),
    target: targetText(options.target),
    load: "idle",
    offset_margin_ns: 4_000_000,
    ttwu_to_tkread_margin_ns: 100_000,
    alpha: 0.05,
  };
}

function wakeOf({ wake, target }: Declared): string {
  if (target.kind !== "self") {
    if (wake === undefined) return "own";
    throw new Failure(
      EXIT.usage,
      `--wake ${wake} cannot wake a task that is not the built-in target`,
      "leave --wake out: such a task is followed when something wakes it",
    );
  }
  if (wake === undefined) return "timer";
  if (WAKES.some(({ name }) => name === wake)) return wake;
  throw new Failure(
    EXIT.usage,
    `--wake cannot be ${wake}`,
    `use ${WAKES.map(({ name }) => name).join(", ").replace(/, (\w+)$/, " or $1")}`,
  );
}

function targetText(target: TargetChoice): string {
  if (target.kind === "comm") return `comm:${target.comm}`;
  return target.kind;
}

/** The one spelling of a runbook that is hashed: a JSON object without spaces, its keys sorted by code unit. */
export function canonicalRunbook(runbook: Runbook): string {
  const sorted = Object.entries(runbook).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(Object.fromEntries(sorted));
}

/** SHA-256 of the canonical form, 64 lower-case hex digits. */
export async function runbookSha256(runbook: Runbook): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(canonicalRunbook(runbook)));
  return new Uint8Array(digest).toHex();
}
