/**
 * What one result file contains, as text for a terminal of 80 columns, with optional plots beside the strata.
 */

import type { Show } from "../../show/show.ts";
import { cell, fields, findings, headed, hidden, sentence, SHOWN, table } from "../layout/text.ts";
import { right, WIDTH } from "../layout/terminal.ts";
import { printable } from "../printable.ts";
import { IN_ORDER } from "../measured.ts";
import type { Finding, Table, TableRow } from "../model.ts";
import { plain } from "../said.ts";
import { type ShareColumn, tellShow, type ToldShow } from "./told.ts";
import { HYPERVISOR } from "./hypervisor.ts";
import { distributionLines, slowestLines } from "./result_text.ts";
import { partLines, splitLines } from "../parts/text.ts";
import { ATTRIBUTES } from "./facts.ts";
import { CLOCKSOURCE } from "./integrity.ts";

const STRATA = {
  head: 19,
  lines: 6,
  columns: [
    { id: "runs", width: 8 },
    { id: "complete", width: 8, name: "compl." },
    { id: "censored", width: 6, name: "cens." },
    { id: "median", width: 10 },
    { id: "iqr", width: 10 },
    { id: "mad", width: 10 },
  ],
} as const;

const CHAIN = {
  head: 19,
  lines: 0,
  plots: false,
  columns: [
    { id: "n", width: 8 },
    { id: "median", width: 10 },
    { id: "iqr", width: 10 },
    { id: "offset", width: 7, name: "offset" },
    { id: "stage", width: 7, name: "ttwu" },
    { id: "spread", width: 7, name: "spread" },
    { id: "robust", width: 7, name: "robust" },
  ],
} as const;

/** The same where stages of a VM's host have longer names. */
const CHAIN_OF_HOST = {
  ...CHAIN,
  head: 24,
  columns: [{ id: "n", width: 6 }, ...CHAIN.columns.slice(1)],
} as const;

const WORST = {
  head: 7,
  lines: 0,
  plots: false,
  columns: [
    { id: "cause", width: 36, align: "left" },
    { id: "host", width: 9 },
    { id: "hypervisor", width: 11 },
    { id: "guest", width: 9 },
  ],
} as const;

/**
 * Files one after the other, several of them below their names.
 *
 * @param plots histograms beside the strata, for a terminal of at least 120 columns
 */
export function showTexts(shows: readonly Show[], plots: boolean): string {
  if (shows.length === 1) return showText(shows[0]!, plots);
  return shows.map((show) =>
    `${sentence(plain(`==> ${show.file} <==`)).join("\n")}\n\n${showText(show, plots)}`
  ).join("\n");
}

/** @param plots as in showTexts */
export function showText(show: Show, plots: boolean): string {
  const told = tellShow(show);
  const sections = [
    [
      ...sentence(told.machine, `${printable(told.file)}: `.slice(0, WIDTH / 2)),
      ...fields(told.head, 16),
      ...headed(told.warnings),
    ],
    distributionLines(told.durations),
    ...told.slowest.rows.length === 0 ? [] : [slowestLines(told.slowest)],
    ...hypervisorLines(told),
    ...told.attributes.length === 0 ? [] : [[ATTRIBUTES, ...fields(told.attributes, 20)]],
    ...told.strata.map((strata) => [
      ...sentence({ text: strata.caption, numbers: [] }),
      ...table(strata, { ...STRATA, plots }, "strata"),
    ]),
    [
      told.chain.caption,
      ...table(
        told.chain,
        told.chain.rows.some(({ head }) => head.text.length > CHAIN.head) ? CHAIN_OF_HOST : CHAIN,
        "links",
      ),
      ...sentence(told.spreadSource, "  "),
      ...sentence(told.shareMethods, "  "),
    ],
    ...partLines(told.parts),
    [CLOCKSOURCE, ...fields(told.clocksource, 20)],
    ...[told.signatures, ...told.stacks].map(shareLines),
    ["integrity", ...fields(told.integrity, 18)],
    [IN_ORDER, ...orderLines(told.order)],
  ];
  return sections.map((lines) => `${lines.join("\n")}\n`).join("\n");
}

/** What a VM's host saw: whom it could place, what the offset went into, the runs that lost most to it. */
function hypervisorLines({ hypervisor, parts }: ToldShow): string[][] {
  if (hypervisor === null) return [];
  const { facts, worst } = hypervisor;
  return [
    [HYPERVISOR, ...fields(facts, 12)],
    ...parts.split === null ? [] : [splitLines(parts)],
    ...worst.rows.length === 0 ? [] : [[worst.caption, ...table(worst, WORST, "runs")]],
  ];
}

/** Each value behind its number of runs; the frames of a stack stand below it. */
function shareLines({ caption, rows }: Table<ShareColumn> | Table<ShareColumn | "frames">): string[] {
  return [
    caption,
    ...rows.slice(0, SHOWN).flatMap((
      { head, cells }: TableRow<ShareColumn> | TableRow<ShareColumn | "frames">,
    ) => [
      ...sentence(head, `  ${right(cell(cells.runs[0]!), 8)} ${right(cell(cells.share[0]!), 6)}  `),
      ..."frames" in cells && cells.frames[0] !== null ? sentence(cells.frames[0]!, "      ") : [],
    ]),
    ...hidden(rows.length - SHOWN),
  ];
}

/** The methods are the same for all, so they are printed once, at the end. */
function orderLines(order: readonly Finding[]): string[] {
  const methods = new Set(order.flatMap(({ method }) => method === null ? [] : [method.text]));
  return [
    ...findings(order.map((found) => ({ ...found, method: null })), 16),
    ...methods.size === 0 ? [] : sentence({ text: [...methods].join("; "), numbers: [] }, "  "),
  ];
}
