/** What gives each run its edge. */

/** The part that the run loop knows. */
export interface Trigger {
  /** Time between edges, ns. */
  readonly periodNs: number;
  /** How long after an edge was due the target may take to return from its wait, ns. */
  readonly windowNs: bigint;
  /** Edges in a row that may fail to wake the target before the series is given up. */
  readonly patience: number;
  /** What is wrong, and what to do, when that many have. */
  readonly silence: { readonly found: string; readonly remedy: string };
  /** When the first edge at or after `earliest` is due; both in ns of CLOCK_REALTIME. */
  nextEdge(earliest: bigint): bigint;
}

/** Only a broken machine needs this long to wake a target that its own timer was set for. */
const TIMER_WINDOW_NS = 30_000_000_000n;

/** Edges on the multiples of the period on CLOCK_REALTIME. */
export function timerTrigger(periodNs: number): Trigger {
  return {
    periodNs,
    windowNs: TIMER_WINDOW_NS,
    patience: 1,
    silence: {
      found: `did not wake within ${TIMER_WINDOW_NS / 1_000_000_000n} s of its edge`,
      remedy: "check that the machine's timers work, then start again",
    },
    nextEdge: (earliest) => nextMultiple(earliest, BigInt(periodNs)),
  };
}

/** The first multiple of the period at or after `earliest`. */
export function nextMultiple(earliest: bigint, period: bigint): bigint {
  return (earliest + period - 1n) / period * period;
}
