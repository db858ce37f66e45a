import assert from "node:assert/strict";
import type { LockInAnswer } from "../../../analysis/mechanisms/lock_in.ts";
import type { Row } from "../../../analysis/result/columns.ts";
import type { Comparison } from "../../../analysis/compare/comparison.ts";
import { stackKey } from "../../../analysis/result/stack_key.ts";
import { compareText } from "../../../analysis/print/compare/text.ts";
import { briefKeys } from "../../../analysis/print/keys/brief.ts";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";
import { compare, compared, MS, runs, spread } from "../compare/compare_fixture.ts";
import { DIRECT } from "../result/result_fixture.ts";
import { side, type Told } from "./story.ts";

const TIGHT = 7_000;
const WIDE = 60_000;
/** The edge is as stable as the tight runs: the offset is 1.111 s. */
const EDGE = 3_000;

type Over = NonNullable<Told["over"]>;

/** `direct` are the runs that are woken synchronously and migrated, `wakelist` those that are not. */
function story(over: Over, widths: { direct: number; wakelist: number }, runsPerSide = 120): Comparison {
  const told = { runs: runsPerSide, edge: EDGE, over, ...widths };
  return compare(side({ env: "host", seed: 3, ...told }), side({ env: "vm", seed: 4, ...told }));
}

const SYNCED = { signature: "WF_SYNC|WF_MIGRATED", migrated: true } as const;
const LEFT = { signature: "none", migrated: false } as const;

/** The flags part the runs; path and stack have nothing to do with them. */
const byFlags: Over = (isLeft, random) => ({
  ...isLeft ? LEFT : SYNCED,
  path: random.uniform() < 0.5 ? "direct" : "wakelist",
  ttwu_stack: stackKey(DIRECT),
});

/** The path parts the runs, and the flags go with it in all runs or in most. */
const mirrored = (share: number): Over => (isWakelist, random) => ({
  ...(random.uniform() < share) === isWakelist ? LEFT : SYNCED,
  ttwu_stack: stackKey(DIRECT),
});

function keyOf({ mechanisms: { keys } }: Comparison, name: string) {
  return keys.find((key) => key.keys.some((one) => one.name === name))!;
}

const verdictsOf = ({ values }: LockInAnswer<unknown>) =>
  Object.fromEntries(values.map(({ value, verdict }) => [value, verdict]));

Deno.test("the reported story: tight when synchronous and migrated, wide when not, one place: LOCKS-IN, both sides", () => {
  const result = story(byFlags, { direct: TIGHT, wakelist: WIDE });
  const key = keyOf(result, "signature");
  assert.deepEqual(key.keys.map(({ name }) => name), ["signature", "WF_MIGRATED", "WF_SYNC", "migrated"]);
  for (const question of ["offset", "ttwu_to_tkread"] as const) {
    const { lock_in, verdict } = key[question];
    assert.deepEqual([lock_in.verdict, lock_in.reasons, verdict], ["LOCKS-IN", [], "TWO"]);
    assert.deepEqual(verdictsOf(lock_in), { "WF_SYNC|WF_MIGRATED": "LOCKS-IN", none: "DOES-NOT" });
    const locked = lock_in.values.find(({ verdict }) => verdict === "LOCKS-IN")!;
    assert.equal(locked.place, "same");
    for (const { ratio: { ratio, ci: [low, high] }, verdict } of locked.sides) {
      assert.ok(low! < ratio && ratio < high! && high! < 0.5, `${low} ${ratio} ${high}`);
      assert.equal(verdict, "LOCKS-IN");
    }
  }
  const path = keyOf(result, "path").ttwu_to_tkread.lock_in;
  assert.equal(path.verdict, "DOES-NOT");
  assert.match(
    briefKeys(result).map(({ text }) => text).join("\n"),
    /signature = WF_MIGRATED = WF_SYNC = migrated: offset LOCKS-IN at WF_SYNC\|WF_MIGRATED \(0\.\d\d, 0\.\d\d of the distance to others in A, B; at the same place\); ttwu_to_tkread LOCKS-IN/,
  );
});

Deno.test("its reverse: tight without the flags, wide with them", () => {
  const { lock_in, wider } = keyOf(story(byFlags, { direct: WIDE, wakelist: TIGHT }), "signature").offset;
  assert.equal(lock_in.verdict, "LOCKS-IN");
  assert.deepEqual(verdictsOf(lock_in), { none: "LOCKS-IN", "WF_SYNC|WF_MIGRATED": "DOES-NOT" });
  assert.equal(wider, "WF_SYNC|WF_MIGRATED");
});

Deno.test("flags that mirror the path in every run are CONFOUNDED by it, and the path locks in", () => {
  const result = story(mirrored(1), { direct: TIGHT, wakelist: WIDE });
  const key = keyOf(result, "signature");
  assert.equal(key.keys[0].name, "path");
  assert.deepEqual(key.mirrors, ["signature", "WF_MIGRATED", "WF_SYNC", "migrated"]);
  assert.equal(key.ttwu_to_tkread.lock_in.verdict, "LOCKS-IN");
  assert.deepEqual(verdictsOf(key.ttwu_to_tkread.lock_in), { direct: "LOCKS-IN", wakelist: "DOES-NOT" });
  const said = briefKeys(result).map(({ text }) => text);
  assert.ok(said[0]!.startsWith("path: offset LOCKS-IN at direct"), said[0]);
  assert.equal(
    said.at(-1),
    "signature, WF_MIGRATED, WF_SYNC, migrated: CONFOUNDED in offset and ttwu_to_tkread, they coincide with path",
  );
  assert.match(compareText([result]).replaceAll(/\s+/g, " "), /they coincide with path/);
});

Deno.test("flags that follow the path in most runs are CONFOUNDED with it, which stays", () => {
  const result = story(mirrored(0.97), { direct: TIGHT, wakelist: WIDE }, 400);
  const [flags, path] = [keyOf(result, "signature"), keyOf(result, "path")];
  assert.equal(path.ttwu_to_tkread.lock_in.verdict, "LOCKS-IN");
  const { verdict, reasons } = flags.ttwu_to_tkread.lock_in;
  assert.deepEqual([verdict, reasons], ["CONFOUNDED", [{ code: "not_told_from", keys: ["path"] }]]);
  assert.deepEqual(flags.mirrors, []);
  const said = briefKeys(result).map(({ text }) => text).join("\n");
  assert.match(said, /signature = .*ttwu_to_tkread CONFOUNDED with path/);
});

Deno.test("where nothing locks in every key DOES-NOT", () => {
  const result = story(byFlags, { direct: 30_000, wakelist: 30_000 });
  for (const name of ["signature", "path"]) {
    for (const question of ["offset", "ttwu_to_tkread"] as const) {
      const { verdict, reasons, values } = keyOf(result, name)[question].lock_in;
      assert.deepEqual([verdict, reasons], ["DOES-NOT", []], `${name} ${question}`);
      for (const { sides } of values) {
        for (const { ratio: { ci: [low] } } of sides) assert.ok(low! > 0.5);
      }
    }
  }
});

const PATHS = ["self", "runnable", "direct", "wakelist"] as const;

Deno.test("of more than two values each is held against all others, and all may lock in, at their own places", () => {
  const path = (i: number): Partial<Row> => ({ path: PATHS[i % 4]! });
  const rows = runs(spread(160, 40 * MS, 1000).map((offset, i) => offset + 20 * MS * (i % 4)), path);
  const { lock_in } = keyOf(compared(rows, rows), "path").offset;
  assert.equal(lock_in.verdict, "LOCKS-IN");
  assert.deepEqual(verdictsOf(lock_in), {
    self: "LOCKS-IN",
    runnable: "LOCKS-IN",
    direct: "LOCKS-IN",
    wakelist: "LOCKS-IN",
  });
  const [first, last] = ["self", "wakelist"].map((value) => lock_in.values.find((of) => of.value === value)!);
  assert.deepEqual([first!.place, last!.place], ["other", "other"]);
  assert.ok(first!.sides[0].shift_ns! < 0 && last!.sides[0].shift_ns! > 0);
  assert.ok(lock_in.between[0]!.share > 0.99);
  assert.equal(lock_in.between_test!.p, 0.001);
});

Deno.test("values with too few runs are only among the others, and counted", () => {
  const path = (i: number): Partial<Row> => ({
    path: i % 20 === 0 ? "self" : i % 2 === 0 ? "direct" : "wakelist",
  });
  const rows = runs(spread(120, 40 * MS, 1000), path);
  const { lock_in } = keyOf(compared(rows, rows), "path").offset;
  assert.deepEqual(lock_in.values.map(({ value }) => value), ["wakelist", "direct"]);
  assert.deepEqual([lock_in.left_out_values, lock_in.left_out_runs], [1, 12]);
  assert.deepEqual(lock_in.values.map(({ sides }) => [sides[0].n, sides[0].others_n]), [[60, 60], [54, 66]]);
});

Deno.test("the synchronous wake locks in where migrated runs are wide without it: flags and signature are one fact", () => {
  // Of the wide runs half are migrated too.
  const over: Over = (isLeft, random) => ({
    ...isLeft ? random.uniform() < 0.5 ? LEFT : { signature: "WF_MIGRATED", migrated: true } : SYNCED,
    path: random.uniform() < 0.5 ? "direct" : "wakelist",
    ttwu_stack: stackKey(DIRECT),
  });
  const result = story(over, { direct: TIGHT, wakelist: WIDE }, 200);
  const of = (name: string) => keyOf(result, name).ttwu_to_tkread.lock_in;
  // The signature is the first key that has the flags.
  const signature =
    result.mechanisms.keys.find(({ keys }) => keys[0].name === "signature")!.ttwu_to_tkread.lock_in;
  assert.equal(signature.verdict, "LOCKS-IN");
  assert.deepEqual(verdictsOf(signature), {
    "WF_SYNC|WF_MIGRATED": "LOCKS-IN",
    none: "DOES-NOT",
    WF_MIGRATED: "DOES-NOT",
  });
  assert.deepEqual([of("WF_SYNC").verdict, verdictsOf(of("WF_SYNC")).WF_SYNC], ["LOCKS-IN", "LOCKS-IN"]);
  assert.notEqual(of("migrated").verdict, "LOCKS-IN");
});

Deno.test("of very many values the eight with the most runs have verdicts", () => {
  const signature = (i: number): Partial<Row> => ({ signature: `value ${i % 10 < 8 ? i % 10 : 8 + i % 4}` });
  const rows = runs(spread(200, 40 * MS, 1000), signature);
  const { keys: [{ name }], offset: { lock_in } } = keyOf(compared(rows, rows), "signature");
  assert.equal(name, "signature");
  assert.equal(lock_in.values.length, 8);
  assert.deepEqual(lock_in.values.map(({ sides }) => sides[0].n), Array(8).fill(20));
  assert.deepEqual([lock_in.left_out_values, lock_in.left_out_runs], [4, 80]);
});

Deno.test("a value that locks in on one side only is CONFOUNDED, one that a side lacks too, few runs are open", () => {
  const half = (i: number): Partial<Row> => i % 2 === 0 ? { path: "wakelist" } : {};
  const wide = spread(120, 40 * MS, 1000).map((offset, i) =>
    i % 2 === 0 ? 40 * MS + 20 * (offset - 40 * MS) : offset
  );
  const alike = spread(120, 40 * MS, 1000);
  const one = keyOf(compared(runs(wide, half), runs(alike, half)), "path").offset.lock_in;
  assert.deepEqual([one.verdict, one.reasons], [
    "CONFOUNDED",
    [{ code: "value_on_one_side", value: "direct", side: 0 }],
  ]);
  const missing = keyOf(compared(runs(wide, half), runs(alike)), "path").offset.lock_in;
  assert.deepEqual([missing.verdict, missing.reasons], [
    "CONFOUNDED",
    [{ code: "group_missing", group: "wakelist", side: 1 }],
  ]);
  const few =
    keyOf(compared(runs(wide.slice(0, 18), half), runs(alike.slice(0, 18), half)), "path").offset.lock_in;
  assert.deepEqual([few.verdict, few.reasons], ["INCONCLUSIVE", [{ code: "values_small", needs: 10 }]]);
});

Deno.test("where the order of the runs matters they count as fewer, and the intervals are wider", () => {
  const random = Xoshiro128.seeded(5);
  let level = 0;
  const drifting = Array.from({ length: 120 }, (_, i) => {
    level = 0.9 * level + random.uniform() - 0.5;
    return { offset: 40 * MS + Math.round(10_000 * level), isDirect: i % 2 === 0 };
  });
  const dealt = drifting.toSorted((a, b) => (a.offset % 97) - (b.offset % 97));
  const of = (order: typeof drifting) =>
    runs(
      order.map(({ offset }) => offset),
      (i) => ({ path: order[i]!.isDirect ? "direct" : "wakelist" }),
    );
  const { values } = keyOf(compared(of(drifting), of(dealt)), "path").offset.lock_in;
  for (const { sides: [inOrder, shuffled] } of values) {
    assert.equal(inOrder.ratio.ratio, shuffled.ratio.ratio);
    const width = ({ ratio: { ci: [low, high] } }: typeof inOrder) => high! / low!;
    assert.ok(width(inOrder) > 1.3 * width(shuffled), `${width(inOrder)} ${width(shuffled)}`);
  }
});
