import assert from "node:assert/strict";
import { EXIT } from "../../../analysis/failure.ts";
import { callAll } from "../../harness/calls.ts";
import { call, GatePlace, POLICY } from "./gate_place.ts";

const NAMES = ["gate_comment.md", "gate_junit.xml", "gate_result.json"];

Deno.test("PASS ends with 0 and FAIL with 4, outcome first, and both leave three files", async () => {
  using place = new GatePlace();
  const pass = await place.gate("pass", place.baseline, place.passes);
  assert.deepEqual([pass.code, pass.stderr], [EXIT.done, ""]);
  assert.match(pass.stdout, /^PASS {2}2 PASS of 2 questions, by policy\.toml\n/);
  const fail = await place.gate("fail", place.baseline, place.fails);
  assert.deepEqual([fail.code, fail.stderr], [
    EXIT.gate,
    "probe: policy.toml: FAIL: offset (fails.csv)\n",
  ]);
  assert.match(fail.stdout, /^FAIL {2}1 FAIL, 1 PASS of 2 questions, by policy\.toml\n/);
  for (const out of ["pass", "fail"]) assert.deepEqual(Object.keys(place.written(out)), NAMES);
  for (const line of `${pass.stdout}${fail.stdout}`.split("\n")) {
    assert.ok(line.length <= 80 || line.startsWith(place.folder), line);
  }
  const result = JSON.parse(place.read("fail/gate_result.json"));
  assert.deepEqual(
    [result.outcome, result.policy.sha256, result.baseline.file, result.series[0].file],
    ["FAIL", await sha256(POLICY), "baseline.csv", "fails.csv"],
  );
  assert.equal(result.series[0].sha256, await sha256(place.read("fails.csv")));
  assert.match(result.top_reasons[0], /^offset is DIFFERENT; B - A \+3\.000 ms, /);
  assert.match(place.read("fail/gate_comment.md"), /^## probe gate: FAIL\n/);
  assert.match(place.read("fail/gate_junit.xml"), /tests="2" failures="1" errors="0" skipped="0"/);
});

async function sha256(text: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toHex();
}

Deno.test("a policy that only comments ends with 0, says FAIL all the same, and fails no test case", async () => {
  using place = new GatePlace();
  place.write("policy.toml", `comment_only = true\n${POLICY}`);
  const { code, stdout, stderr } = await place.gate("gate", place.baseline, place.fails);
  assert.deepEqual([code, stderr], [EXIT.done, ""]);
  assert.match(stdout, /^FAIL .*\n {6}comment only: it fails no build\n/);
  const result = JSON.parse(place.read("gate/gate_result.json"));
  assert.deepEqual([result.outcome, result.comment_only], ["FAIL", true]);
  assert.match(place.read("gate/gate_junit.xml"), /failures="0" errors="0" skipped="1"/);
  assert.match(place.read("gate/gate_comment.md"), /comment only\./);
});

Deno.test("the same files give the same bytes, wherever they lie and from wherever they are named", async () => {
  using place = new GatePlace();
  await place.gate("first", place.baseline, place.fails, place.passes);
  await place.gate("second", place.baseline, place.fails, place.passes);
  for (const name of ["policy.toml", "baseline.csv", "fails.csv", "passes.csv"]) {
    place.write(`elsewhere/deep/${name}`, place.read(name));
  }
  const [output] = await callAll(
    [["gate", "--policy", "policy.toml", "--out", "../third/", "baseline.csv", "fails.csv", "./passes.csv"]],
    `${place.folder}/elsewhere/deep`,
  );
  assert.equal(output!.code, EXIT.gate);
  const first = place.written("first");
  assert.deepEqual(place.written("second"), first);
  assert.deepEqual(place.written("elsewhere/third"), first);
});

Deno.test("what is there is replaced with --force alone, and never by an earlier answer after an error", async () => {
  using place = new GatePlace();
  await place.gate("gate", place.baseline, place.passes);
  const kept = place.written("gate");
  const again = await place.gate("gate", place.baseline, place.fails);
  assert.equal(again.code, EXIT.failed);
  assert.match(again.stderr, /gate_comment\.md: it exists already; .* or give --force to replace it\n$/);
  assert.deepEqual(place.written("gate"), kept);
  await place.gate("gate", "--force", place.baseline, place.fails);
  assert.equal(JSON.parse(place.read("gate/gate_result.json")).outcome, "FAIL");
  const none = await place.gate("gate", "--force", place.baseline, `${place.folder}/none.csv`);
  assert.equal(none.code, EXIT.failed);
  assert.deepEqual(place.written("gate"), {});
});

Deno.test("a result file in the place of an answer is not replaced", async () => {
  using place = new GatePlace();
  const rows = place.read("passes.csv");
  place.write("gate/gate_result.json", rows);
  const { code, stderr } = await place.gate("gate", "--force", place.baseline, place.fails);
  assert.equal(code, EXIT.failed);
  assert.match(stderr, /it is a result file, which cannot be made again/);
  assert.equal(place.read("gate/gate_result.json"), rows);
});

Deno.test("what cannot be judged is refused in one line, and leaves nothing", async () => {
  using place = new GatePlace();
  const header = place.write("header.csv", place.read("passes.csv").slice(0, 2000));
  const other = place.write("other.csv", "a,b\n1,2\n");
  const { baseline, passes, policy } = place;
  const refused: readonly (readonly [args: readonly string[], says: RegExp])[] = [
    [[], /no file is given, and a gate needs two; name the baseline and the files to judge/],
    [[baseline], /one file is given, and a gate needs two/],
    [
      [baseline, baseline],
      /are one measurement, which says nothing about itself; give each measurement once/,
    ],
    [[baseline, passes, passes], /passes\.csv and .*passes\.csv are one measurement/],
    [[baseline, header], /header\.csv ends before its first row/],
    [[baseline, other], /other\.csv .*not a result file|other\.csv/],
    [["--policy", policy, baseline, passes], /--policy is given twice/],
    [
      ["--backtest", place.folder, baseline],
      /baseline\.csv is given, and --backtest judges the files of its folder/,
    ],
  ];
  for (const [args, says] of refused) {
    const { code, stdout, stderr } = await place.gate("gate", ...args);
    assert.ok(code === EXIT.usage || code === EXIT.failed, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, /^probe: [^\n]+\n$/);
    assert.match(stderr, says);
    assert.throws(() => place.read("gate/gate_result.json"), Deno.errors.NotFound);
  }
  const { stderr } = await call("gate", baseline, passes);
  assert.match(stderr, /policy/);
  place.write("policy.toml", "flaky = 1\n");
  const { code, stderr: unknown } = await place.gate("gate", baseline, passes);
  assert.equal(code, EXIT.usage);
  assert.match(unknown, /policy\.toml line 1: flaky: there is no such key; .*the keys are version, /);
});
