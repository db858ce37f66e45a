/** The strata and cross tables of a comparison as text. */

import { fields, findings, sentence, table, type TextColumn } from "../layout/text.ts";
import { WIDTH } from "../layout/terminal.ts";
import type { Finding, TableRow } from "../model.ts";
import { joined, plain, withMethod } from "../said.ts";
import type { ToldCross } from "./association.ts";
import { inOneLine, type StrataColumn, type ToldStrata } from "./strata.ts";
import type { ToldSpread } from "./strata_tests.ts";

const LABEL = 27;
const NUMBER = 12;

const STRATA = {
  head: LABEL,
  lines: 3,
  columns: [
    { id: "n", width: 8 },
    { id: "median", width: 10 },
    { id: "iqr", width: 10 },
    { id: "mad", width: 10 },
    { id: "outlier_count", width: 9 },
  ],
} as const;

/** What has no column in a terminal: printed below the row. */
const BELOW: readonly StrataColumn[] = ["verdict", "shift", "mad_ratio", "mad_to_first", "censored"];

export function strataLines(told: ToldStrata, plots: boolean): string[] {
  const { title, same, table: strata, unobserved, shifts, spread } = told;
  if (same !== null) return [title, ...sentence(same, "  ")];
  const below = (row: TableRow<StrataColumn>) => sentence(inOneLine(row, strata, BELOW), "      ");
  return [
    title,
    ...table(strata, { ...STRATA, plots }, "strata", below),
    ...unobserved.flatMap((side) => sentence(side, "  ")),
    ...findings(shifts.map((found) => ({ ...found, method: null })), 23),
    ...strata.rows.length === 0 ? [] : spreadLines(spread),
  ];
}

function spreadLines({ title, says, findings: found }: ToldSpread): string[] {
  const both = found[0]?.topic;
  const deciding = found.filter(({ what }) => what === null);
  const checks = found.filter(({ topic, what }) => what !== null && topic === both);
  const method = deciding[0]?.topic === both ? deciding[0]?.method ?? null : null;
  const line = ({ topic, what, value, certainty }: Finding) => ({
    label: joined([plain(what ?? topic), value], " ").text,
    says: certainty ?? plain("-"),
  });
  return [
    ...sentence(says, `  ${title}: `),
    ...fields(deciding.map(line), 36, "    "),
    ...method === null ? [] : sentence(method, "      by "),
    ...fields(checks.map(line), 36, "    "),
  ];
}

export function crossLines({ table: counts, findings: found, caution }: ToldCross): string[] {
  const room = WIDTH - 2 - LABEL;
  const all = counts.columns.length;
  const width = Math.max(NUMBER, Math.floor(room / Math.max(1, all)));
  const shown = Math.min(all, Math.floor(room / width));
  const columns = counts.columns.slice(0, shown).map(({ id }): TextColumn<string> => ({ id, width }));
  const words = Map.groupBy(found, ({ topic }) => topic);
  return [
    counts.caption,
    ...table(counts, { head: LABEL, lines: 0, columns, plots: false }, "rows"),
    ...all > shown ? [`  and ${all - shown} more columns (--format json has them all)`] : [],
    ...[...words].flatMap(([topic, together], index) =>
      sentence(
        joined(together.map(withMethod), "; "),
        index === 0 ? "  " : `  ${topic}: `,
      )
    ),
    ...caution === null ? [] : sentence(caution, "  "),
  ];
}
