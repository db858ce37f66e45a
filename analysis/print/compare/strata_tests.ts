/**
 * Tests over the strata of a key: the shift independent of the mix of strata, and whether the strata spread
 * alike.
 */

import type { SpreadTest, Stratification } from "../../compare/comparison.ts";
import { TEST_NEEDS } from "../../sample/sample.ts";
import type { Finding, Said } from "../model.ts";
import { exploredP, joined, plain, say, shift, sizes, statistic } from "../said.ts";
import { reasonInWords } from "./reasons.ts";
import { crossChecks } from "./findings.ts";
import { directionInWords, shiftInterval, type Sides } from "./sides.ts";

/** Equality of spread between strata. */
export interface ToldSpread {
  readonly title: string;
  readonly says: Said;
  /** The deciding test, for both sides and for each; then the tests it is checked against. */
  readonly findings: readonly Finding[];
}

export function stratifiedShifts({ stratified }: Stratification, sides: Sides): Finding[] {
  return stratified.flatMap((found): Finding[] => {
    const { question: of, strata, n, van_elteren: test } = found;
    const topic = `shift within ${strata} strata`;
    return [
      {
        topic,
        of,
        what: "shift",
        value: shift(found.shift_ns),
        certainty: say`${shiftInterval(found.shift_ci_ns, sides)}, ${
          directionInWords(found.direction, sides)
        }`,
        method: say`${found.shift_method}; n ${sizes(n)}`,
      },
      {
        topic,
        of,
        what: "van Elteren",
        value: test.t === null ? null : say`t = ${statistic(test.t)}`,
        certainty: exploredP(test),
        method: plain(test.method),
      },
    ];
  });
}

export function strataSpread({ spread }: Stratification, { letters: [a, b] }: Sides): ToldSpread {
  const { test, brown_forsythe: bf, fligner_killeen: fk, side_tests, sides, verdict, reason } = spread;
  const title = "spread between strata";
  if (test === null && fk === null && side_tests.every((one) => one === null)) {
    return {
      title,
      says: plain(`NO-DATA, two strata with ${TEST_NEEDS} different runs each are needed`),
      findings: [],
    };
  }
  const both = `${a} and ${b} about their medians`;
  const decides = (topic: string, one: typeof test): Finding[] =>
    one === null ? [] : [{
      topic,
      of: null,
      what: null,
      value: null,
      certainty: exploredP(one),
      method: plain(one.method),
    }];
  const alone = [`${a} alone`, `${b} alone`];
  return {
    title,
    says: joined([plain(verdict), reason === null ? null : reasonInWords(reason, [a, b])], " "),
    findings: [
      ...decides(both, test),
      ...side_tests.flatMap((one, side) => decides(alone[side]!, one)),
      ...crossChecks(both, bf, fk),
      ...sides.flatMap((one: SpreadTest | null, side) => crossChecks(alone[side]!, one, null)),
    ],
  };
}
