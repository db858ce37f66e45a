/** Every number of a question, with the method that gave it. */

import type { Answer, Comparison } from "../../compare/comparison.ts";
import { isDependent } from "../../compare/order.ts";
import { order } from "../measured.ts";
import type { Finding } from "../model.ts";
import {
  confidence,
  exact,
  exploredP,
  interval,
  marginInWords,
  plain,
  pValue,
  say,
  shift,
  signed,
  statistic,
  times,
} from "../said.ts";
import { difference, madRatioInterval, madRatioName, shiftInterval, type Sides } from "./sides.ts";

type Part = Omit<Finding, "topic" | "of" | "what"> & Partial<Pick<Finding, "of" | "what">>;

function finding(topic: string, part: Part): Finding {
  return { topic, of: null, what: null, ...part };
}

export function findingsOf(answer: Answer, comparison: Comparison, sides: Sides): Finding[] {
  return [
    ...shiftFindings(answer, sides),
    ...orderFindings(answer, sides),
    ...testFindings(answer, comparison),
    ...spreadFindings(answer, sides),
    ...shapeFindings(answer),
  ];
}

function shiftFindings(answer: Answer, sides: Sides): Finding[] {
  return [
    finding(`shift ${difference(sides)}`, {
      value: shift(answer.shift_ns),
      certainty: say`${shiftInterval(answer.shift_ci_ns, sides)}, margin ${marginInWords(answer)}`,
      method: plain(answer.shift_method ?? "no interval"),
    }),
    finding("Cliff's delta", {
      value: signed(answer.cliffs_delta),
      certainty: null,
      method: plain("exact, from U"),
    }),
  ];
}

/** What was checked before the tests. */
function orderFindings(
  { series, order: test, block_lengths: blocks }: Answer,
  { letters }: Sides,
): Finding[] {
  const topic = "run order";
  const [a, b] = letters;
  return [
    ...series.flatMap((checks, side) => order(topic, letters[side]!, checks)),
    ...test === null ? [] : [finding(topic, {
      value: blocks === null
        ? plain(isDependent(test) ? "not exchangeable" : "exchangeable")
        : Math.max(...blocks) === 1
        ? plain("not exchangeable, resampled run by run")
        : say`not exchangeable, resampled in blocks of ${exact(blocks[0])} (${a}) and ${
          exact(blocks[1])
        } (${b}) runs`,
      certainty: pValue(test),
      method: plain(test.method),
    })],
  ];
}

function testFindings(answer: Answer, { alpha, holm_family, asked, asked_family }: Comparison): Finding[] {
  const { brunner_munzel: test, tost } = answer;
  const family = asked.some((one) => one.answer === answer) ? asked_family : holm_family;
  const found: Finding[] = [];
  if (test !== null) {
    const holm = test.p_holm === null
      ? "not in the Holm family"
      : say`Holm ${pValue({ p: test.p_holm, p_capped: test.p_capped })} in a family of ${exact(family)}`;
    found.push(finding("shift test", {
      value: say`U = ${statistic(test.u)}`,
      certainty: say`${pValue(test)}, ${holm}`,
      method: plain(test.method),
    }));
  }
  if (tost !== null) {
    found.push(finding("equivalence", {
      value: null,
      certainty: say`${pValue(tost)}, ${confidence(2 * alpha)} interval ${interval(tost.ci_ns)}`,
      method: plain(tost.method),
    }));
  }
  return found;
}

/** What is printed on the spread besides the ratio and the deciding test. */
export const CROSS_CHECKS: readonly (string | null)[] = ["Brown-Forsythe", "Fligner-Killeen"];

function spreadFindings({ spread }: Answer, sides: Sides): Finding[] {
  const { mad_ratio: ratio, direction, test, brown_forsythe: bf, fligner_killeen: fk } = spread;
  const topic = "spread";
  return [
    ...ratio === null ? [] : [finding(topic, {
      what: madRatioName(sides),
      value: times(ratio.ratio),
      certainty: madRatioInterval(ratio, direction, sides),
      method: plain(ratio.notice === null ? ratio.method : `${ratio.method}; ${ratio.notice}`),
    })],
    ...test === null ? [] : [finding(topic, {
      what: "equal spread",
      value: null,
      certainty: exploredP(test),
      method: plain(test.method),
    })],
    ...crossChecks(topic, bf, fk),
  ];
}

/** Further tests of equal spread; they do not decide. */
export function crossChecks(
  topic: string,
  bf: Answer["spread"]["brown_forsythe"],
  fk: Answer["spread"]["fligner_killeen"],
): Finding[] {
  return [
    ...bf === null ? [] : [finding(topic, {
      what: "Brown-Forsythe",
      value: say`F = ${statistic(bf.f)}`,
      certainty: pValue(bf),
      method: say`F distribution, df ${exact(bf.df1)} and ${exact(bf.df2)}`,
    })],
    ...fk === null ? [] : [finding(topic, {
      what: "Fligner-Killeen",
      value: say`chi2 = ${statistic(fk.chi_square)}`,
      certainty: pValue(fk),
      method: say`by ranks, df ${exact(fk.df)}`,
    })],
  ];
}

function shapeFindings({ kolmogorov_smirnov: ks, anderson_darling: ad }: Answer): Finding[] {
  const topic = "distribution";
  return [
    ...ks === null ? [] : [
      finding(topic, {
        value: say`D = ${statistic(ks.d)}`,
        certainty: exploredP(ks),
        method: plain(ks.method),
      }),
    ],
    ...ad === null ? [] : [finding(topic, {
      value: say`A2 = ${statistic(ad.a2)}`,
      certainty: exploredP(ad),
      method: plain(ad.method),
    })],
  ];
}
