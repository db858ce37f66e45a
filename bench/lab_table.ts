/**
 * The second half of `deno task lab`: what the scheduler did on idle and on busy CPUs, on both sides, as a
 * table. Reads the files that `deno task demo --loaded` leaves.
 */

import { formatDuration } from "../analysis/units/format_value.ts";
import { medianSorted } from "../analysis/stats/quantile.ts";
import { parseMeasurement, type TextRow } from "../tests/harness/measurement.ts";
import { medianInterval } from "./median_interval.ts";

const FOLDER = "dist/demo-loaded";
/** Quantile of the standard normal distribution for 95 %. */
const Z = 1.959963984540054;

/** `15 of 60 (16-37 %)`: Wilson's 95 % interval. */
function share(count: number, of: number): string {
  const [p, z2] = [count / of, Z * Z / of];
  const centre = (p + z2 / 2) / (1 + z2);
  const half = Z * Math.sqrt(p * (1 - p) / of + z2 / of / 4) / (1 + z2);
  const percent = (value: number) => (100 * value).toFixed(0);
  return `${count} of ${of} (${percent(centre - half)}-${percent(centre + half)} %)`;
}

/** `607.1 us (499.5 us-991.3 us), n 45`: 95 % interval from order statistics, left out below 6 values. */
function median(values: readonly number[]): string {
  if (values.length === 0) return "none";
  const sorted = Float64Array.from(values).sort();
  const interval = medianInterval(sorted);
  const bounds = interval === null
    ? ""
    : ` (${formatDuration(interval.low)}-${formatDuration(interval.high)})`;
  return `${formatDuration(medianSorted(sorted))}${bounds}, n ${values.length}`;
}

/** Differences of two columns, for the rows that have both. */
function between(rows: readonly TextRow[], from: keyof TextRow, to: keyof TextRow): number[] {
  return rows.filter((row) => row[from] !== "" && row[to] !== "").map((row) =>
    Number(row[to]) - Number(row[from])
  );
}

const READ = (rows: readonly TextRow[]) => median(between(rows, "ttwu_ns", "tkread_ns"));

const LINES: readonly (readonly [what: string, of: (rows: readonly TextRow[]) => string])[] = [
  ["migrated", (rows) => share(rows.filter(({ migrated }) => migrated === "true").length, rows.length)],
  [
    "through the wakelist",
    (rows) => share(rows.filter(({ path }) => path === "wakelist").length, rows.length),
  ],
  ["ttwu->tkread, not migrated", (rows) => READ(rows.filter(({ migrated }) => migrated === "false"))],
  ["ttwu->tkread, migrated", (rows) => READ(rows.filter(({ migrated }) => migrated === "true"))],
  ["queueing->activation", (rows) => median(between(rows, "queued_ns", "activate_ns"))],
  ["the same by rq->clock", (rows) => median(between(rows, "rq_clock_queued_ns", "rq_clock_activate_ns"))],
];

function table(): string {
  const cells = ["host", "vm"].flatMap((side) => {
    const { rows } = parseMeasurement(Deno.readTextFileSync(`${FOLDER}/${side}.csv`));
    return ["idle", "cpu:2"].map((load) => ({
      name: `${side}, ${load}`,
      rows: rows.filter((row) => row.load === load && row.status === "complete"),
    }));
  });
  const blocks = [0, 2, 4].map((from) => {
    const pair = LINES.slice(from, from + 2);
    const head = ["", ...pair.map(([what]) => what)];
    const lines = cells.map(({ name, rows }) => [name, ...pair.map(([, of]) => of(rows))]);
    return [head, ...lines].map(([name = "", ...texts]) =>
      `${name.padEnd(13)}${texts.map((text) => text.padEnd(36)).join("")}`.trimEnd()
    ).join("\n");
  });
  return blocks.join("\n\n");
}

if (import.meta.main) console.log(table());
