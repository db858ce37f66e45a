/**
 * `probe compare` beside the same analysis in pandas and scipy: alternately, in one run, on the same files.
 *
 *   deno run -A bench/compare_bench.ts [ROWS...]        default: 30 100000
 *
 * Uses dist/probe when it was built, else the sources. A benchmark: it reports, it does not fail on slow machines.
 */

import { EXIT, Failure } from "../analysis/failure.ts";
import { generate } from "./generate.ts";

const PYTHON = "/usr/bin/python3";
const DEFAULT_ROWS = [30, 100_000];

/** How often each side runs, and the share of pandas' time that probe may take, by the rows of a file. */
interface Plan {
  readonly rounds: number;
  readonly goal: number;
}

function planFor(rows: number): Plan {
  if (rows >= 1_000_000) return { rounds: 1, goal: 0.5 };
  return rows >= 10_000 ? { rounds: 5, goal: 0.8 } : { rounds: 9, goal: 0.5 };
}

interface Measured {
  readonly seconds: number;
  readonly bytes: number;
}

function path(name: string): string {
  return new URL(name, import.meta.url).pathname;
}

function measure(command: readonly string[]): Measured {
  const { stdout, stderr } = new Deno.Command(PYTHON, { args: [path("measure.py"), ...command] })
    .outputSync();
  const answer = new TextDecoder().decode(stdout);
  const { code, seconds, bytes }: Measured & { code: number } = JSON.parse(answer);
  if (code === 0) return { seconds, bytes };
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
  for (const piece of generate({ rows, seed, env })) {
    const bytes = encoder.encode(piece);
    for (let at = 0; at < bytes.length;) at += out.writeSync(bytes.subarray(at));
  }
  return file;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((x, y) => x - y);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function compareAt(rows: number, folder: string): void {
  const { rounds, goal } = planFor(rows);
  const files = [
    write(`${folder}/host-${rows}.csv`, rows, 1, "host"),
    write(`${folder}/vm-${rows}.csv`, rows, 2, "vm"),
  ];
  const probe: Measured[] = [];
  const pandas: Measured[] = [];
  for (let round = 0; round < rounds; round++) {
    probe.push(measure([...probeCommand(), ...files]));
    pandas.push(measure([PYTHON, path("pandas_compare.py"), ...files]));
  }
  const seconds = (runs: readonly Measured[]) => median(runs.map((run) => run.seconds));
  const megabytes = (runs: readonly Measured[]) => Math.max(...runs.map((run) => run.bytes)) / 1e6;
  const ratio = seconds(probe) / seconds(pandas);
  const isMet = ratio <= goal && megabytes(probe) <= megabytes(pandas);
  const cell = (runs: readonly Measured[]) =>
    `${seconds(runs).toFixed(2)} s  ${megabytes(runs).toFixed(0)} MB`.padEnd(18);
  console.log(
    `${String(rows).padStart(8)} rows, ${rounds} rounds   probe ${cell(probe)} pandas ${cell(pandas)} ` +
      `ratio ${ratio.toFixed(2)} (goal ${goal}${isMet ? ", met" : ", MISSED"})`,
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
    console.log("median wall time and largest memory of alternating runs:");
    for (const count of rows) compareAt(count, folder);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(error.message);
    Deno.exitCode = error.exitCode;
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
