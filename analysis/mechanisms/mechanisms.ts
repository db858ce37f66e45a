/**
 * One mechanism or two: the two groups of runs that each key makes, by the ratio of their spreads and the shift between
 * their places, on each side alone. The rules are in docs/verdicts.md.
 */

import {
  type GroupSample,
  groupSamples,
  GroupShift,
  type Judged,
  judged,
  ratioOfSpreads,
  type Rules,
} from "./groups.ts";
import { deferred, once, withFields } from "../lazy.ts";
import type { Split } from "./keys.ts";
import type {
  MechanismAnswer,
  MechanismReason,
  MechanismSide,
  MechanismVerdict,
  TwoWay,
} from "./mechanism.ts";
import { type Direction, isToldFrom } from "./within.ts";
import { groupShares } from "./sources.ts";
import { both, cappedP, type FileSample, INTERVAL_NEEDS } from "../sample/sample.ts";
import type { Pair } from "../sample/summary.ts";
import { holm } from "../stats/holm.ts";
import { twoWaySpread } from "../stats/two_way_spread.ts";

/** A split before the p-values of all splits are adjusted together. */
interface Examined {
  readonly groups: Pair<Pair<GroupSample>>;
  readonly sides: Pair<Judged | null>;
  readonly interaction: Judged | null;
  readonly shares: Pair<() => MechanismSide["shares"]>;
}

/** Adjusted p-values, beside what they are of. */
type AdjustedP = readonly (number | null)[];

const SIDES = [0, 1] as const;

/**
 * The answer of each split about one duration.
 *
 * @param samples of both sides
 */
export function mechanismAnswers(
  splits: readonly Split[],
  samples: Pair<FileSample>,
  rules: Rules,
): MechanismAnswer[] {
  const examined = splits.map((split) => examine(split, samples, rules));
  // A family for each side, and one for their disagreement: the keys are what is searched through.
  const adjusted = SIDES.map((side) => adjustedOf(examined.map(({ sides }) => sides[side]))) as [
    AdjustedP,
    AdjustedP,
  ];
  const ofInteraction = adjustedOf(examined.map(({ interaction }) => interaction));
  const answers = examined.map((one, index) =>
    concluded(splits[index]!, one, [adjusted[0][index]!, adjusted[1][index]!], ofInteraction[index]!, rules)
  );
  return answers.map((answer, index) => apart(answer, index, answers, splits, samples, rules));
}

function examine(split: Split, samples: Pair<FileSample>, rules: Rules): Examined {
  const groups = SIDES.map((side) => groupSamples(samples[side], split.codes[side], 2, side)) as unknown as [
    Pair<GroupSample>,
    Pair<GroupSample>,
  ];
  const sides = groups.map((pair) => judged(ratioOfSpreads(pair), rules)) as [Judged | null, Judged | null];
  const [ofA, ofB] = [ratioOfSpreads(groups[0]), ratioOfSpreads(groups[1])];
  const interaction = ofA === null || ofB === null
    ? null
    : judged([...ofB, ...ofA.map(([factor, of]) => [-factor as 1 | -1, of] as const)], rules);
  const shares = both(
    SIDES,
    (side) => once(() => groupShares(samples[side], split.codes[side], rules.alpha)),
  );
  return { groups, sides, interaction, shares };
}

function adjustedOf(found: readonly (Judged | null)[]): AdjustedP {
  const family = found.filter((one) => one !== null);
  const adjusted = holm(family.map(({ beyond }) => beyond.p));
  return found.map((one) => one === null ? null : adjusted[family.indexOf(one)]!);
}

function concluded(
  split: Split,
  { groups, sides: found, interaction: between, shares }: Examined,
  pHolm: Pair<number | null>,
  pOfInteraction: number | null,
  rules: Rules,
): MechanismAnswer {
  const sides = SIDES.map((side) => sideOf(groups[side], found[side], pHolm[side], shares[side], rules)) as [
    MechanismSide,
    MechanismSide,
  ];
  const interaction = between === null || pOfInteraction === null
    ? null
    : { ratio: between.ratio, beyond: { ...between.beyond, p_holm: pOfInteraction } };
  const [a, b] = sides;
  const answer = (
    verdict: MechanismVerdict,
    reasons: readonly MechanismReason[],
    wider: string | null = null,
  ): MechanismAnswer =>
    withFields(
      { verdict, reasons, wider, sides, interaction },
      deferred(["two_way"], () => ({ two_way: twoWay(groups) })),
    );
  const missing = SIDES.flatMap((side) =>
    split.keys[0].groups.flatMap((group, index): MechanismReason[] =>
      sides[side].n[index as 0 | 1] === 0 && sides[1 - side as 0 | 1].n[index as 0 | 1] > 0
        ? [{ code: "group_missing", group, side }]
        : []
    )
  );
  if (missing.length > 0) return answer("CONFOUNDED", missing);
  const isTwo = (side: MechanismSide) => side.verdict === "TWO";
  if (isTwo(a) && isTwo(b)) {
    const [inA, inB] = [widerOf(a), widerOf(b)];
    return inA === inB
      ? answer("TWO", [], split.keys[0].groups[inA])
      : answer("CONFOUNDED", [{ code: "sides_opposite" }]);
  }
  const disagrees = between !== null && between.isBeyond && pOfInteraction! < rules.alpha;
  for (const side of SIDES) {
    const other = sides[1 - side as 0 | 1];
    if (isTwo(sides[side]) && (other.verdict === "ONE" || disagrees)) {
      return answer("CONFOUNDED", [{ code: "sides_disagree", two: side }]);
    }
  }
  if (a.verdict === "ONE" && b.verdict === "ONE") return answer("ONE", []);
  return answer("INCONCLUSIVE", together(SIDES.flatMap((side) => whyOpen(split, sides[side], side, rules))));
}

function twoWay([[a1, a2], [b1, b2]]: Examined["groups"]): TwoWay | null {
  const found = twoWaySpread([a1.sorted, a2.sorted, b1.sorted, b2.sorted]);
  return found === null ? null : { f: found.f, df1: found.df1, df2: found.df2, ...cappedP(found.p) };
}

function sideOf(
  [first, second]: Pair<GroupSample>,
  found: Judged | null,
  pHolm: number | null,
  shares: () => MechanismSide["shares"],
  { alpha, marginNs }: Rules,
): MechanismSide {
  const shift = new GroupShift([first, second], alpha);
  const isTwo = found !== null && found.isBeyond && pHolm! < alpha;
  const isOne = !isTwo && found !== null && found.isInside && marginNs !== null && shift.isWithin(marginNs);
  return {
    n: [first.sorted.length, second.sorted.length],
    mad_ns: [first.mad_ns, second.mad_ns],
    ratio: found?.ratio ?? null,
    beyond: found === null ? null : { ...found.beyond, p_holm: pHolm! },
    get shift_ns() {
      return shift.estimate;
    },
    get shift_ci_ns() {
      return shift.interval;
    },
    get shares() {
      return shares();
    },
    verdict: isTwo ? "TWO" : isOne ? "ONE" : "INCONCLUSIVE",
  };
}

/** Index of the group with the larger spread. */
function widerOf({ ratio }: MechanismSide): 0 | 1 {
  return ratio!.ratio > 1 ? 1 : 0;
}

function whyOpen(
  { keys: [{ groups }] }: Split,
  { n, mad_ns, ratio, verdict }: MechanismSide,
  side: 0 | 1,
  { spreadRatio }: Rules,
): MechanismReason[] {
  if (verdict !== "INCONCLUSIVE") return [];
  const small = ([0, 1] as const).filter((index) => n[index] < INTERVAL_NEEDS);
  if (small.length > 0) {
    return small.map((index) => ({ code: "group_small", group: groups[index], side, needs: INTERVAL_NEEDS }));
  }
  const flat = ([0, 1] as const).filter((index) => mad_ns[index] === 0);
  if (flat.length > 0) {
    return flat.map((index) => ({ code: "group_without_spread", group: groups[index], side }));
  }
  const [low, high] = ratio?.ci ?? [null, null];
  const isInside = low !== null && high !== null && low > 1 / spreadRatio && high < spreadRatio;
  return isInside ? [{ code: "places_differ", side }] : [{ code: "ratio_open", sides: [side] }];
}

/** What is open on both sides is one reason. */
function together(reasons: readonly MechanismReason[]): readonly MechanismReason[] {
  const isOpen = ({ code }: MechanismReason) => code === "ratio_open";
  return reasons.length === 2 && reasons.every(isOpen) ? [{ code: "ratio_open", sides: SIDES }] : reasons;
}

/** A TWO that another key, itself TWO, may be behind: it stays only if it holds among runs that are alike in that one. */
function apart(
  answer: MechanismAnswer,
  index: number,
  answers: readonly MechanismAnswer[],
  splits: readonly Split[],
  samples: Pair<FileSample>,
  { alpha }: Rules,
): MechanismAnswer {
  const split = splits[index]!;
  // What was drawn at random has no other key behind it.
  if (answer.verdict !== "TWO" || split.keys.some(({ kind }) => kind === "randomised")) return answer;
  const direction: Direction = answer.wider === split.keys[0].groups[1] ? 1 : -1;
  const behind = splits.filter((other, at) =>
    at !== index && answers[at]!.verdict === "TWO" && !isToldFrom(split, other, samples, direction, alpha)
  );
  if (behind.length === 0) return answer;
  const keys = behind.map(({ keys: [first] }) => first.name);
  return withFields(answer, { verdict: "CONFOUNDED", reasons: [{ code: "not_told_from", keys }] } as const);
}
