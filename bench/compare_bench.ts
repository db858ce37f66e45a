/**
 * `probe compare` against the same analysis in pandas and scipy: alternately, in one run, on the same files,
 * which have all columns, reads with long tails, three signatures and thousands of names of wakers.
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

interface Goal {
  readonly text: string;
  isMet(probe: Measured, pandas: Measured): boolean;
}

function ofPandasTime(share: number): Goal {
  return {
    text: `at most ${share} of pandas' time`,
    isMet: (probe, pandas) => probe.seconds <= share * pandas.seconds,
  };
}

function ofPandasMemory(share: number): Goal {
  return {
    text: `at most ${share} of its memory`,
    isMet: (probe, pandas) => probe.bytes <= share * pandas.bytes,
  };
}

const GOALS: ReadonlyMap<number, readonly Goal[]> = new Map([
  [30, [ofPandasTime(0.2), ofPandasMemory(1)]],
  [10_000, [ofPandasTime(0.5), ofPandasMemory(1)]],
  [100_000, [ofPandasTime(0.4), ofPandasMemory(1)]],
  [1_000_000, [ofPandasTime(0.25), ofPandasMemory(0.2)]],
]);

/** Each goal for files of so many rows, and whether it was met; empty when none is set. */
export function goals(rows: number, probe: Measured, pandas: Measured): string {
  return (GOALS.get(rows) ?? []).map((goal) =>
    `${goal.text}: ${goal.isMet(probe, pandas) ? "met" : "MISSED"}`
  )
    .join(", ");
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
    if (Deno.statSync(built).isFile) return [built, "compare"];
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return [Deno.execPath(), "run", "--allow-read", path("../main.ts"), "compare"];
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

function compareAt(rows: number, folder: string): void {
  const files = [
    write(`${folder}/host-${rows}.csv`, rows, 1, "host"),
    write(`${folder}/vm-${rows}.csv`, rows, 2, "vm"),
  ];
  const bytes = Math.max(...files.map((file) => Deno.statSync(file).size));
  const probeRuns: Measured[] = [];
  const pandasRuns: Measured[] = [];
  for (let round = 0; round < roundsOf(rows); round++) {
    probeRuns.push(measure([...probeCommand(), ...files]));
    pandasRuns.push(measure([PYTHON, path("pandas_compare.py"), ...files]));
  }
  const [probe, pandas] = [typical(probeRuns), typical(pandasRuns)];
  const cell = ({ seconds, cpu, bytes }: Measured) =>
    `${seconds.toFixed(2).padStart(6)} s (CPU ${cpu.toFixed(2).padStart(5)} s) ` +
    `${(bytes / 1e6).toFixed(0).padStart(5)} MB`;
  console.log(
    `${String(rows).padStart(8)} rows of ${(bytes / rows).toFixed(0)} bytes, ${roundsOf(rows)} rounds  ` +
      `probe ${cell(probe)}  pandas ${cell(pandas)}  ` +
      `ratio ${(probe.seconds / pandas.seconds).toFixed(2)} (CPU ${(probe.cpu / pandas.cpu).toFixed(2)})  ${
        goals(rows, probe, pandas)
      }`.trimEnd(),
  );
  for (const file of files) Deno.removeSync(file);
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
    console.log(`comparing two files with: ${probeCommand().join(" ")}`);
    console.log(
      `median wall time, CPU time and largest memory of alternating runs, files of ${COLUMNS.length} columns:`,
    );
    for (const count of rows) compareAt(count, folder);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(error.message);
    Deno.exitCode = error.exitCode;
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
