import assert from "node:assert/strict";
import { EXIT } from "../../../analysis/failure.ts";
import { call, type CallOutput, FAILS, GatePlace, PASSES, POLICY } from "./gate_place.ts";

/** A set with one pair that passes and one that fails, each as an earlier gate judged it. */
class SetOfPairs extends GatePlace {
  async make(): Promise<void> {
    for (const [name, offset, day] of [["1", PASSES, "04"], ["2", FAILS, "05"]] as const) {
      this.series(`set/${name}/baseline.csv`, 5_000_000, "2026-01-01T00:00:00Z");
      this.series(`set/${name}/new.csv`, offset, `2026-01-${day}T00:00:00Z`);
      await this.gate(
        "out",
        "--force",
        ...["baseline", "new"].map((one) => `${this.folder}/set/${name}/${one}.csv`),
      );
      this.write(`set/${name}/gate_result.json`, this.read("out/gate_result.json"));
    }
    await this.lock();
  }

  /** As `sha256sum` writes it. */
  async lock(): Promise<void> {
    const lines = ["1", "2"].flatMap((folder) =>
      [...Deno.readDirSync(`${this.folder}/set/${folder}`)].map(({ name }) => `${folder}/${name}`)
    ).sort().map(async (name) => `${await this.#sha256(`set/${name}`)}  ${name}\n`);
    this.write("set/SHA256SUMS", (await Promise.all(lines)).join(""));
  }

  async #sha256(name: string): Promise<string> {
    const bytes = Deno.readFileSync(`${this.folder}/${name}`);
    return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  }

  backtest(): Promise<CallOutput> {
    return call("gate", "--policy", this.policy, "--backtest", `${this.folder}/set`);
  }
}

Deno.test("a locked set comes out as before under the same policy, and as another policy says", async () => {
  using set = new SetOfPairs();
  await set.make();
  assert.deepEqual(await set.backtest(), {
    code: EXIT.done,
    stdout: "2 pairs: 2 as before, by policy.toml\n\n1: PASS, as before\n2: FAIL, as before\n",
    stderr: "",
  });
  set.write("policy.toml", POLICY.replace('"1ms"', '"9ms"'));
  const { code, stdout } = await set.backtest();
  assert.equal(code, EXIT.done);
  assert.match(
    stdout,
    /^2 pairs: 1 changed, 1 as before, by policy\.toml\n\n1: PASS, as before\n2: FAIL -> PASS\n/,
  );
  assert.match(stdout, /\n {6}offset: FAIL -> PASS; DIFFERENT-WITHIN-MARGIN, |\n {6}offset: FAIL -> PASS; /);
  set.write("policy.toml", 'version = 1\n[questions]\nttwu_to_tkread = "runbook"\noffset = "1ms"\n');
  const asked = (await set.backtest()).stdout;
  assert.match(asked, /1: PASS\n {6}ttwu_to_tkread: not asked -> PASS; /);
  assert.match(asked, /\n {6}edge_to_ttwu: PASS -> not asked\n/);
});

Deno.test("pairs that were not judged before, that cannot be judged, and strangers are told", async () => {
  using set = new SetOfPairs();
  await set.make();
  Deno.removeSync(`${set.folder}/set/1/gate_result.json`);
  set.write("set/2/new.csv", set.read("set/2/baseline.csv"));
  set.write("set/2/notes.txt", "x");
  await set.lock();
  set.write("set/README", "x");
  set.write("set/empty/x.csv", "x");
  set.write("set/alone/baseline.csv", "x");
  const { code, stdout } = await set.backtest();
  assert.equal(code, EXIT.done);
  assert.match(
    stdout,
    /^2 pairs: 1 not judged before, 1 refused, by policy\.toml\n\n1: PASS, not judged before\n/,
  );
  assert.match(
    stdout.replaceAll(/\n {6}/g, " "),
    /2: refused, was FAIL .*baseline\.csv and .*new\.csv are one measurement/,
  );
  assert.match(
    stdout.replaceAll("\n", " "),
    /passed over: 2\/notes\.txt, README, alone \(no new\*\.csv\), empty \(no baseline\.csv\)/,
  );
});

Deno.test("a stored result that is about other files is told", async () => {
  using set = new SetOfPairs();
  await set.make();
  set.write("set/1/gate_result.json", set.read("set/2/gate_result.json"));
  await set.lock();
  assert.match(
    (await set.backtest()).stdout,
    /1: FAIL -> PASS\n {6}its gate_result\.json is about other files\n/,
  );
});

/** What is wrong with the set, and what is said. */
const BROKEN: readonly (readonly [what: string, spoil: (set: SetOfPairs) => void, says: RegExp])[] = [
  [
    "no lock",
    (set) => Deno.removeSync(`${set.folder}/set/SHA256SUMS`),
    /cannot read .*SHA256SUMS: there is no/,
  ],
  ["a file changed", (set) => {
    set.write("set/2/new.csv", set.read("set/1/new.csv"));
  }, /set\/2\/new\.csv is not what it was when the set was locked; lock the set anew/],
  ["a stored result changed", (set) => {
    set.write("set/2/gate_result.json", set.read("set/2/gate_result.json").replaceAll("FAIL", "PASS"));
  }, /set\/2\/gate_result\.json is not what it was/],
  ["a file that is not locked", (set) => {
    set.write("set/1/new2.csv", set.read("fails.csv"));
  }, /set\/1\/new2\.csv is not in SHA256SUMS/],
  [
    "a locked file is gone",
    (set) => Deno.removeSync(`${set.folder}/set/1/new.csv`),
    /cannot read .*1\/new\.csv/,
  ],
  ["a lock of another form", (set) => {
    set.write("set/SHA256SUMS", "abc  1/new.csv\n");
  }, /SHA256SUMS line 1 is not a SHA-256 and a path/],
  ["a lock that leads out of the set", (set) => {
    set.write("set/SHA256SUMS", `${"0".repeat(64)}  ../policy.toml\n`);
  }, /SHA256SUMS line 1 names a file outside the set, \.\.\/policy\.toml/],
];

for (const [what, spoil, says] of BROKEN) {
  Deno.test(`a set is refused: ${what}`, async () => {
    using set = new SetOfPairs();
    await set.make();
    spoil(set);
    const { code, stdout, stderr } = await set.backtest();
    assert.deepEqual([code, stdout], [EXIT.failed, ""]);
    assert.match(stderr, /^probe: [^\n]+\n$/);
    assert.match(stderr, says);
  });
}

Deno.test("a set without pairs, and a stored result of another form, are refused", async () => {
  using set = new SetOfPairs();
  await set.make();
  for (
    const text of ["{", "[]", '{"version":1,"kind":"compare"}', '{"version":1,"kind":"gate","outcome":"OK"}']
  ) {
    set.write("set/1/gate_result.json", text);
    await set.lock();
    const { code, stderr } = await set.backtest();
    assert.equal(code, EXIT.failed);
    assert.match(stderr, /1\/gate_result\.json is not a result of probe gate; leave it out of the set\n$/);
  }
  for (const folder of ["1", "2"]) Deno.removeSync(`${set.folder}/set/${folder}`, { recursive: true });
  set.write("set/SHA256SUMS", "");
  assert.match((await set.backtest()).stderr, /set has nothing to judge; give a folder whose folders hold/);
});
