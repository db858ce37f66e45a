/**
 * How long a user of `probe compare` waits: the start of the program beside plain `deno run`, comparisons beside the same
 * analysis in pandas and scipy, and ten files beside one. Each pair alternately, in one run, on the same files, which
 * have all columns, reads with long tails, three signatures and thousands of names of wakers.
 *
 *   deno run -A bench/compare_bench.ts [ROWS...]        default: 30 10000 100000 1000000
 *
 * Uses dist/probe if it was built, else the sources. It is a benchmark: it reports, but does not fail when a
 * goal is missed.
 */

import { COLUMNS } from "../analysis/result/columns.ts";
import { EXIT, Failure } from "../analysis/failure.ts";
import { medianSorted } from "../analysis/stats/quantile.ts";
import { writeAllSync } from "../system/write_all.ts";
import { generate } from "./generate.ts";

const PYTHON = "/usr/bin/python3";
export const DEFAULT_ROWS = [30, 10_000, 100_000, 1_000_000];

/** Distinct names of wakers in a file, if it has as many rows. */
const WAKERS = 3000;

/** What a goal limits: medians of the wall time and of the CPU time, the largest memory use. */
export interface Measured {
  readonly seconds: number;
  /** s. Wall time beyond this was spent waiting, mostly for a busy machine. */
  readonly cpu: number;
  readonly bytes: number;
}

/** How many times what the other one takes a command may take at most. */
export interface Limits {
  readonly time: number;
  readonly memory?: number;
}

/** Of `compare`, in times of what pandas takes, by the rows of each file. */
const OF_PANDAS: ReadonlyMap<number, Limits> = new Map([
  [30, { time: 0.2, memory: 1 }],
  [10_000, { time: 0.5, memory: 1 }],
  [100_000, { time: 0.4, memory: 1 }],
  [1_000_000, { time: 0.25, memory: 0.2 }],
]);

/** Of `--version`, in times of a script that does nothing. */
const OF_EMPTY: Limits = { time: 1.8 };

const OTHERS = 10;
/** Of so many files beside a baseline, in times of one. */
const OF_ONE: Limits = { time: OTHERS };
/** Of each of these files. */
const OTHERS_ROWS = 10_000;

/** Of which a goal is judged. */
interface Pair {
  readonly name: string;
  readonly probe: Measured;
  readonly other: Measured;
}

/**
 * A line for each limit: what was reached, by the wall time and by the CPU time, which says more on a busy machine.
 *
 * @param unit what the limits are multiples of
 */
export function judged({ name, probe, other }: Pair, unit: string, { time, memory }: Limits): string[] {
  const times = (value: number) => value.toFixed(2);
  const [wall, cpu, bytes] = [
    probe.seconds / other.seconds,
    probe.cpu / other.cpu,
    probe.bytes / other.bytes,
  ];
  const word = (ratio: number, limit: number) => ratio <= limit ? "met" : "MISSED";
  return [
    `  goal: ${name} at most ${time} times the time of ${unit}: ${word(wall, time)} with ${times(wall)}` +
    ` (by CPU time ${times(cpu)}: ${word(cpu, time)})`,
    ...memory === undefined ? [] : [
      `  goal: ${name} at most ${memory} times the memory of ${unit}: ${word(bytes, memory)} with ${
        times(bytes)
      }`,
    ],
  ];
}

/** How often each side runs. */
function roundsOf(rows: number): number {
  if (rows >= 1_000_000) return 3;
  return rows >= 10_000 ? 5 : 9;
}

function path(name: string): string {
  return new URL(name, import.meta.url).pathname;
}

function measure(command: readonly string[]): Measured {
  const { stdout, stderr } = new Deno.Command(PYTHON, { args: [path("measure.py"), ...command] })
    .outputSync();
  const answer = new TextDecoder().decode(stdout);
  const { code, seconds, cpu, bytes }: Measured & { code: number } = JSON.parse(answer);
  if (code === 0) return { seconds, cpu, bytes };
  const reason = new TextDecoder().decode(stderr).trim().split("\n").at(-1) ?? "";
  throw new Failure(
    EXIT.failed,
    `${command.slice(0, 4).join(" ")} ended with ${code}: ${reason}`,
    "run it by hand",
  );
}

function requirePandas(): void {
  const { success } = new Deno.Command(PYTHON, { args: ["-c", "import pandas, scipy"], stderr: "null" })
    .outputSync();
  if (success) return;
  throw new Failure(
    EXIT.failed,
    `${PYTHON} has no pandas and scipy to compare with`,
    "install them: apt-get install python3-pandas python3-scipy",
  );
}

function probeCommand(): string[] {
  const built = path("../dist/probe");
  try {
    if (Deno.statSync(built).isFile) return [built];
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return [Deno.execPath(), "run", "--allow-read", path("../main.ts")];
}

function write(file: string, rows: number, seed: number, env: string): string {
  using out = Deno.openSync(file, { write: true, createNew: true });
  const encoder = new TextEncoder();
  for (const piece of generate({ rows, seed, env, wakers: WAKERS })) {
    writeAllSync(out, encoder.encode(piece));
  }
  return file;
}

function typical(runs: readonly Measured[]): Measured {
  return {
    seconds: medianSorted(Float64Array.from(runs, (run) => run.seconds).sort()),
    cpu: medianSorted(Float64Array.from(runs, (run) => run.cpu).sort()),
    bytes: Math.max(...runs.map((run) => run.bytes)),
  };
}

/** Both commands in turn; prints what they took. */
function inTurn(
  name: string,
  rounds: number,
  probe: readonly string[],
  other: readonly string[],
  called: string,
): Pair {
  const [probeRuns, otherRuns]: [Measured[], Measured[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    probeRuns.push(measure(probe));
    otherRuns.push(measure(other));
  }
  const pair = { name, probe: typical(probeRuns), other: typical(otherRuns) };
  const cell = ({ seconds, cpu, bytes }: Measured) =>
    `${seconds.toFixed(3)} s (CPU ${cpu.toFixed(3)} s) ${(bytes / 1e6).toFixed(0)} MB`;
  const load = Deno.loadavg().map((value) => value.toFixed(1)).join(" ");
  console.log(
    `${name}, ${rounds} rounds, load ${load}: probe ${cell(pair.probe)}, ${called} ${cell(pair.other)}`,
  );
  return pair;
}

function say(lines: readonly string[]): void {
  for (const line of lines) console.log(line);
}

/** The smallest medians of a start are a few ms: many rounds. */
const START_ROUNDS = 25;

function startBesideEmpty(folder: string): void {
  const script = `${folder}/empty.js`;
  Deno.writeTextFileSync(script, "");
  const empty = [Deno.execPath(), "run", script];
  const name = "probe --version";
  const pair = inTurn(name, START_ROUNDS, [...probeCommand(), "--version"], empty, "deno run of nothing");
  say(judged(pair, "deno run of nothing", OF_EMPTY));
}

function compareAt(rows: number, folder: string): void {
  const files = [
    write(`${folder}/host-${rows}.csv`, rows, 1, "host"),
    write(`${folder}/vm-${rows}.csv`, rows, 2, "vm"),
  ];
  const bytes = Math.max(...files.map((file) => Deno.statSync(file).size));
  const pair = inTurn(
    `${rows} rows of ${(bytes / rows).toFixed(0)} bytes`,
    roundsOf(rows),
    [...probeCommand(), "compare", ...files],
    [PYTHON, path("pandas_compare.py"), ...files],
    "pandas",
  );
  const limits = OF_PANDAS.get(rows);
  if (limits !== undefined) say(judged(pair, "pandas", limits));
  for (const file of files) Deno.removeSync(file);
}

function compareMany(folder: string): void {
  const baseline = write(`${folder}/host.csv`, OTHERS_ROWS, 1, "host");
  const others = Array.from(
    { length: OTHERS },
    (_, index) => write(`${folder}/vm-${index}.csv`, OTHERS_ROWS, 2 + index, "vm"),
  );
  const compare = [...probeCommand(), "compare", baseline];
  const name = `${OTHERS} files of ${OTHERS_ROWS} rows beside a baseline`;
  const pair = inTurn(name, 5, [...compare, ...others], [...compare, others[0]!], "one of them");
  say(judged(pair, "one of them", OF_ONE));
  for (const file of [baseline, ...others]) Deno.removeSync(file);
}

function parseRows(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new Failure(EXIT.usage, `"${text}" is not a number of rows`, "give numbers such as 30 100000");
}

if (import.meta.main) {
  const folder = Deno.makeTempDirSync({ prefix: "probe-bench-" });
  try {
    const rows = Deno.args.length > 0 ? Deno.args.map(parseRows) : DEFAULT_ROWS;
    requirePandas();
    console.log(`measured: ${probeCommand().join(" ")}, ${navigator.hardwareConcurrency} CPUs`);
    console.log(
      `median wall time, CPU time and largest memory of alternating runs, files of ${COLUMNS.length} columns:`,
    );
    startBesideEmpty(folder);
    for (const count of rows) compareAt(count, folder);
    compareMany(folder);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(error.message);
    Deno.exitCode = error.exitCode;
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
