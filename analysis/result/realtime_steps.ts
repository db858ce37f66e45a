/** Runs during which CLOCK_REALTIME was set, by hand or by a time daemon. */

/**
 * Two readings of both clocks differ by less than this, in ns, even in a guest that is scheduled late. Both
 * clocks are slewed alike, so a larger difference is a step.
 */
const LEAST_STEP_NS = 100_000;

export class RealtimeSteps {
  /** Whether any run recorded it. */
  observed = false;
  runs = 0;
  /** The step that is farthest from 0, in ns. */
  largestNs = 0;

  /** @param ns realtime_step_ns of a run */
  add(ns: number): void {
    this.observed = true;
    if (Math.abs(ns) < LEAST_STEP_NS) return;
    this.runs++;
    if (Math.abs(ns) > Math.abs(this.largestNs)) this.largestNs = ns;
  }
}
