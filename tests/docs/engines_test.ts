/**
 * The queries of docs/fleet.md, taken from the document, on DuckDB and ClickHouse over one data set: the numbers are those
 * of probe itself.
 *
 * ClickHouse comes as chDB's library for this machine, its npm package without the JavaScript around it: the package
 * `chdb` depends on such a library for each system, and Deno installs it only where a registry has all of them.
 */

import { DuckDBInstance } from "@duckdb/node-api";
import assert from "node:assert/strict";
import { fleetFiles } from "../../bench/fleet_files.ts";
import { main } from "../../main.ts";

type Cell = string | number | null;
type Rows = readonly (readonly Cell[])[];

/** One engine with an empty database. */
interface Engine {
  readonly name: "duckdb" | "clickhouse";
  /** Rows of a query; none of a statement. */
  run(sql: string): Promise<Rows>;
  close(): void;
}

async function duckdb(): Promise<Engine> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  return {
    name: "duckdb",
    run: async (sql) => (await connection.runAndReadAll(sql)).getRowsJson() as Rows,
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** The functions of chDB's library that are used here. */
interface ChDb {
  CreateConnection(path: string): unknown;
  QueryWithConnection(connection: unknown, sql: string, format: string): string;
  CloseConnection(connection: unknown): void;
}

async function clickhouse(): Promise<Engine> {
  const { default: library } = await import("@chdb/lib-linux-x64-gnu") as { default: ChDb };
  const connection = library.CreateConnection("");
  return {
    name: "clickhouse",
    run(sql) {
      const lines = library.QueryWithConnection(connection, sql, "JSONCompactEachRow").split("\n");
      return Promise.resolve(lines.filter((line) => line !== "").map((line) => JSON.parse(line)));
    },
    close: () => library.CloseConnection(connection),
  };
}

const DOCUMENT = Deno.readTextFileSync("docs/fleet.md");

/** Statements of the document that one engine runs: those of all engines and its own, in their order. */
function statements(engine: Engine["name"], folder: string): string[] {
  const blocks = [...DOCUMENT.matchAll(/^<!-- engine: (\w+) -->\n\n```sql\n(.*?)^```$/gms)];
  return blocks.filter(([, whose]) => whose === "all" || whose === engine)
    .flatMap(([, , text]) => text!.split(";\n"))
    .filter((statement) => statement.trim() !== "")
    .map((statement) => statement.replaceAll("fleet-data/", `${folder}/`));
}

async function called(...args: readonly string[]): Promise<string> {
  let text = "";
  const output = { stdout: (more: string | Uint8Array) => text += String(more), stderr: () => {} };
  assert.equal(await main(args, output), 0);
  return text;
}

/** A data set, and what probe says of it. */
async function measured(folder: string) {
  const paths: string[] = [];
  for (const [name, text] of fleetFiles({ hosts: 6, series: 3, rows: 120 })) {
    paths.push(`${folder}/${name}`);
    Deno.writeTextFileSync(paths.at(-1)!, text);
  }
  const set = `${folder}/set`;
  const listed = await called("export", "--format", "parquet", "--dataset", set, ...paths);
  const fleet = JSON.parse(await called("fleet", "--json", set));
  const shown = JSON.parse(await called("show", "--json", ...listed.trimEnd().split("\n")));
  return { set, fleet, files: shown.files };
}

function near(found: Cell | undefined, expected: number, what: string, share = 1e-9): void {
  const distance = Math.abs(Number(found) - expected);
  assert.ok(distance <= share * Math.abs(expected), `${what}: ${found}, probe says ${expected}`);
}

interface Measured {
  readonly fleet: {
    readonly hosts: { name: string; series: { kernel: string }[][] }[];
    readonly questions: {
      hosts: { host: string; levels_ns: number[]; shift_ns: number; series: number[]; runs: number[] }[];
    }[];
  };
  readonly files: {
    file: string;
    env: string;
    host: string;
    started: string;
    offset: { n: number; median_ns: number; p95_ns: number };
  }[];
}

function checkLevels(rows: Rows, { fleet }: Measured): void {
  const [{ hosts }] = fleet.questions as [Measured["fleet"]["questions"][number]];
  assert.equal(rows.length, 2 * hosts.length);
  const found = new Map(rows.map((row) => [`${row[0]} ${row[1]}`, row]));
  for (const [side, env] of ["host", "vm"].entries()) {
    for (const one of hosts) {
      const [, , kernel, series, runs, level] = found.get(`${env} ${one.host}`)!;
      assert.equal(kernel, fleet.hosts.find(({ name }) => name === one.host)!.series[side]![0]!.kernel);
      assert.deepEqual([Number(series), Number(runs)], [one.series[side], one.runs[side]]);
      near(level, one.levels_ns[side]!, `${env} ${one.host}`);
    }
  }
}

function checkShifts(rows: Rows, { fleet }: Measured): void {
  const [{ hosts }] = fleet.questions as [Measured["fleet"]["questions"][number]];
  assert.deepEqual(rows.map(([host]) => host), hosts.map(({ host }) => host));
  for (const [index, [, shift]] of rows.entries()) near(shift, hosts[index]!.shift_ns, hosts[index]!.host);
}

function checkDays(rows: Rows, { files }: Measured): void {
  const levels = new Map<string, number>(
    files.map(({ env, host, started, offset }) =>
      [`${env} ${host} ${started.slice(0, 10)}`, offset.median_ns] as const
    ),
  );
  assert.equal(rows.length, levels.size);
  for (const [index, [env, host, date, level, change]] of rows.entries()) {
    const key = `${env} ${host} ${date}`;
    near(level, levels.get(key)!, key);
    const before = rows[index - 1];
    if (before !== undefined && before[0] === env && before[1] === host) {
      near(change, Number(level) - Number(before[3]), key);
    } else assert.equal(change, null, key);
  }
}

/** A sketch may miss by a percent of the ranks; its value then lies between neighbouring quantiles of the file. */
function checkTails(rows: Rows, { files }: Measured): void {
  assert.equal(rows.length, files.length);
  const name = (path: Cell | undefined) => String(path).replace(/^.*\//, "");
  const expected = new Map(files.map(({ file, offset }) => [name(file), offset.p95_ns]));
  for (const [series, p95] of rows) near(p95, expected.get(name(series))!, String(series), 0.1);
}

for (const open of [duckdb, clickhouse]) {
  const ignore = open === clickhouse && Deno.build.arch !== "x86_64";
  Deno.test({
    name: `the queries of docs/fleet.md on ${open.name} say what probe says of the same data set`,
    ignore,
    async fn() {
      const folder = Deno.makeTempDirSync({ prefix: "probe-engines-" });
      const engine = await open();
      try {
        const { set, ...said } = await measured(folder);
        const found: Rows[] = [];
        for (const statement of statements(engine.name, set)) found.push(await engine.run(statement));
        const [runs, levels, ...queries] = found;
        assert.deepEqual([runs, levels, queries.length], [[], [], 4]);
        checkLevels(queries[0]!, said);
        checkShifts(queries[1]!, said);
        checkDays(queries[2]!, said);
        checkTails(queries[3]!, said);
      } finally {
        engine.close();
        Deno.removeSync(folder, { recursive: true });
      }
    },
  });
}
