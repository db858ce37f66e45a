/** The keys' verdicts: at a glance below the answers, and with their numbers. */

import type { ToldMechanisms } from "../../print/compare/mechanisms.ts";
import type { Finding } from "../../print/model.ts";
import { joined } from "../../print/said.ts";
import { findingsTable, notes, said, tableOf } from "../html/blocks.ts";
import { type Markup, markup, type Part } from "../html/markup.ts";
import { type Section, section } from "./section.ts";

/** On the first screen. */
export function keyVerdicts({ title, table, keys, cautions, origins, kinds }: ToldMechanisms): Section[] {
  if (keys.length === 0 && origins.length === 0) return [];
  const says = keys.map((key) => joined(key.says, "; "));
  return [section(
    [title, said(joined(kinds, " "))],
    [
      tableOf(table, {
        columns: table.columns.map(({ id }) => id),
        what: "keys",
        note: (row) => says[table.rows.indexOf(row)]!,
      }),
      [...cautions, ...origins].map((one) => markup`<p>${said(one)}</p>`),
    ],
  )];
}

/** A table for each question: its rows name only the side. */
function byTopic(findings: readonly Finding[]): Part[] {
  return [...Map.groupBy(findings, ({ topic }) => topic)].map(([topic, own]) =>
    findingsTable(`Spread and place of both groups: ${topic}`, own)
  );
}

export function keyNumbers({ keys, sources, mixtures, methods }: ToldMechanisms): Section {
  return section(["What each key splits", said(joined(methods, " "))], [
    tableOf(sources, { columns: sources.columns.map(({ id }) => id), what: "links" }),
    findingsTable("Clusters that the values alone show: explored, not decided", mixtures),
    keys.map((key): Markup => markup`<h3>${key.title}</h3>${notes(key.notes)}${byTopic(key.findings)}`),
  ]);
}
