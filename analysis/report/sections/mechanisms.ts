/** The keys' verdicts: at a glance below the answers, and with their numbers. */

import type { ToldMechanisms } from "../../print/compare/mechanisms.ts";
import { joined } from "../../print/said.ts";
import { findingsTable, notes, said, tableOf } from "../html/blocks.ts";
import { type Markup, markup, type Part } from "../html/markup.ts";
import { section } from "./section.ts";

/** On the first screen. */
export function keyVerdicts({ title, table, keys, cautions, origins, kinds }: ToldMechanisms): Part {
  if (keys.length === 0 && origins.length === 0) return null;
  const says = keys.map((key) => joined(key.says, "; "));
  return section(
    [title, said(joined(kinds, " "))],
    [
      tableOf(table, {
        columns: table.columns.map(({ id }) => id),
        what: "keys",
        note: (row) => says[table.rows.indexOf(row)]!,
      }),
      [...cautions, ...origins].map((one) => markup`<p>${said(one)}</p>`),
    ],
  );
}

export function keyNumbers({ keys, sources, mixtures, methods }: ToldMechanisms): Part {
  return section(["What each key splits", said(joined(methods, " "))], [
    tableOf(sources, { columns: sources.columns.map(({ id }) => id), what: "links" }),
    findingsTable("Clusters that the values alone show: explored, not decided", mixtures),
    keys.map((key): Markup =>
      markup`<h3>${key.title}</h3>${notes(key.notes)}${
        findingsTable("Spread and place of both groups", key.findings)
      }`
    ),
  ]);
}
