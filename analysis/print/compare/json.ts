import type { Comparison } from "../../compare/comparison.ts";
import { perQuestion, WHOLES } from "../../compare/questions.ts";
import { jsonText } from "../json.ts";
import { questionsByVerdict } from "./brief.ts";
import { keyReason } from "./key_reasons.ts";
import { tailReason } from "./tails.ts";
import { lettersOf, reasonInWords } from "./reasons.ts";
import { warningInWords } from "./warnings.ts";

/**
 * One comparison as JSON: which verdict which questions have, then the fields of `Comparison`, in its order, with
 * reasons and warnings in words.
 * Several comparisons with one baseline become the list `comparisons`.
 */
export function compareJson(comparisons: readonly Comparison[]): string {
  const said = comparisons.map(inWords);
  return jsonText(said.length === 1 ? said[0]! : { comparisons: said });
}

function inWords(comparison: Comparison): object {
  const { verdict: _, ...fields } = comparison;
  const { strata, association, warnings, mechanisms, tails } = comparison;
  const letters = lettersOf(comparison);
  const words = (reason: Parameters<typeof reasonInWords>[0] | null) =>
    reason === null ? null : reasonInWords(reason, letters).text;
  return {
    answer: questionsByVerdict(comparison),
    ...fields,
    ...perQuestion(({ name }) => {
      const answer = comparison[name];
      const { reasons, leave_out } = answer;
      return {
        ...answer,
        reasons: reasons.map(words),
        leave_out: leave_out === null ? null : { ...leave_out, reason: words(leave_out.reason) },
      };
    }),
    mechanisms: {
      ...mechanisms,
      keys: mechanisms.keys.map((key) => ({
        ...key,
        ...Object.fromEntries(WHOLES.map(({ name }) => {
          const reasons = key[name].reasons.map((reason) =>
            keyReason(reason, String, mechanisms.spread_ratio, letters).text
          );
          return [name, { ...key[name], reasons }];
        })),
      })),
    },
    tails: {
      ...tails,
      quantiles: tails.quantiles.map((tail) => ({
        ...tail,
        reasons: tail.reasons.map((reason) => tailReason(reason, letters).text),
      })),
      exceedance: tails.exceedance === null ? null : {
        ...tails.exceedance,
        reasons: tails.exceedance.reasons.map((reason) => tailReason(reason, letters).text),
      },
    },
    strata: strata.map((stratification) => ({
      ...stratification,
      groups: stratification.groups.map((group) => ({ ...group, reason: words(group.reason) })),
      spread: { ...stratification.spread, reason: words(stratification.spread.reason) },
    })),
    association: association.map((table) => ({ ...table, confounded: words(table.confounded) })),
    warnings: warnings.map((warning) => warningInWords(warning, letters).text),
  };
}
