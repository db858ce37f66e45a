/** The comment on a pull request, or the summary of a CI job: a gate's answer as Markdown. */

import { details, escaped, list, sentence } from "../layout/markdown.ts";
import { joined, plain } from "../said.ts";
import { secondSeriesInWords, type ToldGate, type ToldSeries } from "./told.ts";

export function gateMarkdown(told: ToldGate): string {
  const { outcome, counts, policy, commentOnly, topReasons, files, series } = told;
  const second = secondSeriesInWords(told);
  const only = commentOnly ? ", comment only" : "";
  const parts = [
    `## probe gate: ${outcome}`,
    `${sentence(counts)}, by ${escaped(policy.name)}${only}.`,
    ...topReasons.length === 0 ? [] : [list(topReasons.map(sentence))],
    ...second === null ? [] : [sentence(second)],
    ...series.map((one) => table(one, series.length > 1)),
    details("what was judged", list([policy, ...files].map(({ name, sha256 }) => source(name, sha256)))),
  ];
  return `${parts.join("\n\n")}\n`;
}

function table({ file, outcome, sides, missing, questions }: ToldSeries, isNamed: boolean): string {
  const rows = questions.map(({ name, outcome, verdict, numbers, reasons }) => {
    const why = joined([numbers, ...reasons], "; ");
    return `| ${[name, outcome, verdict, why.text === "" ? "-" : why.text].map(escaped).join(" | ")} |`;
  });
  return [
    ...isNamed ? [`### ${escaped(file)}: ${outcome}`, ""] : [],
    list([...sides, ...missing.map(({ text }) => plain(`missing: ${text}`))].map(sentence)),
    "",
    "| question | outcome | verdict | why |",
    "| --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

function source(name: string, sha256: string): string {
  return `${escaped(name)}: SHA-256 ${sha256}`;
}
