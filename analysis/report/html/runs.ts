/** What the figures are drawn of: durations of complete runs, sorted or in the order of the runs, by stratum. */

import type { LinkColumn } from "../../show/chain.ts";
import type { ColumnName } from "../../result/columns.ts";
import { type Grouping, nameOfValues } from "../../sample/grouping.ts";
import { completeCode } from "../../sample/sample.ts";
import type { DictionaryColumn } from "../../result/column_store.ts";
import type { ResultFile } from "../../result/file.ts";
import type { Duration } from "../../result/durations.ts";
import type { Show } from "../../show/show.ts";

/** One side of a page. */
export interface ReportSide {
  /** A is the baseline. */
  readonly letter: string;
  readonly file: ResultFile;
  /** What the file alone says. */
  readonly show: Show;
  readonly links: readonly LinkColumn[];
  /** A column that runs are grouped by. */
  readonly columnOf: (name: ColumnName) => DictionaryColumn;
}

/** A duration in ns run by run; `runs` are the numbers of the runs. */
export interface RunSeries {
  readonly runs: Float64Array;
  readonly values: Float64Array;
  /** Numbers of the runs that ended before their read. */
  readonly censored: Float64Array;
}

/** Complete runs in which the duration was observed, in the order of the runs. */
export function seriesOf(file: ResultFile, duration: Duration): RunSeries {
  const source = file.durations[duration];
  const status = file.texts.status.codes();
  const complete = completeCode(file);
  const rows = Uint32Array.from(status, (_, row) => row)
    .filter((row) => status[row] === complete && !Number.isNaN(source[row]!));
  const ordered = rows.every((row, i) => i === 0 || file.run[rows[i - 1]!]! < file.run[row]!);
  if (!ordered) rows.sort((x, y) => file.run[x]! - file.run[y]!);
  return {
    runs: Float64Array.from(rows, (row) => file.run[row]!),
    values: Float64Array.from(rows, (row) => source[row]!),
    censored: file.run.filter((_, row) => status[row] !== complete),
  };
}

/** Values of the duration in ns, sorted, for each group by its name. */
export function samplesBy(
  file: ResultFile,
  duration: Duration,
  { values, codes }: Grouping,
): ReadonlyMap<string, Float64Array> {
  const source = file.durations[duration];
  const status = file.texts.status.codes();
  const complete = completeCode(file);
  const counts = (row: number) => status[row] === complete && !Number.isNaN(source[row]!);
  const sizes = new Float64Array(values.length);
  for (let row = 0; row < codes.length; row++) if (counts(row)) sizes[codes[row]!]!++;
  const samples = Array.from(sizes, (size) => new Float64Array(size));
  const next = new Float64Array(values.length);
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row]!;
    if (counts(row)) samples[code]![next[code]!++] = source[row]!;
  }
  return new Map(
    values.flatMap((group, code) =>
      group === null || sizes[code] === 0 ? [] : [[nameOfValues(group), samples[code]!.sort()]]
    ),
  );
}

/** From one stage of the chain to the next: the time in ns of each complete run that has both, sorted. */
export interface LinkSample {
  readonly name: string;
  readonly sorted: Float64Array;
}

export function linkName({ from, to }: Pick<LinkColumn, "from" | "to">): string {
  return `${from} to ${to}`;
}

/** The chain of a side; links that no complete run has are left out. */
export function linkSamples({ file, links }: ReportSide): LinkSample[] {
  const status = file.texts.status.codes();
  const complete = completeCode(file);
  return links.map((link) => ({
    name: linkName(link),
    sorted: link.values.filter((ns, row) => status[row] === complete && !Number.isNaN(ns)).sort(),
  })).filter(({ sorted }) => sorted.length > 0);
}

/** Runs of each stack, all statuses, the most frequent first. */
export function stackCounts(file: ResultFile, column: "ttwu_stack" | "tkread_stack"): Map<string, number> {
  const { values: names } = file.texts[column];
  const counts = new Float64Array(names.length);
  for (const code of file.texts[column].codes()) counts[code]!++;
  return new Map(
    names.flatMap((name, code): [string, number][] =>
      name === null || counts[code] === 0 ? [] : [[name, counts[code]!]]
    ).sort(([x, many], [y, few]) => few - many || (x < y ? -1 : 1)),
  );
}
