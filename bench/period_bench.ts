/**
 * How many edges a series with a short period uses: the share of runs whose edge is the one after that of the run
 * before, and the memory of the process while 10,000 runs are measured.
 *
 *   deno run -A bench/period_bench.ts
 *
 * On the machine itself at the tracepoint tier. Needs dist/probe. It is a benchmark: it reports, but does not
 * fail when a goal is missed.
 */

import { medianSorted } from "../analysis/stats/quantile.ts";
import { EXECUTABLE } from "../build/parts/executable.ts";
import { parseMeasurement } from "../tests/harness/measurement.ts";

const SERIES = [
  { period: "100ms", ms: 100, runs: 300 },
  { period: "10ms", ms: 10, runs: 1_000 },
  { period: "5ms", ms: 5, runs: 1_000 },
  { period: "2ms", ms: 2, runs: 2_000 },
  { period: "1ms", ms: 1, runs: 10_000 },
] as const;

const MEMORY_EVERY_MS = 250;

interface Series {
  readonly period: string;
  readonly runs: number;
  readonly consecutive: number;
  readonly medianMs: number;
  readonly missed: number;
  readonly timeouts: number;
  /** kB after a tenth of the runs and at the end. */
  readonly memory: readonly [number, number];
}

/** Resident memory of a process, kB; null: it has ended. */
function residentKb(pid: number): number | null {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1] ?? NaN);
  } catch {
    return null;
  }
}

function rowsIn(path: string): number {
  try {
    return Deno.readTextFileSync(path).match(/^\d+,/gm)?.length ?? 0;
  } catch {
    return 0;
  }
}

async function measure({ period, ms, runs }: (typeof SERIES)[number], folder: string): Promise<Series> {
  const path = `${folder}/${period}.csv`;
  const argv = ["run", "--runs", String(runs), "--period", period, "--require", "tracepoint", "--out", path];
  const child = new Deno.Command(EXECUTABLE, { args: [...argv, "--quiet"] }).spawn();
  let ended = false;
  const status = child.status.finally(() => ended = true);
  let early = NaN, late = NaN;
  while (!ended) {
    const kb = residentKb(child.pid);
    if (kb !== null && rowsIn(path) >= runs / 10) {
      if (Number.isNaN(early)) early = kb;
      late = kb;
    }
    await new Promise((resolve) => setTimeout(resolve, MEMORY_EVERY_MS));
  }
  const { code } = await status;
  if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}`);
  const { rows, end } = parseMeasurement(Deno.readTextFileSync(path));
  const edges = rows.filter(({ edge_ns }) => edge_ns !== "").map(({ edge_ns }) => Number(edge_ns) / 1e6);
  const gaps = edges.slice(1).map((edge, index) => edge - edges[index]!);
  return {
    period,
    runs,
    consecutive: gaps.filter((gap) => Math.round(gap / ms) === 1).length / gaps.length,
    medianMs: medianSorted(Float64Array.from(gaps).sort()),
    missed: end?.edges?.missed ?? NaN,
    timeouts: end?.timeout ?? NaN,
    memory: [early, late],
  };
}

if (import.meta.main) {
  const folder = Deno.makeTempDirSync({ prefix: "probe-bench-" });
  try {
    console.log("| period | runs | next edge used | median distance | edges missed | timeouts | resident |");
    console.log("| ------ | ---- | -------------- | --------------- | ------------ | -------- | -------- |");
    for (const series of SERIES) {
      const { period, runs, consecutive, medianMs, missed, timeouts, memory } = await measure(series, folder);
      const mb = memory.map((kb) => (kb / 1024).toFixed(0)).join(" to ");
      console.log(
        `| ${period} | ${runs} | ${(100 * consecutive).toFixed(0)} % | ${medianMs.toFixed(1)} ms | ` +
          `${missed} | ${timeouts} | ${mb} MB |`,
      );
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
