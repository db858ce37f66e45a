/** The data of the figures: durations of complete runs, sorted or in the order of the runs, by stratum. */

import { linkName } from "../../print/names.ts";
import type { LinkColumn } from "../../show/chain.ts";
import type { KeyName } from "../../sample/key_columns.ts";
import { completeness, completeRows, sampleOf, sortedAt } from "../../sample/sample.ts";
import type { DictionaryColumn } from "../../result/column_store.ts";
import type { ResultFile } from "../../result/file.ts";
import type { Duration } from "../../result/durations.ts";
import type { Show } from "../../show/show.ts";

/** One side of a page. */
export interface ReportSide {
  /** A is the baseline. */
  readonly letter: string;
  readonly file: ResultFile;
  /** What the file says by itself, without a comparison. */
  readonly show: Show;
  readonly links: readonly LinkColumn[];
  /** A column by which runs are grouped. */
  readonly columnOf: (name: KeyName) => DictionaryColumn;
}

/** A duration in ns, run by run; `runs` are the numbers of the runs. */
export interface RunSeries {
  readonly runs: Float64Array;
  readonly values: Float64Array;
  /** The path of each wakeup; null: not observed. */
  readonly pathOf: (index: number) => string | null;
  /** Numbers of the runs that ended before their read. */
  readonly censored: Float64Array;
}

/** Complete runs in which the duration was observed, in the order of the runs. */
export function seriesOf(file: ResultFile, duration: Duration): RunSeries {
  const { rows } = sampleOf(file, duration);
  const isComplete = completeness(file);
  return {
    runs: Float64Array.from(rows, (row) => file.run[row]!),
    values: Float64Array.from(rows, (row) => file.durations[duration][row]!),
    pathOf: (index) => file.texts.path.values[file.texts.path.codes()[rows[index]!]!]!,
    censored: file.run.filter((_, row) => !isComplete(row)),
  };
}

/** From one stage of the chain to the next: the time in ns of each complete run that has both, sorted. */
export interface LinkSample extends Pick<LinkColumn, "from" | "to"> {
  readonly name: string;
  readonly sorted: Float64Array;
}

/** From one stage of the chain to the next: the time in ns of each complete run that has both, sorted. */
export interface LinkSample extends Pick<LinkColumn, "from" | "to"> {
  readonly name: string;
  readonly sorted: Float64Array;
}

/** The chain of a side, without links that no complete run has. */
export function linkSamples({ file, links }: ReportSide): LinkSample[] {
  const complete = completeRows(file);
  return links.map((link) => ({
    from: link.from,
    to: link.to,
    name: linkName(link),
    sorted: sortedAt(link.values, complete),
  }))
    .filter(({ sorted }) => sorted.length > 0);
}

/** Frames of all stacks of the sides. */
export function stacksOf(sides: readonly ReportSide[]): Record<string, readonly string[]> {
  return Object.fromEntries(sides.flatMap(({ file }) => [...file.stacks]));
}
