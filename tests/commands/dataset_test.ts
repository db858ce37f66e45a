import { DuckDBInstance } from "@duckdb/node-api";
import assert from "node:assert/strict";
import { parquetMetadata } from "hyparquet";
import { EXIT, Failure } from "../../analysis/failure.ts";
import { COLUMNS } from "../../analysis/result/columns.ts";
import type { Meta } from "../../analysis/result/meta.ts";
import { generate } from "../../bench/generate.ts";
import { exportCommand } from "../../commands/export/export.ts";
import { showCommand } from "../../commands/show.ts";
import { main } from "../../main.ts";

/** What a name may have that a path, or a partition's folder, may not. */
const ODD = { env: "label a=b/c", host: "web 1:é\x85", kernel: '6.12+deb13-"x"%41', cpu: "Core, 'i7'" };
const SERIES: readonly Partial<Meta>[] = [
  { host: "web1", boot_id: "b-1", started: "2026-03-01T23:59:59Z" },
  { host: "web1", boot_id: "b-1", started: "2026-03-02T00:00:01+02:00" },
  { host: "web2", boot_id: "b-2", started: "2026-03-01T23:59:59Z", kernel: "6.1.0-1-amd64" },
  { ...ODD, started: "2026-03-05T00:00:00Z" },
];
const ENVS = ["host", "vm", "host", ODD.env];

class Place implements Disposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "probe-dataset-" });
  readonly dataset = `${this.folder}/set`;
  readonly paths = SERIES.map((meta, index) => {
    const path = `${this.folder}/${index}.csv`;
    const text = [...generate({ rows: 40 + index, seed: index, env: ENVS[index]!, timeoutEvery: 9, meta })];
    Deno.writeTextFileSync(path, text.join(""));
    return path;
  });

  async export(...more: readonly string[]) {
    let [stdout, stderr] = ["", ""];
    const args = ["export", "--format", "parquet", ...more];
    const code = await main(args, {
      stdout: (text) => stdout += String(text),
      stderr: (text) => stderr += text,
    });
    return { code, stdout, stderr };
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

const PATHS = [
  "env=host/kernel=6.12.117-cloud-amd64/date=2026-03-01/web1-20260301T235959.000Z-b-1.parquet",
  "env=vm/kernel=6.12.117-cloud-amd64/date=2026-03-01/web1-20260301T220001.000Z-b-1.parquet",
  "env=host/kernel=6.1.0-1-amd64/date=2026-03-01/web2-20260301T235959.000Z-b-2.parquet",
  "env=label a%3Db%2Fc/kernel=6.12+deb13-%22x%22%2541/date=2026-03-05/" +
  "web 1%3Aé%C2%85-20260305T000000.000Z-00000000-0000-4000-8000-000000000000.parquet",
];

Deno.test("a data set has one file a series, in the folders of its env, kernel and day", async () => {
  using place = new Place();
  const { code, stdout, stderr } = await place.export("--dataset", place.dataset, ...place.paths);
  assert.deepEqual([code, stderr], [EXIT.done, ""]);
  assert.deepEqual(stdout.trimEnd().split("\n"), PATHS.map((path) => `${place.dataset}/${path}`));
  for (const path of PATHS) {
    const { row_groups, schema } = parquetMetadata(Deno.readFileSync(`${place.dataset}/${path}`).buffer);
    const names = ["host", "boot_id", "runbook_sha256", "kernel", "cpu", "schema_version"];
    assert.deepEqual(schema.slice(COLUMNS.length + 1).map(({ name }) => name), names);
    // Types that every engine has, without unsigned, decimal or time.
    for (const { type, logical_type } of schema.slice(1)) {
      assert.ok(["INT64", "BOOLEAN", "BYTE_ARRAY"].includes(type!));
      assert.ok(logical_type === undefined || logical_type.type === "STRING");
    }
    for (const { meta_data } of row_groups[0]!.columns.slice(COLUMNS.length)) {
      assert.ok(meta_data!.encodings.includes("RLE_DICTIONARY"), meta_data!.path_in_schema.join());
    }
  }
});

Deno.test("DuckDB finds in the folders of a data set what its columns say, whatever the names", async () => {
  using place = new Place();
  await place.export("--dataset", place.dataset, ...place.paths);
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    const read = async (hive: boolean, columns: string) => {
      const query = `SELECT DISTINCT ${columns} FROM read_parquet('${place.dataset}/*/*/*/*.parquet',
        hive_partitioning = ${hive}, hive_types_autocast = false) ORDER BY ALL`;
      return (await connection.runAndReadAll(query)).getRowsJson();
    };
    const facts = "host, boot_id, kernel, cpu, schema_version";
    assert.deepEqual(await read(true, facts), await read(false, facts));
    const [first, second, third, odd] = ["2026-03-01", "2026-03-01", "2026-03-01", "2026-03-05"];
    assert.deepEqual(await read(true, "host, env, kernel, date, cpu"), [
      [ODD.host, ODD.env, ODD.kernel, odd, ODD.cpu],
      ["web1", "host", "6.12.117-cloud-amd64", first, "Generated CPU"],
      ["web1", "vm", "6.12.117-cloud-amd64", second, "Generated CPU"],
      ["web2", "host", "6.1.0-1-amd64", third, "Generated CPU"],
    ]);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
});

Deno.test("a file of a data set reads back as the file it was made of", async () => {
  using place = new Place();
  await place.export("--dataset", place.dataset, ...place.paths);
  const shown = async (path: string) => {
    let text = "";
    await showCommand({ format: "json" }, [path], null, (more) => text += more);
    return text.replaceAll(JSON.stringify(path).slice(1, -1), "");
  };
  for (const [index, path] of PATHS.entries()) {
    assert.equal(await shown(`${place.dataset}/${path}`), await shown(place.paths[index]!));
  }
});

Deno.test("a series is added once; --force writes it anew, with the same bytes", async () => {
  using place = new Place();
  const [path] = place.paths as [string];
  const target = `${place.dataset}/${PATHS[0]}`;
  await place.export("--dataset", place.dataset, path);
  const before = Deno.readFileSync(target);
  const again = await place.export("--dataset", place.dataset, path);
  assert.deepEqual([again.code, again.stdout], [EXIT.failed, ""]);
  assert.equal(
    again.stderr,
    `probe: ${path} is in the data set already, as ${target}; leave it out, or give --force to write it anew\n`,
  );
  assert.equal((await place.export("--dataset", place.dataset, "--force", path)).code, EXIT.done);
  assert.deepEqual(Deno.readFileSync(target), before);
});

Deno.test("what has no place in a data set is refused, and leaves no half of a file", async () => {
  using place = new Place();
  const file = place.paths[0]!;
  const undated = `${place.folder}/undated.csv`;
  Deno.writeTextFileSync(undated, Deno.readTextFileSync(file).replace("2026-03-01T23:59:59Z", "yesterday"));
  const blocked = `${place.folder}/blocked`;
  Deno.writeTextFileSync(blocked, "");
  const refused: readonly (readonly [args: readonly string[], code: number, says: RegExp])[] = [
    [["--dataset", place.dataset, undated], EXIT.failed, /its start "yesterday" is no date; leave it out/],
    [["--dataset", place.dataset, "--out", "x", file], EXIT.usage, /--dataset names its files itself/],
    [["--dataset", place.dataset, "-"], EXIT.usage, /a file of a data set is read twice/],
    [["--dataset", "-", file], EXIT.usage, /- is not a folder/],
    [["--dataset", blocked, file], EXIT.failed, /cannot make the folder .*blocked/],
    [["--out", "x", file, file], EXIT.usage, /is a second file, and only a data set takes several/],
    [["--dataset", place.dataset], EXIT.usage, /the argument FILE is missing/],
  ];
  for (const [args, expected, says] of refused) {
    const { code, stdout, stderr } = await place.export(...args);
    assert.deepEqual([code, stdout], [expected, ""], stderr);
    assert.match(stderr, says);
    assert.match(stderr, /^[^\n]*\n$/);
  }
  await assert.rejects(
    exportCommand({ format: "folded", dataset: place.dataset }, file, { stdout: () => {} }),
    (error: unknown) => error instanceof Failure && /a data set is of Parquet/.test(error.found),
  );
  assert.throws(() => Deno.statSync(place.dataset), Deno.errors.NotFound);
});

Deno.test("a column that repeats other metadata than the file's is refused", async () => {
  using place = new Place();
  await place.export("--dataset", place.dataset, place.paths[0]!);
  const path = `${place.dataset}/${PATHS[0]}`;
  const bytes = Deno.readFileSync(path);
  const text = new TextDecoder("latin1").decode(bytes);
  // In the metadata; the column's dictionary stands before it.
  const at = text.indexOf('"host":"web1"') + '"host":"'.length;
  bytes[at] = "x".charCodeAt(0);
  Deno.writeFileSync(path, bytes);
  await assert.rejects(
    showCommand({ format: "text" }, [path], null, () => {}),
    /is broken Parquet: its column host says web1, its metadata xeb1; export it again/,
  );
});
