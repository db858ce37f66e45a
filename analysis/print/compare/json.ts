import { answersOf, type Comparison } from "../../compare/comparison.ts";
import { WHOLES } from "../../compare/questions.ts";
import { answerJson } from "../json.ts";
import { questionsByVerdict } from "./brief.ts";
import { keyReason } from "./key_reasons.ts";
import { tailReason } from "./tails.ts";
import { lettersOf, reasonInWords } from "./reasons.ts";
import { warningInWords } from "./warnings.ts";

/**
 * Comparisons with one baseline as JSON. Of each: which verdict which questions have, then the fields of `Comparison`,
 * in its order, with reasons and warnings in words. What stands there under the names of questions is a list here,
 * each entry with its `name`, so that readers need no list of the questions.
 */
export function compareJson(comparisons: readonly Comparison[]): string {
  return answerJson("compare", { comparisons: comparisons.map(inWords) });
}

function inWords(comparison: Comparison): object {
  const { alpha, looks, holm_family, bh_family, asked_family, sides, mechanisms, tails, parts } = comparison;
  const { strata, association, stacks, context, warnings } = comparison;
  const letters = lettersOf(comparison);
  const words = (reason: Parameters<typeof reasonInWords>[0] | null) =>
    reason === null ? null : reasonInWords(reason, letters).text;
  return {
    answer: questionsByVerdict(comparison),
    alpha,
    looks,
    holm_family,
    bh_family,
    asked_family,
    sides,
    questions: answersOf(comparison).map(({ name, answer, isAsked }) => {
      const { reasons, leave_out } = answer;
      return {
        name,
        asked: isAsked,
        ...answer,
        reasons: reasons.map(words),
        leave_out: leave_out === null ? null : { ...leave_out, reason: words(leave_out.reason) },
      };
    }),
    mechanisms: {
      ...mechanisms,
      keys: mechanisms.keys.map((key) => ({
        keys: key.keys,
        aliases: key.aliases,
        mirrors: key.mirrors,
        other_values: key.other_values,
        other_runs: key.other_runs,
        questions: WHOLES.map(({ name }) => {
          const { lock_in } = key[name];
          const told = (reason: Parameters<typeof keyReason>[0]) =>
            keyReason(reason, String, mechanisms.spread_ratio, letters).text;
          return {
            name,
            ...key[name],
            reasons: key[name].reasons.map(told),
            lock_in: { ...lock_in, reasons: lock_in.reasons.map(told) },
          };
        }),
      })),
      sources: WHOLES.map(({ name }) => ({ name, sides: mechanisms.sources[name] })),
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
    parts,
    strata: strata.map((stratification) => ({
      ...stratification,
      groups: stratification.groups.map((group) => ({ ...group, reason: words(group.reason) })),
      spread: { ...stratification.spread, reason: words(stratification.spread.reason) },
    })),
    association: association.map((table) => ({ ...table, confounded: words(table.confounded) })),
    stacks,
    context,
    warnings: warnings.map((warning) => warningInWords(warning, letters).text),
  };
}
