/**
 * Two samples against each other: shift, effect, spread and shape, with refusals when the data are too few.
 */

import { deferred, once, withFields } from "../lazy.ts";
import type { Exploration } from "./exploration.ts";
import { INTERVAL_NEEDS, summarise, TEST_NEEDS } from "../sample/sample.ts";
import { type RatioInterval, sideSpread } from "./spread.ts";
import { type Bins, binsOver } from "../sample/histogram.ts";
import type { Contrast, Direction } from "./comparison.ts";
import type { Pair } from "../sample/summary.ts";
import { andersonDarling } from "../stats/anderson_darling.ts";
import type { SerialShift } from "../stats/block_bootstrap.ts";
import { cliffsDelta } from "../stats/cliffs_delta.ts";
import { hodgesLehmann } from "../stats/hodges_lehmann.ts";
import { kolmogorovSmirnov } from "../stats/kolmogorov_smirnov.ts";
import { ShiftTest } from "../stats/shift_test.ts";

/**
 * @param samples sorted ascending, in ns
 * @param serial what replaces the usual interval when the order of the runs matters, else null
 * @param shiftTest of the samples, where more is asked of it
 * @param bins of the histogram, where others are to have the same
 * @param ofRatio whether the ratio of the MADs gets an interval
 */
export function contrast(
  samples: Pair<Float64Array>,
  alpha: number,
  exploration: Exploration,
  serial: Pick<SerialShift, "interval"> | null,
  shiftTest: ShiftTest | null = shiftTestOf(samples),
  bins: Bins | null = binsOver(samples),
  ofRatio: RatioInterval = "resampled",
): Contrast {
  const [a, b] = samples;
  const smaller = Math.min(a.length, b.length);
  const shift = once(() => shiftTest?.estimate ?? (smaller === 0 ? null : hodgesLehmann(a, b)));
  const interval = once(() => smaller < INTERVAL_NEEDS ? null : (serial ?? shiftTest)!.interval(1 - alpha));
  const ends = once((): Pair<number> | null => {
    const found = interval();
    return found === null ? null : [found.low, found.high];
  });
  const direction = once(() =>
    serial === null && shiftTest !== null && smaller >= INTERVAL_NEEDS
      ? directionBy(shiftTest, 1 - alpha)
      : directionOf(ends())
  );
  const shown = withFields(summarise(samples, bins), {
    get shift_ns() {
      return shift();
    },
    get shift_ci_ns() {
      return ends();
    },
    get shift_method() {
      return interval() === null ? null : `Hodges-Lehmann, ${interval()!.method}`;
    },
    get direction() {
      return direction();
    },
    get cliffs_delta() {
      return smaller === 0 ? null : cliffsDelta(a, b);
    },
    spread: sideSpread(samples, alpha, exploration, ofRatio),
  });
  return withFields(shown, shapes(samples, exploration));
}

/** Null where there are too few runs for it. */
export function shiftTestOf(samples: Pair<Float64Array>): ShiftTest | null {
  return Math.min(samples[0].length, samples[1].length) < TEST_NEEDS ? null : new ShiftTest(...samples);
}

function shapes(
  [a, b]: Pair<Float64Array>,
  exploration: Exploration,
): Pick<Contrast, "kolmogorov_smirnov" | "anderson_darling"> {
  if (Math.min(a.length, b.length) < TEST_NEEDS) return { kolmogorov_smirnov: null, anderson_darling: null };
  return deferred(
    ["kolmogorov_smirnov", "anderson_darling"],
    exploration.later(() => shapesOf(a, b, exploration)),
  );
}

function shapesOf(a: Float64Array, b: Float64Array, exploration: Exploration) {
  const ks = kolmogorovSmirnov(a, b);
  const ad = andersonDarling([a, b]);
  const largest = ad.pCeiling < 1 && ad.p === ad.pCeiling ? `, p is ${ad.pCeiling} or more` : "";
  return {
    kolmogorov_smirnov: exploration.add(ks.p, null, { d: ks.d, method: ks.method }),
    anderson_darling: ad.t === null || ad.p === null ? null : exploration.add(ad.p, ad.pFloor, {
      a2: ad.a2,
      t: ad.t,
      method: `${ad.method}${largest}`,
    }),
  };
}

/** Where the interval of that confidence lies, which need not be known for it. */
function directionBy(test: ShiftTest, confidence: number): Direction {
  if (test.isAbove(0, confidence)) return "later";
  return test.isBelow(0, confidence) ? "earlier" : "unclear";
}

/** Where an interval of the shift lies. */
export function directionOf(interval: Pair<number> | null): Direction | null {
  if (interval === null) return null;
  if (interval[0] > 0) return "later";
  return interval[1] < 0 ? "earlier" : "unclear";
}
