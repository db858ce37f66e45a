/** Runs in which somebody set CLOCK_REALTIME, by hand or as a time daemon does. */

/**
 * Two readings of both clocks are less apart than this, in ns, also in a guest that is not scheduled at once. The
 * clocks are slewed alike: what is beyond was a step.
 */
const LEAST_STEP_NS = 100_000;

export class RealtimeSteps {
  /** Whether any run tells of it. */
  observed = false;
  runs = 0;
  /** The one that is farthest from 0, in ns. */
  largestNs = 0;

  /** @param ns realtime_step_ns of a run */
  add(ns: number): void {
    this.observed = true;
    if (Math.abs(ns) < LEAST_STEP_NS) return;
    this.runs++;
    if (Math.abs(ns) > Math.abs(this.largestNs)) this.largestNs = ns;
  }
}
