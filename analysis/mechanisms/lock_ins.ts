/**
 * Does a key decide: do the runs with one of its values lie near each other, on both sides alike, measured by how far they
 * lie from the runs with other values? The rules are in docs/verdicts.md.
 */

import { isOneFact, precedence, type Split } from "./keys.ts";
import type { LockInAnswer, LockInReason, LockInSide, LockInValue, LockInVerdict, Place } from "./lock_in.ts";
import { betweenShare } from "./sources.ts";
import { deferred, each, withFields } from "../lazy.ts";
import { isNearerWithin } from "./within.ts";
import {
  type LockInRules,
  VALUE_NEEDS,
  type ValueGroups,
  valueGroups,
  type ValueOnSide,
  valuesOnSide,
} from "./value_groups.ts";
import { both, cappedP, type FileSample } from "../sample/sample.ts";
import type { Pair } from "../sample/summary.ts";
import { betweenGroups } from "../stats/between_groups.ts";
import { holm } from "../stats/holm.ts";
import { NEARNESS_METHOD } from "../stats/nearness.ts";
import { madSorted } from "../stats/quantile.ts";

/** A split before the p-values of all values of all splits are adjusted together. */
interface Examined {
  readonly groups: ValueGroups;
  readonly sides: Pair<readonly ValueOnSide[]>;
}

/** A value on a side, its p-values adjusted in the families of all values of all splits on that side. */
interface Adjusted extends ValueOnSide {
  readonly pBelowHolm: number;
  readonly pAboveHolm: number;
}

const SIDES = [0, 1] as const;

/**
 * The answer of each split about one duration.
 *
 * @param samples of both sides
 */
export function lockInAnswers(
  splits: readonly Split[],
  samples: Pair<FileSample>,
  rules: LockInRules,
): LockInAnswer[] {
  const examined = splits.map((split): Examined => {
    const groups = valueGroups(split, samples);
    const of = (side: 0 | 1) => valuesOnSide(samples[side], groups, side, rules);
    return { groups, sides: [of(0), of(1)] };
  });
  const bySide = SIDES.map((side) => {
    const all = examined.flatMap(({ sides }) => sides[side]);
    const below = holm(all.map(({ below }) => below.p));
    const above = holm(all.map(({ pAbove }) => pAbove));
    return all.map((of, at): Adjusted => ({ ...of, pBelowHolm: below[at]!, pAboveHolm: above[at]! }));
  });
  const ofBoth = holm(bySide[0]!.map(({ below }, at) => Math.max(below.p, bySide[1]![at]!.below.p)));
  let at = 0;
  const values = examined.map(({ groups }) =>
    groups.values.map((value) => {
      const found = valueOf(value, [bySide[0]![at]!, bySide[1]![at]!], ofBoth[at]!, rules);
      at++;
      return found;
    })
  );
  const isLocked = values.map((of) => of.some(({ verdict }) => verdict === "LOCKS-IN"));
  return splits.map((split, index) => {
    const behind = splits.filter((other, place) =>
      place !== index && isLocked[place] && mayBeBehind(other, split)
    );
    return answered(split, examined[index]!.groups, values[index]!, behind, samples, rules);
  });
}

function valueOf(
  value: string,
  sides: Pair<Adjusted>,
  ofBoth: number,
  { alpha, marginNs }: LockInRules,
): LockInValue {
  const [a, b] = both(
    sides,
    ({ pBelowHolm, pAbove }): LockInSide["verdict"] =>
      pBelowHolm < alpha ? "LOCKS-IN" : pAbove < alpha ? "DOES-NOT" : "INCONCLUSIVE",
  );
  const isOpposed = (one: Adjusted, other: Adjusted) => one.pBelowHolm < alpha && other.pAboveHolm < alpha;
  const verdict = ofBoth < alpha
    ? "LOCKS-IN"
    : a === "DOES-NOT" && b === "DOES-NOT"
    ? "DOES-NOT"
    : isOpposed(sides[0], sides[1]) || isOpposed(sides[1], sides[0])
    ? "CONFOUNDED"
    : "INCONCLUSIVE";
  return {
    value,
    verdict,
    p_holm: ofBoth,
    get place() {
      return placeOf(sides, marginNs);
    },
    sides: [sideOf(sides[0], a, alpha), sideOf(sides[1], b, alpha)],
  };
}

function sideOf(
  { sorted, others, nearness, shift, below, pBelowHolm }: Adjusted,
  verdict: LockInSide["verdict"],
  alpha: number,
): LockInSide {
  const numbers = each<Pick<LockInSide, "mad_ns" | "ratio">>({
    mad_ns: () => madSorted(sorted),
    ratio: () => ({
      ratio: nearness.estimate,
      ci: nearness.interval(1 - 2 * alpha),
      method: NEARNESS_METHOD,
      notice: null,
    }),
  });
  const place = each<Pick<LockInSide, "shift_ns" | "shift_ci_ns">>({
    shift_ns: () => shift.estimate,
    shift_ci_ns: () => shift.interval,
  });
  const counts = { n: sorted.length, others_n: others.length };
  return withFields(
    withFields(withFields(counts, numbers), { below: { ...below, p_holm: pBelowHolm } }),
    withFields(place, { verdict }),
  );
}

/** On both sides alike, or it is open. */
function placeOf([a, b]: Pair<ValueOnSide>, marginNs: number | null): Place {
  if (marginNs === null) return "open";
  if (a.shift.isWithin(marginNs)) return b.shift.isWithin(marginNs) ? "same" : "open";
  const beyond = a.shift.beyond(marginNs);
  return beyond !== 0 && beyond === b.shift.beyond(marginNs) ? "other" : "open";
}

/** What was drawn at random has no other key behind it, and no key a part of itself. */
function mayBeBehind(other: Split, { keys }: Split): boolean {
  const isPart = other.keys.every(({ name }) => keys.some((key) => isOneFact(key.name, name)));
  return keys[0].kind !== "randomised" && !isPart && precedence(other.keys[0]) >= precedence(keys[0]);
}

function answered(
  split: Split,
  groups: ValueGroups,
  found: readonly LockInValue[],
  behind: readonly Split[],
  samples: Pair<FileSample>,
  rules: LockInRules,
): LockInAnswer {
  const hidden = new Set<string>();
  const values = found.map((of): LockInValue => {
    if (of.verdict !== "LOCKS-IN") return of;
    const code = split.values.indexOf(of.value) + 1;
    const notTold = behind.filter((other) => !isNearerWithin(split, code, other, samples, rules.alpha));
    for (const { keys: [{ name }] } of notTold) hidden.add(name);
    return notTold.length === 0 ? of : withFields(of, { verdict: "CONFOUNDED" } as const);
  });
  const said = {
    ...concluded(values, groups, [...hidden]),
    values,
    left_out_values: groups.leftOut.values,
    left_out_runs: groups.leftOut.runs,
  };
  return withFields(
    said,
    deferred(["between", "between_test"], () => between(groups, samples, rules.alpha)),
  );
}

function concluded(
  values: readonly LockInValue[],
  { missing }: ValueGroups,
  hidden: readonly string[],
): { readonly verdict: LockInVerdict; readonly reasons: readonly LockInReason[] } {
  if (values.some(({ verdict }) => verdict === "LOCKS-IN")) return { verdict: "LOCKS-IN", reasons: [] };
  if (hidden.length > 0) return { verdict: "CONFOUNDED", reasons: [{ code: "not_told_from", keys: hidden }] };
  const parted = values.filter(({ verdict }) => verdict === "CONFOUNDED").map((
    { value, sides },
  ): LockInReason => ({
    code: "value_on_one_side",
    value,
    side: sides[0].verdict === "LOCKS-IN" ? 0 : 1,
  }));
  if (parted.length > 0) return { verdict: "CONFOUNDED", reasons: parted };
  if (values.length === 0) {
    return missing.length > 0
      ? { verdict: "CONFOUNDED", reasons: missing.map((of) => ({ code: "group_missing", ...of })) }
      : { verdict: "INCONCLUSIVE", reasons: [{ code: "values_small", needs: VALUE_NEEDS }] };
  }
  const open = values.filter(({ verdict }) => verdict === "INCONCLUSIVE").map(({ value }) => value);
  return open.length === 0
    ? { verdict: "DOES-NOT", reasons: [] }
    : { verdict: "INCONCLUSIVE", reasons: [{ code: "values_open", values: open }] };
}

function between(
  { values, codes }: ValueGroups,
  samples: Pair<FileSample>,
  alpha: number,
): Pick<LockInAnswer, "between" | "between_test"> {
  const count = values.length + 1;
  const dealt = SIDES.map((side) => {
    const { sorted, order, rows } = samples[side];
    const groups: number[] = [];
    const kept = sorted.filter((_, at) => {
      const code = codes[side][rows[order[at]!]!]!;
      if (code > 0) groups.push(code - 1);
      return code > 0;
    });
    return { values: kept, groups };
  });
  const test = betweenGroups(dealt, count);
  const shares = dealt.map((one) => betweenShare(one.values, one.groups, count, alpha));
  return {
    between: [shares[0]!, shares[1]!],
    between_test: test === null
      ? null
      : { ...cappedP(test.p), p_capped: test.isSmallest || cappedP(test.p).p_capped, method: test.method },
  };
}
