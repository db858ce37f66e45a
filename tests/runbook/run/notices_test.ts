import assert from "node:assert/strict";
import { decodeTableFor } from "../../../runbook/row/wake_flags.ts";
import { Notices } from "../../../runbook/run/notices.ts";

const DECODE = decodeTableFor("6.12.117");

function noticesOf() {
  const said: string[] = [];
  return { said, notices: new Notices((line) => void said.push(line), "sh") };
}

Deno.test("a machine that shows its symbols and whose flags are known needs no notice", () => {
  const { said, notices } = noticesOf();
  notices.ofMachine({ hidden: false }, DECODE, "6.12.117");
  assert.deepEqual([said, notices.all(), notices.ofRuns()], [[], [], []]);
});

Deno.test("what a machine hides is said and summed up, but belongs to no run", () => {
  const { said, notices } = noticesOf();
  notices.ofMachine({ hidden: true }, null, "4.4.1", { name: "own.btf", sha256: "00", agreed_sizes: 0 });
  const expected = [
    "the types of own.btf were not checked: /sys/kernel/slab shows no size to compare",
    "symbols are hidden (kptr_restrict or no CAP_SYSLOG): no stacks",
    "no table of wake flags for kernel 4.4.1: raw flags only, no signatures",
  ];
  assert.deepEqual(notices.all(), expected);
  assert.deepEqual(said, expected.map((text) => `notice: ${text}`));
  assert.deepEqual(notices.ofRuns(), []);
});

Deno.test("what was seen in runs follows, repeats before disagreements", () => {
  const { said, notices } = noticesOf();
  notices.ofMachine({ hidden: true }, DECODE, "6.12.117");
  notices.repeated(3, "the clock was set");
  notices.disagreements(["one", "two"]);
  assert.deepEqual(notices.ofRuns(), ["run 3 was done again: the clock was set", "one", "two"]);
  assert.deepEqual(notices.all().slice(1), notices.ofRuns());
  assert.equal(said.length, 4);
});

Deno.test("of many repeats all are said, and the first 20 kept", () => {
  const { said, notices } = noticesOf();
  for (let run = 1; run <= 25; run++) notices.repeated(run, "the clock was set");
  assert.equal(said.length, 25);
  assert.equal(notices.ofRuns().length, 20);
  assert.match(notices.ofRuns().at(-1)!, /^run 20 /);
});

Deno.test("a name of the target that is not the chosen one is said once, with both", () => {
  const { said, notices } = noticesOf();
  for (const [run, comm] of ["sh", "a\tb", "sh", "a\tb", "c"].entries()) notices.named(run + 1, comm);
  const expected = ["a\\tb", "c"].map((name, i) =>
    `run ${[2, 5][i]}: the target is named "${name}", it was "sh" when chosen`
  );
  assert.deepEqual(notices.ofRuns(), expected);
  assert.deepEqual(said, expected.map((text) => `notice: ${text}`));
});

Deno.test("of a target that keeps changing its name 20 are said, and that there are more", () => {
  const { said, notices } = noticesOf();
  for (let run = 1; run <= 30; run++) notices.named(run, `task-${run}`);
  assert.deepEqual([said.length, notices.ofRuns().length], [20, 20]);
  assert.match(said.at(-1)!, /^notice: run 20: .*; further names are in the rows only$/);
});

Deno.test("a load with more threads than CPUs is warned of at once and in the summary", () => {
  const { said, notices } = noticesOf();
  notices.ofLoads(["cpu:8"], 2);
  const text =
    "load cpu:8 has more threads than the 2 CPUs: they take turns, and the target waits behind them";
  assert.deepEqual([said, notices.all()], [[`notice: ${text}`], [text]]);
});
