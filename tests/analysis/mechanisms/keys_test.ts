import assert from "node:assert/strict";
import type { Row } from "../../../analysis/result/columns.ts";
import type { Comparison } from "../../../analysis/compare/comparison.ts";
import { compareText } from "../../../analysis/print/compare/text.ts";
import { compareJson } from "../../../analysis/print/compare/json.ts";
import type { Xoshiro128 } from "../../../analysis/stats/random.ts";
import { generatedMeta } from "../../../bench/generate.ts";
import { compare, compared, MS, runs, spread } from "../compare/compare_fixture.ts";
import { side } from "./story.ts";

type Over = (isWakelist: boolean, random: Xoshiro128) => Partial<Row>;

function story(over: Over, runsPerSide = 120): Comparison {
  const widths = { runs: runsPerSide, direct: 7_000, wakelist: 60_000, over };
  return compare(side({ env: "host", seed: 3, ...widths }), side({ env: "vm", seed: 4, ...widths }));
}

function keyOf({ mechanisms: { keys } }: Comparison, name: string) {
  return keys.find((key) => key.keys[0].name === name)!;
}

const names = ({ mechanisms: { keys } }: Comparison) => keys.map((key) => key.keys.map(({ name }) => name));

Deno.test("keys that deal the runs alike have one line; different facts cannot be told apart", () => {
  const synced: Over = (isWakelist) =>
    isWakelist
      ? { signature: "none", migrated: false }
      : { signature: "WF_SYNC|WF_MIGRATED", migrated: true };
  const result = story(synced);
  assert.deepEqual(names(result), [[
    "path",
    "signature",
    "WF_MIGRATED",
    "WF_SYNC",
    "migrated",
    "ttwu_stack",
  ]]);
  const [key] = result.mechanisms.keys;
  assert.deepEqual(key!.aliases, ["path", "WF_SYNC", "migrated", "ttwu_stack"]);
  // The groups of all keys are in the order of the first one's.
  const ofSync = key!.keys[0].groups.indexOf("direct");
  const values = key!.keys.map(({ groups }) => groups[ofSync]);
  assert.deepEqual(values.slice(0, 5), ["direct", "WF_SYNC|WF_MIGRATED", "WF_MIGRATED", "WF_SYNC", "true"]);
  assert.equal(key!.ttwu_to_tkread.verdict, "TWO");
  assert.equal(key!.ttwu_to_tkread.wider, "wakelist");
  const text = compareText([result]).replaceAll(/\s+/g, " ");
  assert.match(
    text,
    /path and WF_SYNC and migrated and stack cluster cannot be told apart; keep the target on its CPU \(cpus in the runbook\) to tell/,
  );
});

Deno.test("a key that goes with the one behind it is CONFOUNDED with that one, which stays TWO", () => {
  // Migrated mostly on the direct path, and without any effect of its own.
  const migrated: Over = (isWakelist, random) => {
    const is = random.uniform() < (isWakelist ? 0.2 : 0.8);
    return { migrated: is, signature: is ? "WF_MIGRATED" : "none" };
  };
  const result = story(migrated, 400);
  const [signature, path] = [keyOf(result, "signature"), keyOf(result, "path")];
  assert.equal(path.ttwu_to_tkread.verdict, "TWO");
  assert.equal(signature.ttwu_to_tkread.verdict, "CONFOUNDED");
  assert.deepEqual(signature.ttwu_to_tkread.reasons, [{ code: "not_told_from", keys: ["path"] }]);
  assert.deepEqual(signature.aliases, []);
});

Deno.test("an offset whose spread the key does not make is ONE, while ttwu_to_tkread is TWO", () => {
  const path = keyOf(story(() => ({}), 400), "path");
  assert.deepEqual([path.offset.verdict, path.ttwu_to_tkread.verdict], ["ONE", "TWO"]);
});

Deno.test("groups that spread alike at two places are not ONE", () => {
  const path = (i: number): Partial<Row> => i % 2 === 0 ? { path: "wakelist" } : {};
  const apart = (n: number) =>
    spread(n, 40 * MS, 1000).map((offset, i) => offset + (i % 2 === 0 ? 10 * MS : 0));
  const { offset } = keyOf(compared(runs(apart(400), path), runs(apart(400), path)), "path");
  assert.equal(offset.verdict, "INCONCLUSIVE");
  assert.deepEqual(offset.reasons.map(({ code }) => code), ["places_differ", "places_differ"]);
});

Deno.test("wake and load are keys when the runbook has several, and randomised", () => {
  const load = (i: number): Partial<Row> => ({ load: i % 2 === 0 ? "idle" : "cpu:2" });
  const declared = { runbook: { ...generatedMeta("vm").runbook, load: "idle,cpu:2" } };
  const rows = runs(spread(40, MS, 100), load);
  const mixed = keyOf(compared(rows, rows, declared), "load");
  assert.equal(mixed.keys[0].kind, "randomised");
  // Without a declaration it is no key, whatever the column says.
  assert.equal(keyOf(compared(rows, rows), "load"), undefined);
});

Deno.test("of more than two values the two with the most runs are taken, and the others counted", () => {
  const paths = ["direct", "direct", "direct", "wakelist", "wakelist", "self"] as const;
  const path = (i: number): Partial<Row> => ({ path: paths[i % 6]! });
  const { keys: [first], other_values, other_runs, offset } = keyOf(
    compared(runs(spread(60, MS, 100), path), runs(spread(60, MS, 100), path)),
    "path",
  );
  assert.deepEqual(first.groups, ["direct", "wakelist"]);
  assert.deepEqual([other_values, other_runs], [1, 20]);
  assert.deepEqual(offset.sides.map(({ n }) => n), [[30, 20], [30, 20]]);
});

Deno.test("each flag is a key alone, and one that all runs have splits nothing", () => {
  const signatures = ["WF_SYNC|WF_FORK", "WF_SYNC", "WF_SYNC|WF_MIGRATED"];
  const signature = (i: number): Partial<Row> => ({ signature: signatures[i % 3]! });
  const result = compared(runs(spread(60, MS, 100), signature), runs(spread(60, MS, 100), signature));
  const fork = keyOf(result, "WF_FORK");
  assert.deepEqual(fork.keys[0].groups, ["no WF_FORK", "WF_FORK"]);
  assert.deepEqual(fork.offset.sides.map(({ n }) => n), [[40, 20], [40, 20]]);
  assert.ok(result.mechanisms.constant.includes("WF_SYNC") && keyOf(result, "WF_SYNC") === undefined);
});

Deno.test("a group that a side lacks, and sides that were not measured alike, are CONFOUNDED with the reason", () => {
  const path = (i: number): Partial<Row> => i % 3 === 0 ? { path: "wakelist" } : {};
  const missing = keyOf(compared(runs(spread(30, MS, 100), path), runs(spread(30, MS, 100))), "path");
  assert.equal(missing.offset.verdict, "CONFOUNDED");
  assert.deepEqual(missing.offset.reasons, [{ code: "group_missing", group: "wakelist", side: 1 }]);
  const runbook = { ...generatedMeta("vm").runbook, wake: "pipe" };
  const unlike = compared(runs(spread(30, MS, 100), path), runs(spread(30, MS, 100), path), { runbook });
  const { verdict, reasons } = keyOf(unlike, "path").offset;
  assert.deepEqual([verdict, reasons], ["CONFOUNDED", [{ code: "question_confounded", question: "offset" }]]);
  const [{ mechanisms }] = JSON.parse(compareJson([unlike])).comparisons;
  const [{ name, reasons: said }] = mechanisms.keys[0].questions;
  assert.deepEqual([name, said], ["offset", ["offset is CONFOUNDED"]]);
  assert.deepEqual(mechanisms.sources.map(({ name }: { name: string }) => name), [
    "offset",
    "ttwu_to_tkread",
  ]);
  const decode = compared(
    runs(spread(30, MS, 100), (i) => i % 2 === 0 ? { signature: "WF_SYNC" } : {}),
    runs(spread(30, MS, 100), (i) => i % 2 === 0 ? { signature: "WF_SYNC" } : {}),
    { decode: "5.8-5.10" },
  );
  assert.equal(keyOf(decode, "signature").offset.reasons[0]!.code, "decode");
});

Deno.test("too few runs and groups without spread are INCONCLUSIVE, with group and side", () => {
  const few = (i: number): Partial<Row> => i < 3 ? { path: "wakelist" } : {};
  const small =
    keyOf(compared(runs(spread(30, MS, 100), few), runs(spread(30, MS, 100), few)), "path").offset;
  assert.equal(small.verdict, "INCONCLUSIVE");
  assert.deepEqual(small.reasons[0], { code: "group_small", group: "wakelist", side: 0, needs: 6 });
  const half = (i: number): Partial<Row> => i % 2 === 0 ? { path: "wakelist" } : {};
  const flat = spread(30, MS, 100).map((offset, i) => i % 2 === 0 ? MS : offset);
  const still = keyOf(compared(runs(flat, half), runs(flat, half)), "path").offset;
  assert.deepEqual(still.reasons[0], { code: "group_without_spread", group: "wakelist", side: 0 });
});

Deno.test("swapped sides have the same verdicts, and the reciprocal of the ratio of the ratios", () => {
  const [a, b] = [
    side({ env: "host", seed: 8, runs: 60, direct: 1e4, wakelist: 3e4 }),
    side({
      env: "vm",
      seed: 9,
      runs: 60,
      direct: 1e4,
      wakelist: 9e4,
    }),
  ];
  const [there, back] = [keyOf(compare(a, b), "path"), keyOf(compare(b, a), "path")];
  assert.equal(there.ttwu_to_tkread.verdict, back.ttwu_to_tkread.verdict);
  const product = there.ttwu_to_tkread.interaction!.ratio.ratio *
    back.ttwu_to_tkread.interaction!.ratio.ratio;
  assert.ok(Math.abs(product - 1) < 1e-12);
});
