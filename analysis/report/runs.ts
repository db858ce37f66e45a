/** What the figures are drawn of: durations of complete runs, sorted or in the order of the runs, by stratum. */

import { completeCode } from "../compare_sample.ts";
import type { ResultFile } from "../result_file.ts";
import type { Duration, TextName } from "../result_row.ts";

/** One side of a page. */
export interface ReportSide {
  /** A is the baseline. */
  readonly letter: string;
  readonly file: ResultFile;
}

/** A duration in ns run by run; `runs` are the numbers of the runs. */
export interface RunSeries {
  readonly runs: Float64Array;
  readonly values: Float64Array;
  /** Numbers of the runs that ended before their read. */
  readonly censored: Float64Array;
}

/** Complete runs in which the duration was observed, in the order of the file. */
export function seriesOf(file: ResultFile, duration: Duration): RunSeries {
  const source = file.durations[duration];
  const status = file.texts.status.codes();
  const complete = completeCode(file);
  const counts = (row: number) => status[row] === complete && !Number.isNaN(source[row]!);
  const runs = file.run.filter((_, row) => counts(row));
  const values = source.filter((_, row) => counts(row));
  const censored = file.run.filter((_, row) => status[row] !== complete);
  return { runs, values, censored };
}

/** Values of the duration in ns, sorted, for each value of a column, the most frequent first. */
export function samplesBy(
  file: ResultFile,
  duration: Duration,
  key: TextName,
): ReadonlyMap<string, Float64Array> {
  const source = file.durations[duration];
  const status = file.texts.status.codes();
  const complete = completeCode(file);
  const { values: names } = file.texts[key];
  const codes = file.texts[key].codes();
  const counts = (row: number) => status[row] === complete && !Number.isNaN(source[row]!);
  const sizes = new Float64Array(names.length);
  for (let row = 0; row < codes.length; row++) if (counts(row)) sizes[codes[row]!]!++;
  const samples = Array.from(sizes, (size) => new Float64Array(size));
  const next = new Float64Array(names.length);
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row]!;
    if (counts(row)) samples[code]![next[code]!++] = source[row]!;
  }
  const observed = names.flatMap((name, code) =>
    name === null || sizes[code] === 0 ? [] : [[name, samples[code]!.sort()] as const]
  );
  return new Map(observed.sort(([x, a], [y, b]) => b.length - a.length || (x < y ? -1 : 1)));
}

/** From one stage of the chain to the next: the time in ns of each complete run that has both, sorted. */
export interface Link {
  readonly name: string;
  readonly sorted: Float64Array;
}

const LINKS = ["edge to ttwu", "ttwu to wakeup", "wakeup to switch", "switch to read"] as const;

/** The chain from the edge to the read, over complete runs in which all of its stages were observed. */
export function chainOf(file: ResultFile): readonly Link[] {
  const { offset_ns, ttwu_to_tkread_ns, edge_to_wakeup_ns, wakeup_to_switch_ns } = file.durations;
  const status = file.texts.status.codes();
  const complete = completeCode(file);
  const links = LINKS.map(() => new Float64Array(offset_ns.length));
  let n = 0;
  for (let row = 0; row < offset_ns.length; row++) {
    const offset = offset_ns[row]!;
    const ttwu = offset - ttwu_to_tkread_ns[row]!;
    const wakeup = edge_to_wakeup_ns[row]!;
    const waiting = wakeup_to_switch_ns[row]!;
    if (status[row] !== complete || Number.isNaN(ttwu + wakeup + waiting)) continue;
    [ttwu, wakeup - ttwu, waiting, offset - wakeup - waiting].forEach((ns, link) => links[link]![n] = ns);
    n++;
  }
  return LINKS.map((name, link) => ({ name, sorted: links[link]!.subarray(0, n).sort() }));
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
