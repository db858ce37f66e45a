import assert from "node:assert/strict";
import { EXIT } from "../../analysis/failure.ts";
import type { Meta } from "../../analysis/result/meta.ts";
import { generate, generatedMeta } from "../../bench/generate.ts";
import { main } from "../../main.ts";

const folder = Deno.makeTempDirSync();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

/** A measurement of its own: each begins at another minute. */
function written(name: string, seed: number, meta: Partial<Meta> = {}, env = name.replace(/\d.*/, "")): void {
  const started = `2026-01-01T00:${String(seed).padStart(2, "0")}:00Z`;
  Deno.writeTextFileSync(
    `${folder}/${name}`,
    [...generate({ rows: 30, seed, env, meta: { started, ...meta } })].join(""),
  );
}

for (const seed of [1, 2, 3]) written(`host${seed}.csv`, seed);
for (const seed of [11, 12, 13]) written(`vm${seed}.csv`, seed);
written("other20.csv", 20, { runbook: { ...generatedMeta("host").runbook, period_ns: 7_000_000 } }, "host");
written("host[9].csv", 30);

async function call(...args: string[]) {
  let [stdout, stderr] = ["", ""];
  const code = await main(args.map((word) => word.replace("DIR", folder)), {
    stdout: (text) => stdout += text,
    stderr: (text) => stderr += text,
  });
  return { code, stdout: stdout.replaceAll(folder, "DIR"), stderr: stderr.replaceAll(folder, "DIR") };
}

async function refusal(...args: string[]): Promise<readonly [number, string]> {
  const { code, stdout, stderr } = await call("compare", ...args);
  assert.equal(stdout, "");
  return [code, stderr];
}

Deno.test("patterns are expanded in their order, sorted; the runs of a side are taken together", async () => {
  const { code, stdout } = await call("compare", "--json", "--a", "DIR/host?.csv", "--b", "DIR/vm*.csv");
  assert.equal(code, EXIT.done);
  const [{ sides, questions, strata }] = JSON.parse(stdout).comparisons;
  assert.deepEqual(sides[0].pooled, [
    { file: "DIR/host1.csv", rows: 30, run_offset: 0 },
    { file: "DIR/host2.csv", rows: 30, run_offset: 30 },
    { file: "DIR/host3.csv", rows: 30, run_offset: 60 },
  ]);
  assert.deepEqual([sides[0].file, sides[0].rows, sides[1].rows], ["DIR/host1.csv and 2 more", 90, 90]);
  assert.deepEqual(questions[0].n, [90, 90]);
  // As many files on both sides: those at the same place are a stratum.
  const [byFile] = strata;
  assert.equal(byFile.key, "file");
  assert.deepEqual(
    byFile.groups.map(({ value, n }: { value: string; n: number[] }) => [value, n]).sort(),
    [1, 2, 3].map((at) => [`host${at}.csv | vm1${at}.csv`, [30, 30]]),
  );
  const words = await call(
    "compare",
    "--details",
    "--a=DIR/host3.csv",
    "--a",
    "DIR/host1.csv",
    "--b",
    "DIR/vm11.csv",
  );
  assert.match(
    words.stdout.replaceAll(/\s+/g, " "),
    /the files: DIR\/host3\.csv \(30 runs, numbered from 1\)/,
  );
});

Deno.test("files of one name on both sides are a stratum, and a single file has its own", async () => {
  Deno.mkdirSync(`${folder}/again`);
  Deno.copyFileSync(`${folder}/vm12.csv`, `${folder}/again/host1.csv`);
  const { stdout } = await call(
    "compare",
    ...["--json", "--a", "DIR/host[12].csv", "--b", "DIR/again/*"],
  );
  const [byFile] = JSON.parse(stdout).comparisons[0].strata;
  assert.deepEqual(byFile.groups.map(({ value, n }: { value: string; n: number[] }) => [value, n]), [
    ["host1.csv", [30, 30]],
    ["host2.csv", [30, 0]],
  ]);
  Deno.removeSync(`${folder}/again`, { recursive: true });
  const by = await call("compare", "--json", "--by", "file", "DIR/host1.csv", "DIR/vm11.csv");
  assert.equal(JSON.parse(by.stdout).comparisons[0].strata[0].groups.length, 2);
});

Deno.test("patterns may stand in folders too, and match no hidden file", async () => {
  Deno.mkdirSync(`${folder}/day1`);
  Deno.copyFileSync(`${folder}/host1.csv`, `${folder}/day1/run.csv`);
  Deno.copyFileSync(`${folder}/host2.csv`, `${folder}/day1/.run.csv`);
  const { stdout } = await call("compare", "--json", "--a", "DIR/*/*.csv", "--b", "DIR/vm11.csv");
  assert.equal(JSON.parse(stdout).comparisons[0].sides[0].file, "DIR/day1/run.csv");
  Deno.removeSync(`${folder}/day1`, { recursive: true });
});

Deno.test("a path with the characters of a pattern that is there is taken as it is", async () => {
  const { stdout } = await call("compare", "--json", "--a", "DIR/host[9].csv", "--b", "DIR/vm11.csv");
  assert.equal(JSON.parse(stdout).comparisons[0].sides[0].file, "DIR/host[9].csv");
});

Deno.test("files of another protocol or env, and one measurement twice, are refused in one line", async () => {
  assert.deepEqual(await refusal("--a", "DIR/host1.csv", "--a", "DIR/other20.csv", "--b", "DIR/vm11.csv"), [
    EXIT.failed,
    "probe: DIR/host1.csv and DIR/other20.csv cannot be one side: runbook period: 1 s in DIR/host1.csv, " +
    "7 ms in DIR/other20.csv, though runbook_sha256 is the same; give files of one protocol and one env\n",
  ]);
  assert.deepEqual(await refusal("--a", "DIR/host1.csv", "--a", "DIR/vm11.csv", "--b", "DIR/vm12.csv"), [
    EXIT.failed,
    "probe: DIR/host1.csv and DIR/vm11.csv cannot be one side: env is host and vm; " +
    "give files of one protocol and one env\n",
  ]);
  assert.deepEqual(await refusal("--a", "DIR/host?.csv", "--a", "DIR/host2.csv", "--b", "DIR/vm12.csv"), [
    EXIT.failed,
    "probe: DIR/host2.csv and DIR/host2.csv are one measurement; give each once\n",
  ]);
  assert.deepEqual(await refusal("--a", "DIR/host?.csv", "--b", "DIR/host2.csv"), [
    EXIT.failed,
    "probe: DIR/host2.csv in A and DIR/host2.csv in B are one measurement; give each on one side only\n",
  ]);
});

Deno.test("what is no pair of sides is refused as a mistake in use", async () => {
  const cases: readonly (readonly [args: readonly string[], message: RegExp])[] = [
    [["--a", "DIR/host1.csv"], /--a names the files of one side alone; name those of the other with --b$/],
    [["--a", "DIR/h*", "--b", "DIR/vm*", "x.csv"], /x\.csv is given without --a and --b, which name/],
    [["--a", "DIR/none*.csv", "--b", "DIR/vm*"], /no file matches DIR\/none\*\.csv; give a pattern such/],
    [["DIR/host1.csv"], /one file is given, and a comparison needs 2; name the baseline/],
    [[], /no file is given, and a comparison needs 2; /],
  ];
  for (const [args, message] of cases) {
    const [code, stderr] = await refusal(...args);
    assert.equal(code, EXIT.usage, args.join(" "));
    assert.match(stderr.trimEnd(), message);
  }
});

Deno.test("--where, --question and every form are about the pooled runs; the page names the files", async () => {
  const sides = ["--a", "DIR/host?.csv", "--b", "DIR/vm*.csv"];
  const { stdout } = await call(
    "compare",
    ...[
      "--json",
      "--where",
      "run<11",
      "--question",
      "edge_to_ttwu",
      "--by",
      "waker_comm,target_cpu",
      ...sides,
    ],
  );
  const [{ questions }] = JSON.parse(stdout).comparisons;
  assert.deepEqual(questions.map(({ n }: { n: number[] }) => n), Array(5).fill([30, 30]));
  for (const format of ["text", "csv", "markdown", "html"]) {
    const { code, stderr, stdout } = await call("compare", "--format", format, ...sides);
    assert.deepEqual([code, stderr], [EXIT.done, ""], format);
    assert.ok(stdout.includes("host1.csv and 2 more"), format);
  }
  const page = await call("report", "--out", "-", ...sides);
  assert.equal(page.code, EXIT.done);
  assert.match(page.stdout, /--a &#39;DIR\/host\?\.csv&#39; --b &#39;DIR\/vm\*\.csv&#39;/);
  assert.match(page.stdout, /DIR\/vm13\.csv/);
});

Deno.test("show --pool describes files as one: all their runs, numbered on, and what differs between them", async () => {
  written("host40.csv", 40, { kernel: "6.13.0" });
  const { code, stdout } = await call("show", "--json", "--pool", "DIR/host[12].csv", "DIR/host40.csv");
  assert.equal(code, EXIT.done);
  const { files } = JSON.parse(stdout);
  assert.equal(files.length, 1);
  const [{ pooled, between, runs, offset, slowest }] = files;
  assert.deepEqual(pooled.map(({ file, run_offset }: Record<string, unknown>) => [file, run_offset]), [
    ["DIR/host1.csv", 0],
    ["DIR/host2.csv", 30],
    ["DIR/host40.csv", 60],
  ]);
  assert.deepEqual([runs.rows, offset.n], [90, 90]);
  assert.deepEqual(between, ["its files differ in kernel (6.12.117-cloud-amd64 | 6.13.0)"]);
  // The slowest runs of all, each with the number that it has among all.
  const single = await call("show", "--json", "DIR/host1.csv", "DIR/host2.csv", "DIR/host40.csv");
  const alone = JSON.parse(single.stdout).files.flatMap(
    (one: { slowest: { runs: { run: number; offset_ns: number }[] } }, index: number) =>
      one.slowest.runs.map(({ run, offset_ns }) => [run + 30 * index, offset_ns]),
  );
  const expected = alone.sort((x: number[], y: number[]) => y[1]! - x[1]!).slice(0, 5);
  assert.deepEqual(
    slowest.runs.map(({ run, offset_ns }: Record<string, unknown>) => [run, offset_ns]),
    expected,
  );
  assert.ok(expected.some(([run]: number[]) => run! > 30), "the test must see runs of a later file");
  const text = await call("show", "--pool", "DIR/host[12].csv", "DIR/host40.csv");
  assert.match(text.stdout, /^ {2}files +DIR\/host1\.csv \(30 runs, numbered from 1\),\n/m);
  assert.match(text.stdout.replaceAll(/\s+/g, " "), /warning: its files differ in kernel/);
  // Without it each is described.
  assert.equal(
    JSON.parse((await call("show", "--json", "DIR/host1.csv", "DIR/host2.csv")).stdout).files.length,
    2,
  );
  Deno.removeSync(`${folder}/host40.csv`);
});

Deno.test("show --pool and power refuse what cannot be one side", async () => {
  assert.deepEqual(await call("show", "--pool", "DIR/host1.csv", "DIR/vm11.csv"), {
    code: EXIT.failed,
    stdout: "",
    stderr: "probe: DIR/host1.csv and DIR/vm11.csv cannot be one side: env is host and vm; " +
      "give files of one protocol and one env\n",
  });
  const refused = async (...args: string[]) => (await call("power", ...args)).stderr;
  assert.match(
    await refused("--a", "DIR/host1.csv", "--a", "DIR/vm11.csv"),
    /cannot be one side: env is host and vm/,
  );
  assert.match(
    await refused("--a", "DIR/host?.csv", "--b", "DIR/host2.csv"),
    /in A and .* in B are one measurement/,
  );
  assert.match(
    await refused("--b", "DIR/vm11.csv"),
    /--b names the files of one side alone; name those .* --a$/m,
  );
  assert.match(await refused(), /^probe: no file is given; name one, or several of one protocol with --a$/m);
});

Deno.test("power draws from the runs of all files of a side, and says what differs between them", async () => {
  const { code, stdout } = await call("power", "--json", "--a", "DIR/host?.csv", "--b", "DIR/vm*.csv");
  assert.equal(code, EXIT.done);
  const { files, questions } = JSON.parse(stdout);
  assert.deepEqual(files, ["DIR/host1.csv and 2 more", "DIR/vm11.csv and 2 more"]);
  for (const { samples } of questions) assert.deepEqual(samples.map(({ n }: { n: number }) => n), [90, 90]);
  const alone = JSON.parse((await call("power", "--json", "--a", "DIR/host?.csv")).stdout);
  assert.deepEqual(alone.files, ["DIR/host1.csv and 2 more"]);
  assert.deepEqual(alone.questions[0].samples.map(({ n }: { n: number }) => n), [90]);
  Deno.writeTextFileSync(
    `${folder}/host50.csv`,
    [...generate({
      rows: 30,
      seed: 50,
      env: "host",
      shiftNs: 9_000_000,
      meta: { started: "2026-01-03T00:00:00Z" },
    })]
      .join(""),
  );
  const { stdout: text } = await call("power", "--a", "DIR/host1.csv", "--a", "DIR/host50.csv");
  assert.match(
    text.replaceAll(/\s+/g, " "),
    /warning: DIR\/host1\.csv and 1 more: its files differ in offset, p .* medians .* other numbers of runs/,
  );
  const page = await call("report", "--out", "-", "--a", "DIR/host1.csv", "--a", "DIR/host50.csv");
  assert.match(page.stdout, /its files differ in offset/);
  Deno.removeSync(`${folder}/host50.csv`);
});
