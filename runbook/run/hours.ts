/** The hours of a runbook: when a run may begin, and what happens at other times. */

import { codeOfInterruption, EXIT, Failure } from "../../analysis/failure.ts";
import type { LoopClock } from "./loop.ts";
import { ANY } from "../protocol/settings.ts";
import type { Trigger } from "./triggers.ts";

const NS_PER_HOUR = 3_600_000_000_000n;
const NS_PER_MINUTE = 60_000_000_000n;
const HOURS_PER_DAY = 24n;

/** How long it may take to notice that the clock was set. */
const LONGEST_SLEEP_NS = NS_PER_MINUTE;

/**
 * When the hours next allow a run: `now` itself when they do.
 *
 * @param hours of a runbook: `any`, or `22-05` for 22:00:00 to 04:59:59 UTC
 * @param now ns of CLOCK_REALTIME, like the result
 */
export function nextOpening(hours: string, now: bigint): bigint {
  if (hours === ANY) return now;
  const [from, to] = hours.split("-").map(BigInt) as [bigint, bigint];
  const begun = now / NS_PER_HOUR;
  const sinceOpening = (begun + HOURS_PER_DAY - from) % HOURS_PER_DAY;
  const length = (to + HOURS_PER_DAY - from) % HOURS_PER_DAY;
  return sinceOpening < length ? now : (begun + HOURS_PER_DAY - sinceOpening) * NS_PER_HOUR;
}

export interface Waiting {
  /** false: refuse outside the hours (--no-wait). */
  readonly allowed: boolean;
  say(message: string): void;
}

/**
 * Waits until the hours allow a run.
 *
 * @throws Failure when waiting is not allowed, or was interrupted
 */
export async function waitForHours(
  hours: string,
  clock: LoopClock,
  interrupt: AbortSignal,
  waiting: Waiting,
): Promise<void> {
  let announced: bigint | null = null;
  while (!interrupt.aborted) {
    const now = clock.realtimeNow();
    const opening = nextOpening(hours, now);
    if (opening === now) return;
    if (opening !== announced) announce(hours, opening, now, waiting);
    announced = opening;
    const ns = opening - now < LONGEST_SLEEP_NS ? opening - now : LONGEST_SLEEP_NS;
    await clock.sleep(Math.ceil(Number(ns) / 1e6), interrupt);
  }
  throw new Failure(
    codeOfInterruption(interrupt),
    `interrupted while waiting for the runbook's hours ${hours} UTC`,
    "nothing was measured; start again",
  );
}

/**
 * The trigger without the edges that lie outside the hours.
 *
 * @returns a trigger whose nextEdge() throws Failure when waiting is not allowed
 */
export function withinHours(hours: string, trigger: Trigger, waiting: Waiting): Trigger {
  if (hours === ANY) return trigger;
  let announced: bigint | null = null;
  return {
    ...trigger,
    nextEdge(earliest) {
      for (let edge = trigger.nextEdge(earliest);;) {
        const opening = nextOpening(hours, edge);
        if (opening === edge) return edge;
        if (opening !== announced) announce(hours, opening, earliest, waiting);
        announced = opening;
        trigger.pause();
        edge = trigger.nextEdge(opening);
      }
    },
  };
}

function announce(hours: string, opening: bigint, now: bigint, { allowed, say }: Waiting): void {
  const at = new Date(Number(opening / 1_000_000n)).toISOString().slice(0, 16).replace("T", " ");
  const closed = `outside the runbook's hours ${hours} UTC`;
  if (allowed) {
    say(`${closed}: waiting until ${at} UTC, ${duration(opening - now)} from now`);
    return;
  }
  throw new Failure(
    EXIT.failed,
    `${closed}, which begin at ${at}`,
    "start again then, or leave --no-wait out to wait",
  );
}

/** `5 h 3 min`, rounded up. */
function duration(ns: bigint): string {
  const minutes = (ns + NS_PER_MINUTE - 1n) / NS_PER_MINUTE;
  return minutes < 60n ? `${minutes} min` : `${minutes / 60n} h ${minutes % 60n} min`;
}
