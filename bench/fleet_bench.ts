/**
 * What `probe fleet` takes for 1,000 files of 300 rows, as result files and as a data set: time, CPU time and memory, the
 * worst of five rounds.
 *
 *   deno run -A bench/fleet_bench.ts
 *
 * Needs dist/probe and python3. It is a benchmark: it reports, but does not fail when a goal is missed.
 */

import { EXECUTABLE } from "../build/parts/executable.ts";
import { capture } from "../build/process/command.ts";
import { fleetFiles } from "./fleet_files.ts";

const HOSTS = 250;
const SERIES = 2;
const ROWS = 300;
const ROUNDS = 5;
const GOAL = { seconds: 60, bytes: 300e6 };

interface Cost {
  readonly code: number;
  readonly seconds: number;
  readonly cpu: number;
  readonly bytes: number;
}

async function cost(folder: string): Promise<Cost> {
  const { stdout } = await capture(["python3", "bench/measure.py", EXECUTABLE, "fleet", folder]);
  const measured: Cost = JSON.parse(stdout);
  if (measured.code !== 0) throw new Error(`probe fleet ${folder} ended with ${measured.code}`);
  return measured;
}

async function report(name: string, folder: string): Promise<void> {
  const rounds: Cost[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await cost(folder));
  const worst = (of: (one: Cost) => number) => Math.max(...rounds.map(of));
  const [seconds, cpu, bytes] = [worst((r) => r.seconds), worst((r) => r.cpu), worst((r) => r.bytes)];
  const met = seconds <= GOAL.seconds && bytes <= GOAL.bytes ? "yes" : "no";
  console.log(
    `| ${name} | ${seconds.toFixed(1)} | ${cpu.toFixed(1)} | ${Math.round(bytes / 1e6)} MB | ${met} |`,
  );
}

const folder = Deno.makeTempDirSync({ prefix: "probe-fleet-bench-" });
try {
  Deno.mkdirSync(`${folder}/files`);
  const paths: string[] = [];
  for (const [name, text] of fleetFiles({ hosts: HOSTS, series: SERIES, rows: ROWS })) {
    paths.push(`${folder}/files/${name}`);
    Deno.writeTextFileSync(paths.at(-1)!, text);
  }
  await capture([EXECUTABLE, "export", "--format", "parquet", "--dataset", `${folder}/set`, ...paths]);
  await report("result files", `${folder}/files`);
  await report("data set", `${folder}/set`);
} finally {
  Deno.removeSync(folder, { recursive: true });
}
