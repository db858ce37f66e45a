/** One question: estimate, interval, tests and verdict, with refusals when the data are too few. */

import { contrast, shiftTestOf } from "./contrast.ts";
import { withFields } from "../lazy.ts";
import type { Exploration } from "./exploration.ts";
import { leaveOut } from "./leave_out.ts";
import { both, cappedP, INTERVAL_NEEDS, type Sample, TEST_NEEDS } from "../sample/sample.ts";
import type { Answer } from "./comparison.ts";
import type { Pair, PValue } from "../sample/summary.ts";
import { isDependent, orderTest, tooAlike } from "./order.ts";
import { checkSeries, isBimodal } from "../sample/series.ts";
import { type BootSpread, bootSpread } from "../sample/boots.ts";
import { type SerialShift, serialShift } from "../stats/block_bootstrap.ts";
import { NestedShift, UNITS_NEEDED } from "../stats/nested.ts";
import { equivalence } from "../stats/equivalence.ts";
import { inflationBy } from "../stats/share_of_median.ts";
import type { Margin } from "../units/margin.ts";
import { type Declared, marginNs } from "./limits.ts";
import { modeShares } from "../stats/mode_shares.ts";
import { countDifferences, countPairs } from "../stats/rank.ts";
import { runsToSettle } from "../stats/settling.ts";
import { ShiftTest } from "../stats/shift_test.ts";
import { tSurvival } from "../stats/special.ts";
import type { VerdictReason } from "./reasons.ts";
import { type Place, placeOf, type Verdict, verdictOf } from "./verdict.ts";

/** Probability with which the number of runs named would settle an answer. */
const SETTLING_POWER = 0.8;

/** The parts of an answer that exist before its verdict. */
type Numbers = Omit<Answer, "verdict" | "reasons" | "n_to_settle" | "leave_out" | "mix">;

/** A question's numbers, before the p-values of all questions are adjusted together. */
export interface Estimated {
  readonly numbers: Numbers;
  /** Null with too few runs. */
  readonly shiftTest: ShiftTest | null;
  /** How many times the shift's variance is taken, because the margin is as uncertain as A's median. */
  readonly uncertainty: number;
  /** How many times it is what it would be if runs did not depend on each other and the margin were certain. */
  readonly inflation: number;
}

/**
 * Computes a question's numbers. The order of the runs comes first: if it matters, blocks of runs are
 * resampled, and all intervals and p-values of the shift come from that.
 *
 * @param declared the question's margin
 */
export function estimate(
  samples: Pair<Sample>,
  declared: Declared,
  alpha: number,
  exploration: Exploration,
): Estimated {
  const sorted = both(samples, (sample) => sample.sorted);
  const shiftTest = shiftTestOf(sorted);
  const { margin } = declared;
  const { serial, refused, uncertainty, ...decisive } = decide(samples, margin, alpha, shiftTest);
  const shown = contrast(sorted, alpha, exploration, refused ? NO_INTERVAL : serial, shiftTest);
  const median = shown.median_ns[0];
  const percent = (ns: number) => (100 * ns) / median!;
  const isRelative = median !== null && median > 0;
  return {
    shiftTest,
    uncertainty,
    inflation: uncertainty *
      (serial === null || serial.blockLengths === null || shiftTest === null
        ? 1
        : inflationOf(serial, shiftTest)),
    numbers: withFields(shown, {
      margin_percent: margin.kind === "share" ? margin.percent : null,
      margin_to_median: isRelative && decisive.margin_ns !== null ? decisive.margin_ns / median : null,
      margin_source: declared.source,
      shift_percent: isRelative && shown.shift_ns !== null ? percent(shown.shift_ns) : null,
      shift_ci_percent: isRelative && shown.shift_ci_ns !== null ? both(shown.shift_ci_ns, percent) : null,
      ...decisive,
      block_lengths: serial?.blockLengths ?? null,
      modes: serial === null && decisive.tost !== null && decisive.series.some(isBimodal)
        ? modeShares(...sorted, 1 - alpha)
        : null,
    }),
  };
}

/**
 * What a verdict is based on: the order of the runs, the test of the shift and that of equivalence.
 *
 * @param shiftTest of the sorted samples
 */
export function decide(
  samples: Pair<Sample>,
  margin: Margin,
  alpha: number,
  shiftTest: ShiftTest | null = shiftTestOf(both(samples, (sample) => sample.sorted)),
) {
  const series = both(samples, checkSeries);
  const sorted = both(samples, (sample) => sample.sorted);
  const smaller = Math.min(sorted[0].length, sorted[1].length);
  const order = orderTest(series);
  const boots = both(samples, bootSpread);
  const refused = smaller >= INTERVAL_NEEDS && (fewBoots(boots) !== null || tooAlike(series) !== null);
  const serial = refused || shiftTest === null
    ? null
    : boots.some((of) => of !== null)
    ? new NestedShift(...samples, isDependent(order), shiftTest.differences)
    : isDependent(order)
    ? serialShift(...samples, undefined, shiftTest.differences)
    : null;
  const margin_ns = marginNs(margin, sorted[0]);
  const uncertainty = shiftTest === null ? 1 : uncertaintyOf(margin, shiftTest);
  return {
    margin_ns,
    /** How many times the shift's variance is taken, because the margin is as uncertain as A's median. */
    uncertainty,
    series,
    order,
    boots,
    /** Too few effective runs, or boots. */
    refused,
    serial,
    brunner_munzel: refused || shiftTest === null ? null : testOf(sorted, serial, shiftTest),
    tost: refused || shiftTest === null || smaller < INTERVAL_NEEDS || margin_ns === null
      ? null
      : tostOf(sorted, margin_ns, alpha, serial, uncertainty, shiftTest),
  };
}

/** As many times the variance of the shift as the margin needs. */
export function uncertaintyOf(margin: Margin, test: ShiftTest): number {
  return margin.kind === "duration" ? 1 : inflationBy(margin.percent / 100, test);
}

/** The side of too few boots to know how much they differ; null: none. */
function fewBoots(boots: Pair<BootSpread | null>): Extract<VerdictReason, { code: "few_boots" }> | null {
  const found = ([0, 1] as const).flatMap((side) => {
    const of = boots[side];
    return of === null || of.boots >= UNITS_NEEDED ? [] : [{ side, boots: of.boots }];
  });
  return found.length === 0 ? null : { code: "few_boots", ...found[0]!, needs: UNITS_NEEDED };
}

type Widened = SerialShift | NestedShift;

function inflationOf({ sigmaOfU }: SerialShift, test: ShiftTest): number {
  const { sortedA: a, sortedB: b } = test;
  const { ofA, ofB } = test.placements(test.estimate);
  return ofA + ofB === 0 ? 1 : (sigmaOfU / (a.length * b.length)) ** 2 / (ofA + ofB);
}

const NO_INTERVAL = { interval: () => null };

/** How the variance was found. */
function methodOf(serial: Widened): string {
  return `Student's t with the variance ${
    serial.blockLengths === null ? "between boots" : "of moving blocks"
  }`;
}

function testOf(
  [a, b]: Pair<Float64Array>,
  serial: Widened | null,
  shiftTest: ShiftTest,
): Answer["brunner_munzel"] {
  const { greater, equal } = countPairs(a, b);
  const u = greater + equal / 2;
  if (serial === null) return { u, ...cappedP(shiftTest.p), p_holm: null, method: shiftTest.method };
  if (serial.blockLengths === null) {
    return { u, ...cappedP(serial.p), p_holm: null, method: `Brunner-Munzel, ${methodOf(serial)}` };
  }
  const excess = Math.max(0, Math.abs(u - (a.length * b.length) / 2) - 0.5);
  const p = excess === 0 ? 1 : Math.min(1, 2 * tSurvival(excess / serial.sigmaOfU, serial.df));
  return { u, ...cappedP(p), p_holm: null, method: `Brunner-Munzel, ${methodOf(serial)}` };
}

function tostOf(
  [a, b]: Pair<Float64Array>,
  marginNs: number,
  alpha: number,
  serial: Widened | null,
  uncertainty: number,
  shiftTest: ShiftTest,
): Answer["tost"] {
  if (serial === null) {
    const test = uncertainty === 1 ? shiftTest : new ShiftTest(a, b, uncertainty);
    const { p, method } = equivalence(test, marginNs);
    const { low, high } = test.interval(1 - 2 * alpha);
    return { ...cappedP(p), ci_ns: [low, high], method };
  }
  const interval = serial.interval(1 - 2 * alpha, uncertainty);
  if (interval === null) return null;
  const found = {
    ci_ns: [interval.low, interval.high] as const,
    method: `TOST, Brunner-Munzel, ${methodOf(serial)}`,
  };
  if (serial.blockLengths === null) {
    const p = Math.max(serial.pAbove(-marginNs, uncertainty), serial.pBelow(marginNs, uncertainty));
    return { ...cappedP(p), ...found };
  }
  const middle = (a.length * b.length) / 2;
  const { below } = countDifferences(a, b, -marginNs);
  const { upTo } = countDifferences(a, b, marginNs);
  // Pairs on the wrong side of a margin must be far fewer than half of all.
  const far = Math.min(middle - below, upTo - middle) - 0.5;
  const sigma = serial.sigmaOfU * Math.sqrt(uncertainty);
  const p = sigma === 0 ? (far > 0 ? 0 : 1) : tSurvival(far / sigma, serial.df);
  return { ...cappedP(p), ...found };
}

/** What the answer depends on besides the question's own numbers. */
export interface Circumstances {
  readonly alpha: number;
  /** The p of the shift adjusted for the family, as if it were `p`; null when the question is not in the family. */
  readonly adjusted: ((p: number) => number) | null;
  /** Why the sides cannot be compared; empty when they can. */
  readonly confounded: readonly VerdictReason[];
  /** Why a side cannot be trusted; empty when both can. */
  readonly broken: readonly VerdictReason[];
}

/** The answer to a question. */
export function answer(
  { numbers: estimated, shiftTest, uncertainty, inflation }: Estimated,
  circumstances: Circumstances,
): Answer {
  const { alpha, adjusted, confounded, broken } = circumstances;
  const pHolm = adjusted === null || estimated.brunner_munzel === null
    ? null
    : adjusted(estimated.brunner_munzel.p);
  const test = estimated.brunner_munzel === null ? null : { ...estimated.brunner_munzel, p_holm: pHolm };
  const say = (
    verdict: Verdict,
    reasons: readonly VerdictReason[],
    n_to_settle: number | null = null,
  ): Answer =>
    withFields(estimated, {
      brunner_munzel: test,
      verdict,
      reasons,
      n_to_settle,
      leave_out: null,
      mix: null,
    });
  if (confounded.length > 0) return say("CONFOUNDED", confounded);
  if (broken.length > 0) return say("NO-DATA", broken);
  const [nA, nB] = estimated.n;
  const isNested = estimated.boots.some((of) => of !== null);
  const few = Math.min(nA, nB) < INTERVAL_NEEDS ? null : fewBoots(estimated.boots);
  if (few !== null) return say("INCONCLUSIVE", [few]);
  const alike = Math.min(nA, nB) < INTERVAL_NEEDS ? null : tooAlike(estimated.series);
  if (alike !== null) {
    const { effective_n } = estimated.series[alike];
    const n = estimated.n[alike];
    return say(
      "INCONCLUSIVE",
      [{ code: "few_effective_runs", side: alike, n, effective_n, needs: INTERVAL_NEEDS }],
      Math.ceil(
        INTERVAL_NEEDS * Math.max(...estimated.series.map((of, side) => estimated.n[side]! / of.effective_n)),
      ),
    );
  }
  const margin = estimated.margin_ns;
  if (margin === null && Math.min(nA, nB) >= INTERVAL_NEEDS) {
    return say("NO-DATA", [{
      code: "no_margin",
      percent: estimated.margin_percent!,
      median_ns: estimated.median_ns[0]!,
    }]);
  }
  const isWidened = isNested || estimated.block_lengths !== null;
  if (estimated.tost === null && isWidened && Math.min(nA, nB) >= INTERVAL_NEEDS) {
    return say("INCONCLUSIVE", [{ code: isNested ? "boots_apart" : "runs_alike" }]);
  }
  if (estimated.tost === null || margin === null) {
    const few = { code: "few_runs", n: estimated.n } as const;
    return test === null
      ? say("NO-DATA", [{ ...few, lacks: "test", needs: TEST_NEEDS }])
      : say("INCONCLUSIVE", [{ ...few, lacks: "interval", needs: INTERVAL_NEEDS }], INTERVAL_NEEDS);
  }
  const place = placeOf(estimated.tost.ci_ns, margin);
  const isSignificant = pHolm !== null && pHolm < alpha;
  const verdict = verdictOf(place, isSignificant);
  const isOpen = verdict === "INCONCLUSIVE";
  // With as many runs as there are it is not settled.
  const fewest = Math.ceil(2 / (1 / nA + 1 / nB)) + 1;
  const needed = isOpen && shiftTest !== null && !isNested
    ? runsToSettle(shiftTest, { margin, alpha, power: SETTLING_POWER, inflation }, fewest)
    : null;
  const significant = isSignificant ? { p: pHolm!, p_capped: test!.p_capped } : null;
  return withFields(
    say(verdict, isOpen ? reasonsFor(place, margin, significant, needed, isNested) : [], needed),
    {
      leave_out: leaveOut(
        shiftTest!,
        {
          marginNs: margin,
          uncertainty,
          alpha,
          bound: isNested ? "nested" : estimated.block_lengths === null ? null : "not_exchangeable",
          adjusted: adjusted ?? ((p) => p),
        },
        verdict,
      ),
    },
  );
}

/** Why an answer is open, and what is known all the same. */
function reasonsFor(
  place: Place,
  marginNs: number,
  significant: PValue | null,
  needed: number | null,
  isNested: boolean,
): VerdictReason[] {
  if (place === "outside") return [{ code: "not_significant" }];
  return [
    {
      code: place === "touches" ? "interval_touches_margin" : "interval_crosses_margin",
      margin_ns: marginNs,
      significant,
    },
    ...isNested
      ? [{ code: "more_boots" } as const]
      : needed === null
      ? [{ code: "near_margin" } as const]
      : [],
  ];
}
