/** Comparisons as tidy CSV: one row per question and stratum, the whole sample first. Empty: not known. */

import { answersOf, type Comparison, type Contrast, type Stratum } from "../../compare/comparison.ts";
import { OF_STRATA, WHOLES } from "../../compare/questions.ts";
import type { LockInValue } from "../../mechanisms/lock_in.ts";
import type { MechanismAnswer, MechanismSide } from "../../mechanisms/mechanism.ts";
import type { Outliers, Pair } from "../../sample/summary.ts";
import { csvText, type Line } from "../layout/csv.ts";
import { joined } from "../said.ts";
import { keyReason } from "./key_reasons.ts";
import { lettersOf, reasonInWords } from "./reasons.ts";

/** Times in ns; `adjustment` names the method that gave `p_adjusted`. */
export function compareCsv(comparisons: readonly Comparison[]): string {
  return csvText(comparisons.flatMap(linesOf));
}

/**
 * `part` is whole, asked (by --question), stratum, stratified (the common shift of all strata of the key), key (its
 * verdict), or locks_in: of a key, and of each of its values against the others.
 */
function linesOf(comparison: Comparison): Line[] {
  const [a, b] = comparison.sides;
  const letters = lettersOf(comparison);
  const words = (reason: Stratum["reason"]) => reason === null ? null : reasonInWords(reason, letters).text;
  const begin = [["side", b.side], ["a_file", a.file], ["b_file", b.file]] as const;
  const whole = answersOf(comparison).map(({ name, answer, isAsked }): Line => {
    const test = answer.brunner_munzel;
    return [
      ...begin,
      ...place(
        name,
        isAsked ? "asked" : "whole",
        null,
        null,
        answer.verdict,
        joined(answer.reasons.map((reason) => reasonInWords(reason, letters)), "; ").text,
      ),
      ...contrast(answer),
      ...censored([a.timeout, b.timeout], [a.aborted, b.aborted]),
      ...p(test?.p, test?.p_capped, test?.p_holm, "Holm", test?.method),
      ...relative(answer.shift_percent, answer.margin_percent),
      ...limits(answer.margin_ns, answer.tost?.ci_ns, answer.tost?.p, answer.n_to_settle),
      ...groupRatios(),
    ];
  });
  const strata = comparison.strata.flatMap(({ key, groups, stratified }): Line[] => [
    ...groups.map((group): Line => [
      ...begin,
      ...place(OF_STRATA.name, "stratum", key, group.value, group.verdict, words(group.reason)),
      ...contrast(group),
      ...censored(group.timeout, group.aborted),
      ...p(
        group.brunner_munzel?.p,
        group.brunner_munzel?.p_capped,
        group.brunner_munzel?.p_bh,
        "BH",
        group.brunner_munzel?.method,
      ),
      ...relative(),
      ...limits(),
      ...groupRatios(),
    ]),
    ...stratified.map(({ question, n, shift_ns, shift_ci_ns, direction, van_elteren: test }): Line => [
      ...begin,
      ...place(question, "stratified", key, null, null, null),
      ...contrast({ n, shift_ns, shift_ci_ns, direction }),
      ...censored(),
      ...p(test.p, test.p_capped, test.p_bh, "BH", test.method),
      ...relative(),
      ...limits(),
      ...groupRatios(),
    ]),
  ]);
  return [...whole, ...strata, ...keyLines(comparison, begin), ...lockLines(comparison, begin)];
}

/** One row for each key and question: it has no shift, and its ratio is that of the sides' ratios. */
function keyLines(comparison: Comparison, begin: Line): Line[] {
  const { keys, spread_ratio } = comparison.mechanisms;
  const letters = lettersOf(comparison);
  return keys.flatMap((key) =>
    WHOLES.map(({ name }): Line => {
      const { verdict, reasons, sides, interaction } = key[name];
      const [{ groups }] = key.keys;
      const words = reasons.map((reason) => keyReason(reason, String, spread_ratio, letters));
      return [
        ...begin,
        ...place(
          name,
          "key",
          key.keys.map(({ name }) => name).join(","),
          `${groups[1]} over ${groups[0]}`,
          verdict,
          joined(words, "; ").text,
        ),
        ...contrast({
          n: [sides[0].n[0] + sides[0].n[1], sides[1].n[0] + sides[1].n[1]],
          shift_ns: null,
          shift_ci_ns: null,
          direction: null,
        }),
        ...censored(),
        ...p(null, null, null, "Holm", interaction?.ratio.method ?? null),
        ...relative(),
        ...limits(),
        ...groupRatios(sides, interaction),
      ];
    })
  );
}

/** One row for each key and question, and one for each value in it, with its ratio of distances on each side. */
function lockLines(comparison: Comparison, begin: Line): Line[] {
  const letters = lettersOf(comparison);
  const { keys, spread_ratio } = comparison.mechanisms;
  return keys.flatMap((key) =>
    WHOLES.flatMap(({ name }): Line[] => {
      const { verdict, reasons, values } = key[name].lock_in;
      const names = key.keys.map(({ name }) => name).join(",");
      const words = joined(
        reasons.map((reason) => keyReason(reason, String, spread_ratio, letters)),
        "; ",
      ).text;
      const line = (
        value: string | null,
        verdict: string,
        reason: string | null,
        of: LockInValue | null,
      ): Line => [
        ...begin,
        ...place(name, "locks_in", names, value, verdict, reason),
        ...contrast({
          n: of === null ? comparison[name].n : [of.sides[0].n, of.sides[1].n],
          mad_ns: of === null ? [null, null] : [of.sides[0].mad_ns, of.sides[1].mad_ns],
          shift_ns: null,
          shift_ci_ns: null,
          direction: null,
        }),
        ...censored(),
        ...p(null, null, of?.p_holm, "Holm", of?.sides[0].ratio.method ?? null),
        ...relative(),
        ...limits(),
        ...groupRatios(
          of === null ? undefined : [
            { ratio: of.sides[0].ratio, beyond: of.sides[0].below },
            { ratio: of.sides[1].ratio, beyond: of.sides[1].below },
          ],
        ),
      ];
      return [
        line(null, verdict, words, null),
        ...values.map((of) => line(of.value, of.verdict, null, of)),
      ];
    })
  );
}

/** Ratios of the MADs of a key's groups, on each side and between the sides, with intervals of 1 - 2 alpha. */
function groupRatios(
  sides?: Pair<Pick<MechanismSide, "ratio" | "beyond">>,
  between: MechanismAnswer["interaction"] = null,
): Line {
  const of = (name: string, found: Pick<MechanismSide, "ratio" | "beyond"> | null): Line => [
    [`group_ratio_${name}`, found?.ratio?.ratio ?? null],
    [`group_ratio_${name}_low`, found?.ratio?.ci[0] ?? null],
    [`group_ratio_${name}_high`, found?.ratio?.ci[1] ?? null],
    [`group_ratio_${name}_p_holm`, found?.beyond?.p_holm ?? null],
  ];
  return [...of("a", sides?.[0] ?? null), ...of("b", sides?.[1] ?? null), ...of("b_over_a", between)];
}

function place(
  question: string,
  part: string,
  key: string | null,
  stratum: string | null,
  verdict: string | null,
  reason: string | null,
): Line {
  return [
    ["question", question],
    ["part", part],
    ["key", key],
    ["stratum", stratum],
    ["verdict", verdict],
    ["reason", reason === "" ? null : reason],
  ];
}

function contrast(
  of: Partial<Contrast> & Pick<Contrast, "n" | "shift_ns" | "shift_ci_ns" | "direction">,
): Line {
  const ratio = of.spread?.mad_ratio ?? null;
  const test = of.spread?.test ?? null;
  return [
    ...pair("n", "", of.n),
    ...pair("median", "_ns", of.median_ns),
    ...pair("iqr", "_ns", of.iqr_ns),
    ...pair("mad", "_ns", of.mad_ns),
    ...pair("p95", "_ns", of.p95_ns),
    ...pair("p99", "_ns", of.p99_ns),
    ...pair(
      "outliers",
      "",
      of.outliers === undefined ? undefined : [
        outliers(of.outliers[0]),
        outliers(of.outliers[1]),
      ],
    ),
    ["thin", of.thin ?? null],
    ["shift_ns", of.shift_ns],
    ["shift_low_ns", of.shift_ci_ns?.[0] ?? null],
    ["shift_high_ns", of.shift_ci_ns?.[1] ?? null],
    ["direction", of.direction],
    ["cliffs_delta", of.cliffs_delta ?? null],
    ["mad_ratio", ratio?.ratio ?? null],
    ["mad_ratio_low", ratio?.ci[0] ?? null],
    ["mad_ratio_high", ratio?.ci[1] ?? null],
    ["spread_p", test?.p ?? null],
    ["spread_p_bh", test?.p_bh ?? null],
  ];
}

function outliers(found: Outliers | null): number | null {
  return found === null ? null : found.far_below + found.below + found.above + found.far_above;
}

function censored(timeout?: Pair<number>, aborted?: Pair<number>): Line {
  return [...pair("timeout", "", timeout), ...pair("aborted", "", aborted)];
}

function p(
  value: number | null = null,
  capped: boolean | null = null,
  adjusted: number | null = null,
  adjustment: string,
  method: string | null = null,
): Line {
  return [
    ["p", value],
    ["p_capped", capped],
    ["p_adjusted", adjusted],
    ["adjustment", adjusted === null ? null : adjustment],
    ["method", method],
  ];
}

/** In percent of A's median. */
function relative(shift: number | null = null, margin: number | null = null): Line {
  return [["shift_percent", shift], ["margin_percent", margin]];
}

function limits(
  margin: number | null = null,
  ci: Pair<number> | null = null,
  tost: number | null = null,
  settle: number | null = null,
): Line {
  return [
    ["margin_ns", margin],
    ["tost_low_ns", ci?.[0] ?? null],
    ["tost_high_ns", ci?.[1] ?? null],
    ["tost_p", tost],
    ["n_to_settle", settle],
  ];
}

function pair(name: string, unit: string, values: Pair<number | null> = [null, null]): Line {
  return [[`${name}_a${unit}`, values[0]], [`${name}_b${unit}`, values[1]]];
}
