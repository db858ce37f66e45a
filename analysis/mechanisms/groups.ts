/** Groups of runs of one side: their samples, each resampled once, and what spreads and places say of each other. */

import type { Ratio } from "../sample/ratio.ts";
import { type FileSample, INTERVAL_NEEDS, samplesByGroup } from "../sample/sample.ts";
import type { Pair, PValue } from "../sample/summary.ts";
import {
  type Contrast,
  contrasted,
  type LogMad,
  logMad,
  ratioInterval,
  ratioTail,
  withoutTicks,
} from "../stats/log_mad.ts";
import { ShiftTest } from "../stats/shift_test.ts";
import { madSorted } from "../stats/quantile.ts";
import { DEFAULT_SEED } from "../stats/random.ts";

/** What the verdicts rest on. */
export interface Rules {
  readonly alpha: number;
  /** Ratio of spreads, above 1, up to which groups count as spread alike. */
  readonly spreadRatio: number;
  /** Largest shift that still counts as the same place, in ns; null: there is none. */
  readonly marginNs: number | null;
}

export interface GroupSample {
  /** ns, ascending. */
  readonly sorted: Float64Array;
  /** Null for a group without a run. */
  readonly mad_ns: number | null;
  /** Null with fewer than INTERVAL_NEEDS values or a MAD of 0. */
  readonly spread: LogMad | null;
}

/**
 * A sample dealt into groups, those with the codes 1 to `groups`.
 *
 * @param side of the sample: the resamples of two sides are independent
 */
export function groupSamples(
  sample: FileSample,
  codes: ArrayLike<number>,
  groups: number,
  side: 0 | 1,
): GroupSample[] {
  return samplesByGroup(sample, codes, groups + 1).slice(1).map((sorted, index) => {
    const mad_ns = sorted.length === 0 ? null : madSorted(sorted);
    const spread = sorted.length < INTERVAL_NEEDS || mad_ns === 0
      ? null
      : logMad(withoutTicks(sorted), DEFAULT_SEED + groups * side + index);
    return { sorted, mad_ns, spread };
  });
}

/** The ratio of the second group's spread over that of the first, as a contrast; null where one has none. */
export function ratioOfSpreads([first, second]: Pair<GroupSample>): Contrast | null {
  return first.spread === null || second.spread === null ? null : [[1, second.spread], [-1, first.spread]];
}

/** A ratio against the limits. */
export interface Judged {
  /** With confidence 1 - 2 alpha. */
  readonly ratio: Ratio;
  /** Of the ratio lying within the limits, from the side on which it lies. */
  readonly beyond: PValue;
  /** The interval lies outside of the limits. */
  readonly isBeyond: boolean;
  /** It lies between them. */
  readonly isInside: boolean;
}

/** @returns null where a MAD is 0 */
export function judged(contrast: Contrast | null, { alpha, spreadRatio }: Rules): Judged | null {
  const found = contrast === null ? null : contrasted(contrast);
  if (found === null) return null;
  const { estimate, low, high, method, notice } = ratioInterval(found, 1 - 2 * alpha);
  const above = ratioTail(found, spreadRatio, "above");
  const below = ratioTail(found, 1 / spreadRatio, "below");
  const { p, isSmallest } = above.p < below.p ? above : below;
  return {
    ratio: { ratio: estimate!, ci: [low, high], method, notice },
    beyond: { p, p_capped: isSmallest },
    isBeyond: (low !== null && low > spreadRatio) || (high !== null && high < 1 / spreadRatio),
    isInside: low !== null && high !== null && low > 1 / spreadRatio && high < spreadRatio,
  };
}

/** How far the second group lies from the first, in ns; worked out when it is asked for. */
export class GroupShift {
  readonly #test: ShiftTest | null;
  readonly #confidence: number;

  constructor([{ sorted: first }, { sorted: second }]: Pair<Pick<GroupSample, "sorted">>, alpha: number) {
    this.#test = Math.min(first.length, second.length) < INTERVAL_NEEDS ? null : new ShiftTest(first, second);
    this.#confidence = 1 - 2 * alpha;
  }

  /** Null with too few runs, as the interval. */
  get estimate(): number | null {
    return this.#test === null ? null : this.#test.estimate;
  }

  /** With confidence 1 - 2 alpha. */
  get interval(): Pair<number> | null {
    if (this.#test === null) return null;
    const { low, high } = this.#test.interval(this.#confidence);
    return [low, high];
  }

  /** The side of the margin on which that interval lies: 1 above, -1 below; 0 where it does not lie beyond it. */
  beyond(marginNs: number): 1 | 0 | -1 {
    if (this.#test === null) return 0;
    if (this.#test.isAbove(marginNs, this.#confidence)) return 1;
    return this.#test.isBelow(-marginNs, this.#confidence) ? -1 : 0;
  }

  /** Whether that interval lies inside the margin. */
  isWithin(marginNs: number): boolean {
    return this.#test !== null && this.#test.isAbove(-marginNs, this.#confidence) &&
      this.#test.isBelow(marginNs, this.#confidence);
  }
}
