import assert from "node:assert/strict";
import type { Comparison } from "../../../analysis/compare/comparison.ts";
import type { Row } from "../../../analysis/result/columns.ts";
import { stackKey } from "../../../analysis/result/stack_key.ts";
import { compareText } from "../../../analysis/print/compare/text.ts";
import { compared, MS, runs, shuffled, spread } from "./compare_fixture.ts";
import { DIRECT, WAKELIST } from "../result/result_fixture.ts";

Deno.test("another decode table confounds what depends on flags, and nothing else", () => {
  const result = compared(runs(spread(30, MS, 10)), runs(spread(30, MS, 10)), { decode: "5.8-5.10" });
  assert.equal(result.verdict, "EQUIVALENT");
  const [signature, migrated] = result.strata;
  assert.equal(signature!.groups[0]!.verdict, "CONFOUNDED");
  const decode = { code: "decode", values: ["6.12+", "5.8-5.10"] };
  assert.deepEqual(signature!.groups[0]!.reason, decode);
  assert.equal(migrated!.groups[0]!.verdict, null);
  assert.deepEqual(result.association[0]!.confounded, decode);
});

Deno.test("strata show both sides, and one that only a side has is CONFOUNDED", () => {
  const path = (i: number): Partial<Row> =>
    i % 3 === 0 ? { path: "wakelist", ttwu_stack: stackKey(WAKELIST) } : {};
  const result = compared(runs(spread(30, MS, 100), path), runs(spread(30, MS + 500, 100)));
  const strata = result.strata.find(({ key }) => key === "path")!;
  assert.deepEqual(strata.groups.map(({ value, n }) => [value, n]), [["direct", [20, 30]], ["wakelist", [
    10,
    0,
  ]]]);
  const [direct, wakelist] = strata.groups;
  assert.equal(direct!.verdict, null);
  assert.notEqual(direct!.shift_ci_ns, null);
  assert.equal(wakelist!.verdict, "CONFOUNDED");
  assert.deepEqual(wakelist!.reason, { code: "no_complete_run_in", side: 1 });
  assert.notEqual(strata.spread.sides[0], null);
  assert.equal(strata.spread.sides[1], null);
});

Deno.test("beyond the strata that a page shows, ratios of spreads have no interval, and say so", () => {
  const name = (i: number): Partial<Row> => ({ waker_comm: `worker/${i % 26}` });
  const rows = runs(spread(26 * 8, MS, 100), name);
  const { strata: [{ groups }] } = compared(rows, rows, {}, { by: ["waker_comm"] }) as unknown as {
    strata: [Comparison["strata"][number]];
  };
  assert.equal(groups.length, 26);
  for (const [index, { spread, mad_ratio_to_first, shift_ci_ns }] of groups.entries()) {
    const ratios = [
      spread.mad_ratio!,
      ...index === 0 ? [] : [mad_ratio_to_first[0]!, mad_ratio_to_first[1]!],
    ];
    const isResampled = index < 24;
    for (const { ratio, ci: [low, high], method, notice } of ratios) {
      assert.ok(ratio > 0);
      if (isResampled) assert.match(method, /^bootstrap/);
      else {
        assert.deepEqual([low, high, method], [null, null, "no interval"]);
        assert.equal(notice, "only the 24 strata with the most runs are resampled");
      }
    }
    assert.equal(spread.direction === null, !isResampled);
    assert.notEqual(shift_ci_ns, null);
  }
});

Deno.test("a key that splits the runs as another one does says so and has the same numbers", () => {
  const migrated = (i: number): Partial<Row> =>
    i % 3 === 0 ? { signature: "WF_MIGRATED", migrated: true } : {};
  const [signature, alias, path] =
    compared(runs(spread(30, MS, 100), migrated), runs(spread(27, MS, 90), migrated)).strata;
  assert.equal(alias!.key, "migrated");
  assert.equal(alias!.same_runs_as, "signature");
  assert.deepEqual(alias!.groups.map(({ value }) => value), ["false", "true"]);
  assert.deepEqual(
    alias!.groups.map(({ value: _, values: __, ...rest }) => rest),
    signature!.groups.map(({ value: _, values: __, ...rest }) => rest),
  );
  assert.equal(path!.same_runs_as, null);
  const oneDiffers = (i: number): Partial<Row> => i === 5 ? { migrated: true } : migrated(i);
  const other = compared(runs(spread(30, MS, 100), migrated), runs(spread(27, MS, 90), oneDiffers))
    .strata[1]!;
  assert.equal(other.same_runs_as, null);
  assert.deepEqual(other.groups.map(({ n }) => n), [[20, 17], [10, 10]]);
});

Deno.test("a wide stratum beside a tight one is found by Brown-Forsythe and Fligner-Killeen", () => {
  const wide = (i: number): Partial<Row> =>
    i % 2 === 0 ? { signature: "WF_SYNC|WF_MIGRATED", migrated: true } : {};
  const offsets = spread(60, MS, 1).map((offset, i) => i % 2 === 0 ? offset : offset + (i - 30) * 5000);
  const { spread: tests, groups } = compared(runs(offsets, wide), runs(offsets, wide)).strata[0]!;
  assert.ok(tests.brown_forsythe!.p < 1e-6);
  assert.ok(tests.fligner_killeen!.p < 1e-6);
  const mad = (value: string) => groups.find((group) => group.value === value)!.mad_ns[0]!;
  assert.ok(mad("none") > 100 * mad("WF_SYNC|WF_MIGRATED"));
});

Deno.test("the cross table counts clusters by signature over both sides", () => {
  const clusters = (i: number): Partial<Row> =>
    i % 2 === 0
      ? { signature: "WF_MIGRATED", ttwu_stack: stackKey(WAKELIST) }
      : { ttwu_stack: stackKey(DIRECT) };
  const result = compared(runs(spread(30, MS, 10), clusters), runs(spread(20, MS, 10), clusters));
  const [table, sides] = result.association;
  assert.deepEqual(table!.column_values, ["WF_MIGRATED", "none"]);
  assert.deepEqual(
    table!.counts,
    table!.row_values[0] === stackKey(WAKELIST) ? [[25, 0], [0, 25]] : [[0, 25], [25, 0]],
  );
  assert.ok(table!.cramers_v! > 0.95);
  assert.ok(table!.p! < 1e-6);
  assert.deepEqual(sides!.column_values, ["A", "B"]);
  assert.equal(sides!.cramers_v, 0);
  assert.deepEqual(result.stacks[stackKey(WAKELIST)], WAKELIST);
});

Deno.test("one cluster alone is associated with nothing, and says so instead of testing", () => {
  const [table] = compared(runs(spread(30, MS, 10)), runs(spread(30, MS, 10))).association;
  assert.deepEqual(table!.counts, [[60]]);
  assert.equal(table!.p, null);
  assert.equal(table!.method, null);
});

Deno.test("a direction that flips between strata is reported", () => {
  const migrated = (i: number): Partial<Row> => i % 2 === 0 ? { migrated: true } : {};
  const a = spread(40, MS, 10);
  const b = a.map((offset, i) => offset + (i % 2 === 0 ? 50_000 : -50_000));
  const { warnings } = compared(runs(a, migrated), runs(b, migrated));
  assert.deepEqual(warnings.filter(({ code }) => code === "direction_flips"), [
    { code: "direction_flips", key: "migrated", later: ["true"], earlier: ["false"] },
  ]);
});

Deno.test("a reversal by the mix of strata is called Simpson's", () => {
  const place = shuffled(40, 3);
  const share = (slow: number) => (i: number): Partial<Row> => ({ migrated: place[i]! < slow });
  const offsets = (slow: number, shift: number) =>
    spread(40, 0, 10).map((jitter, i) => (place[i]! < slow ? 900_000 : 500_000) + jitter + shift);
  const result = compared(runs(offsets(8, 0), share(8)), runs(offsets(32, -2000), share(32)));
  assert.ok(result.ttwu_to_tkread.shift_ns! > 0);
  assert.deepEqual(result.warnings.filter(({ code }) => code === "simpson_sign"), [
    { code: "simpson_sign", key: "migrated", question: "ttwu_to_tkread" },
  ]);
});

Deno.test("a difference that vanishes inside strata is called one of their mix, before all else", () => {
  const place = shuffled(60, 3);
  const side = (slow: number, shift: number) =>
    runs(
      spread(60, 0, 10).map((jitter, i) => (place[i]! < slow ? 900_000 : 300_000) + jitter + shift),
      (i) => ({ migrated: place[i]! < slow }),
    );
  const mixed = compared(side(12, 0), side(50, 0));
  const { verdict, mix } = mixed.ttwu_to_tkread;
  assert.deepEqual([verdict, mix?.key], ["DIFFERENT", "migrated"]);
  const [low, high] = mix!.shift_ci_ns;
  assert.ok(low <= 0 && high >= 0 && high - low < 1000);
  assert.match(
    compareText([mixed]),
    /mix +inside the strata of migrated the shift is .*: their mix makes\s+the\s+difference/s,
  );
  assert.equal(compared(side(30, 0), side(30, 300_000)).ttwu_to_tkread.verdict, "DIFFERENT");
  assert.equal(compared(side(30, 0), side(30, 300_000)).ttwu_to_tkread.mix, null);
});

Deno.test("sides that are the same in place are told apart by their spread, in a sentence and in the table", () => {
  const text = compareText([compared(runs(spread(60, MS, 10)), runs(spread(60, MS, 100)))]);
  assert.match(text, /spread +the same in place, not in spread: MAD B \/ A 10\.\d+, .*B\s+wider\n/s);
  assert.match(text, /^offset +EQUIVALENT +\S+ \S+ +10\.\d+ wider +60 \+ 60$/m);
  const alike = compareText([compared(runs(spread(60, MS, 10)), runs(spread(60, MS, 11)))]);
  assert.match(alike, /^offset +EQUIVALENT +\S+ \S+ +unclear +60 \+ 60$/m);
  assert.ok(!alike.includes("not in spread"));
});

Deno.test("a spread that is wide on one side and tight on the other is reported", () => {
  const migrated = (i: number): Partial<Row> => ({ migrated: i % 2 === 0 });
  const offsets = (wide: number) =>
    spread(40, MS, 1).map((offset, i) => offset + (i % 2 === wide ? (i - 20) * 900 : 0));
  const { warnings } = compared(runs(offsets(0), migrated), runs(offsets(1), migrated));
  assert.deepEqual(warnings.filter(({ code }) => code === "spread_flips"), [
    { code: "spread_flips", key: "migrated", wide: "true", tight: "false" },
  ]);
});
