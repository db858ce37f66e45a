/** A gate's short answer for a terminal of 80 columns, its outcome first. */

import { sentence } from "../layout/text.ts";
import type { Said } from "../model.ts";
import { joined, plain, say } from "../said.ts";
import { secondSeriesInWords, type ToldGate, type ToldQuestion, type ToldSeries } from "./told.ts";

/** Below the outcome, which has four letters. */
const INDENT = "      ";

export function gateText(told: ToldGate): string {
  const { outcome, counts, policy, commentOnly, series } = told;
  const second = secondSeriesInWords(told);
  const lines = [
    ...sentence(say`${counts}, by ${policy.name}`, `${outcome}  `),
    ...commentOnly ? sentence(plain("comment only: it fails no build"), INDENT) : [],
    ...second === null ? [] : sentence(second, INDENT),
    "",
    ...sideLine(series[0]!, 0),
    ...series.flatMap((one) => ofSeries(one, series.length === 1)),
  ];
  return `${lines.join("\n")}\n`;
}

function sideLine({ letters, sides }: ToldSeries, index: 0 | 1): string[] {
  return sentence(sides[index]!, `${letters[index]}  `);
}

function ofSeries(series: ToldSeries, isOnly: boolean): string[] {
  const { missing, questions } = series;
  const known = new Set(missing.map(({ text }) => text));
  return [
    ...isOnly ? sideLine(series, 1) : ["", ...sideLine(series, 1)],
    "",
    ...missing.flatMap((one) => sentence(one, "missing: ")),
    ...questions.flatMap((question) => ofQuestion(question, known)),
  ];
}

/** @param known what is said of the whole series already */
function ofQuestion(
  { name, outcome, verdict, numbers, reasons }: ToldQuestion,
  known: ReadonlySet<string>,
): string[] {
  const found: Said = joined([plain(verdict), numbers], ", ");
  return [
    ...sentence(say`${name}: ${found}`, `${outcome}  `),
    ...reasons.filter(({ text }) => !known.has(text)).flatMap((reason) => sentence(reason, INDENT)),
  ];
}
