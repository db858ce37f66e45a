/** What a series has measured, as lines for a terminal of 80 columns. */

import { table } from "../layout/text.ts";
import type { Table } from "../model.ts";
import type { DistributionColumn, SlowestColumn } from "./result.ts";

const DISTRIBUTION = {
  head: 14,
  lines: 0,
  plots: false,
  columns: [
    { id: "n", width: 8 },
    { id: "min", width: 10 },
    { id: "median", width: 9 },
    { id: "p95", width: 9 },
    { id: "p99", width: 9 },
    { id: "max", width: 9 },
    { id: "iqr", width: 9 },
  ],
} as const;

const SLOWEST = {
  head: 14,
  lines: 0,
  plots: false,
  columns: [
    { id: "offset", width: 12 },
    { id: "ttwu", width: 16 },
    { id: "path", width: 10 },
    { id: "cpu", width: 6 },
    { id: "waker", width: 18 },
  ],
} as const;

/** The same with the cause, and less room for the others. */
const WITH_CAUSE = {
  ...SLOWEST,
  head: 7,
  columns: [
    { id: "cause", width: 18, align: "left" },
    { id: "offset", width: 9 },
    { id: "ttwu", width: 15 },
    { id: "path", width: 9 },
    { id: "cpu", width: 4 },
    { id: "waker", width: 16 },
  ],
} as const;

/** The same where the cause names what a VM's host did. */
const WITH_HOST = {
  ...SLOWEST,
  head: 7,
  columns: [
    { id: "cause", width: 40, align: "left" },
    { id: "offset", width: 10 },
    { id: "ttwu", width: 15 },
    { id: "cpu", width: 5 },
  ],
} as const;

export function distributionLines(of: Table<DistributionColumn>): string[] {
  return table(of, DISTRIBUTION, "durations");
}

export function slowestLines(of: Table<SlowestColumn>): string[] {
  const isKnown = of.rows.some(({ cells }) => cells.cause[0] !== null);
  const isOfHost = of.rows.some(({ cells }) => /^(host|hypervisor)\b/.test(cells.cause[0]?.text ?? ""));
  return [of.caption, ...table(of, isOfHost ? WITH_HOST : isKnown ? WITH_CAUSE : SLOWEST, "runs")];
}
