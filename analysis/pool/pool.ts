/** Several result files of one protocol as one side: their rows one after the other, with the runs numbered anew. */

import { contextDifferences } from "../compare/warnings.ts";
import { decodeDifference, protocolDifferences, stageDifference } from "../compare/confounding.ts";
import type { Confounding } from "../compare/reasons.ts";
import { DictionaryColumn } from "../result/column_store.ts";
import { DURATIONS, type PartTime, type PartTimes } from "../result/durations.ts";
import type { ResultFile } from "../result/file.ts";
import type { End, Meta } from "../result/meta.ts";
import type { FilePart } from "../result/parts.ts";
import { RealtimeSteps } from "../result/realtime_steps.ts";
import { TEXT_NAMES, type TextName } from "../result/row.ts";

/** Why two files are not runs of one protocol on one side. */
export type Unlike =
  | Exclude<Confounding, { readonly code: "runbook_hash" }>
  | { readonly code: "env"; readonly values: readonly [string, string] }
  /** The same start on the same boot as another file: every run would count twice. */
  | { readonly code: "same_measurement"; readonly as: ResultFile };

/** The first thing that keeps a file from being pooled with the first, and that file; null when nothing does. */
export function unlikeFile(
  files: readonly ResultFile[],
): { readonly file: ResultFile; readonly why: Unlike } | null {
  const [first, ...others] = files;
  for (const [index, file] of others.entries()) {
    const same = files.slice(0, index + 1).find((other) => isSameMeasurement(other.meta, file.meta));
    const why = same === undefined
      ? unlike(first!.meta, file.meta)
      : { code: "same_measurement", as: same } as const;
    if (why !== null) return { file, why };
  }
  return null;
}

function unlike(a: Meta, b: Meta): Unlike | null {
  if (a.env !== b.env) return { code: "env", values: [a.env, b.env] };
  // The same fields make the same protocol: only the number of runs may differ, and with it the hash.
  for (const difference of protocolDifferences(a, b)) {
    if (difference.code !== "runbook_hash") return difference as Unlike;
  }
  const stages = new Set([...a.hooks, ...b.hooks].map(({ stage }) => stage));
  for (const stage of stages) {
    const difference = stageDifference(stage, a, b);
    if (difference !== null) return difference as Unlike;
  }
  return decodeDifference(a, b);
}

/** Whether two files have the same runs. */
export function isSameMeasurement(a: Meta, b: Meta): boolean {
  return a.started === b.started && a.boot_id === b.boot_id && a.host === b.host;
}

/** Facts of the machines that differ between the files of a side, with the values that occur. */
export function varyingFacts(
  files: readonly ResultFile[],
): { readonly field: string; readonly values: string[] }[] {
  const [first, ...others] = files;
  const values = new Map<string, Set<string>>();
  for (const file of others) {
    for (const { field, values: [before, here] } of contextDifferences([first!, file])) {
      values.set(field, (values.get(field) ?? new Set([before])).add(here));
    }
  }
  return [...values].map(([field, found]) => ({ field, values: [...found] }));
}

/**
 * @param files at least two, for which unlikeFile() is null
 * @param labels of each: the value of the key `file`
 * @returns one file; what the files say of themselves is added up, and what differs is listed
 */
export function pooled(files: readonly ResultFile[], labels: readonly string[]): ResultFile {
  const [first] = files as readonly [ResultFile, ...ResultFile[]];
  let runOffset = 0;
  const parts = files.map(({ name, rows, run }, index): FilePart => {
    const part = { name, rows, label: labels[index]!, runOffset };
    runOffset += run.reduce((last, number) => Math.max(last, number), 0);
    return part;
  });
  const error = files.find(({ firstIntegrityError }) => firstIntegrityError !== null);
  return {
    ...first,
    name: `${first.name} and ${files.length - 1} more`,
    parts,
    meta: pooledMeta(files.map(({ meta }) => meta)),
    end: pooledEnd(files.map(({ end }) => end)),
    rows: parts.reduce((sum, { rows }) => sum + rows, 0),
    width: Math.min(...files.map(({ width }) => width)),
    run: joined(files.map(({ run }, index) => run.map((number) => number + parts[index]!.runOffset))),
    durations: Object.fromEntries(
      DURATIONS.map(({ name }) => [name, joined(files.map(({ durations }) => durations[name]))]),
    ) as unknown as ResultFile["durations"],
    // One protocol declares the same questions in each.
    besides: new Map(
      [...first.besides.keys()].map((name) => [name, joined(files.map(({ besides }) => besides.get(name)!))]),
    ),
    texts: Object.fromEntries(
      [...TEXT_NAMES].map((name) => [
        name,
        DictionaryColumn.joined(files.map(({ texts }) => texts[name as TextName])),
      ]),
    ) as unknown as ResultFile["texts"],
    partTimes: joinedParts(files),
    stacks: new Map(files.flatMap(({ stacks }) => [...stacks])),
    totals: Object.fromEntries(
      Object.keys(first.totals).map((name) => [
        name,
        sumOf(files.map(({ totals }) => totals[name as keyof ResultFile["totals"]])),
      ]),
    ) as ResultFile["totals"],
    integrityErrors: files.reduce((sum, { integrityErrors }) => sum + integrityErrors, 0),
    firstIntegrityError: error === undefined ? null : { ...error.firstIntegrityError!, file: error.name },
    realtimeSteps: pooledSteps(files),
    linesBetween: [],
    wholeLineBytes: 0,
    notes: files.flatMap(({ notes }) => notes),
  };
}

/** What a file does not have was not observed in its rows. */
function joinedParts(files: readonly ResultFile[]): PartTimes {
  const names = new Set(files.flatMap(({ partTimes }) => [...partTimes.keys()]));
  const rowsOf = ({ partTimes, rows }: ResultFile, name: PartTime) =>
    partTimes.get(name) ?? new Float64Array(rows).fill(NaN);
  return new Map([...names].map((name) => [name, joined(files.map((file) => rowsOf(file, name)))]));
}

function joined(columns: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(columns.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const column of columns) {
    whole.set(column, at);
    at += column.length;
  }
  return whole;
}

/** Sum of what is known; null when nothing is. */
function sumOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

function pooledSteps(files: readonly ResultFile[]): RealtimeSteps {
  const all = new RealtimeSteps();
  for (const { realtimeSteps: { observed, runs, largestNs } } of files) {
    all.observed ||= observed;
    all.runs += runs;
    if (Math.abs(largestNs) > Math.abs(all.largestNs)) all.largestNs = largestNs;
  }
  return all;
}

function pooledMeta(metas: readonly Meta[]): Meta {
  const [first] = metas as readonly [Meta, ...Meta[]];
  const all = (of: (meta: Meta) => string) => [...new Set(metas.map(of))].join(", ");
  const runs = metas.map(({ runbook }) => runbook.runs);
  const looks = Math.max(...metas.map(({ looks }) => looks ?? 1));
  const isSame = (of: (meta: Meta) => unknown) =>
    metas.every((meta) => JSON.stringify(of(meta)) === JSON.stringify(of(first)));
  const { attributes, runbook_file: file, looks: _, ...rest } = first;
  return {
    ...rest,
    ...isSame((meta) => meta.attributes) && attributes !== undefined ? { attributes } : {},
    ...isSame((meta) => meta.runbook_file) && file !== undefined ? { runbook_file: file } : {},
    ...looks === 1 ? {} : { looks },
    host: all(({ host }) => host),
    kernel: all(({ kernel }) => kernel),
    arch: all(({ arch }) => arch),
    cpu: all(({ cpu }) => cpu),
    cpus: Math.min(...metas.map(({ cpus }) => cpus)),
    virtualization: all(({ virtualization }) => virtualization),
    boot_id: all(({ boot_id }) => boot_id),
    clocksource: { ...first.clocksource, current: all(({ clocksource }) => clocksource.current) },
    clock_step_counter: all((meta) => meta.clock_step_counter),
    probe: all(({ probe }) => probe),
    edge_uncertainty_ns: Math.max(...metas.map((meta) => meta.edge_uncertainty_ns)),
    // Whatever the others are, its offsets have what was foreseen wrong.
    ...metas.some(({ pulse }) => pulse === "foreseen") ? { pulse: "foreseen" as const } : {},
    runbook: runs.every((count) => typeof count === "number")
      ? { ...first.runbook, runs: runs.reduce((sum, count) => sum + count, 0) }
      : first.runbook,
  };
}

/** Null when one of the files was cut off. */
function pooledEnd(ends: readonly (End | null)[]): End | null {
  const known = ends.filter((end) => end !== null);
  if (known.length < ends.length) return null;
  const sum = (of: (end: End) => number) => known.reduce((total, end) => total + of(end), 0);
  const looks = known.find((end) => end.looks !== undefined)?.looks;
  const notices = known.flatMap((end) => end.notices ?? []);
  const losses = known.flatMap((end) => end.losses ?? []);
  return {
    rows: sum(({ rows }) => rows),
    complete: sum(({ complete }) => complete),
    timeout: sum(({ timeout }) => timeout),
    aborted: sum(({ aborted }) => aborted),
    lost_events: sum(({ lost_events }) => lost_events),
    recursion_misses: sumOf(known.map(({ recursion_misses }) => recursion_misses)),
    self_reads: sum(({ self_reads }) => self_reads),
    ...looks === undefined ? {} : { looks },
    ...notices.length === 0 ? {} : { notices },
    ...losses.length === 0 ? {} : { losses },
  };
}
