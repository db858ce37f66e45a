/** Files that are poor, broken or not alike: they are refused, or get the right verdict with its cause. */

import assert from "node:assert/strict";
import type { Row } from "../../../analysis/result/columns.ts";
import { compareText } from "../../../analysis/print/compare/text.ts";
import { Failure } from "../../../analysis/failure.ts";
import { formatRow } from "../../../analysis/result/write.ts";
import { generatedMeta } from "../../../bench/generate.ts";
import { compare, compared, MS, runs, spread } from "./compare_fixture.ts";
import { stackKey } from "../../../analysis/result/stack_key.ts";
import { fileText, headerText, read, rowOf, timeoutOf, WAKELIST } from "../result/result_fixture.ts";

const HALF = spread(30, MS, 100);

Deno.test("a key that no run has observed makes no strata, and the text says so", () => {
  const unseen = () => ({ signature: null, wake_flags: null } as const);
  const result = compared(runs(HALF, unseen), runs(HALF, unseen));
  const signature = result.strata.find(({ key }) => key === "signature")!;
  assert.deepEqual([signature.groups, signature.not_observed], [[], [30, 30]]);
  assert.equal(signature.spread.verdict, "NO-DATA");
  assert.match(compareText([result]), /ttwu_to_tkread by signature\n {2}not observed on either side\n/);
});

Deno.test("a stratum of timed-out runs only is NO-DATA, and they are counted by their kind", () => {
  const lost = [31, 32].map((run) => ({ ...timeoutOf(run), signature: "WF_SYNC" }));
  const aborted: Row = { ...timeoutOf(33), signature: "WF_SYNC", status: "aborted" };
  const { groups } = compared([...runs(HALF), ...lost, aborted], runs(HALF)).strata[0]!;
  const sync = groups.find(({ value }) => value === "WF_SYNC")!;
  assert.deepEqual([sync.n, sync.timeout, sync.aborted, sync.censored], [[0, 0], [2, 0], [1, 0], [3, 0]]);
  assert.deepEqual([sync.verdict, sync.reason], ["NO-DATA", { code: "no_complete_run" }]);
});

Deno.test("one row a side is NO-DATA with both values shown", () => {
  const result = compare(read(fileText([rowOf(1)])), read(fileText([rowOf(1)])));
  assert.equal(result.verdict, "NO-DATA");
  assert.deepEqual(result.offset.median_ns, [5000, 5000]);
  assert.deepEqual([result.offset.shift_ns, result.offset.mad_ns], [0, [null, null]]);
  assert.deepEqual(result.offset.reasons, [{ code: "few_runs", n: [1, 1], lacks: "test", needs: 4 }]);
});

Deno.test("all values equal on one side only is answered, without a ratio of spreads", () => {
  const result = compared(runs(Array(30).fill(MS)), runs(HALF));
  assert.equal(result.verdict, "EQUIVALENT");
  assert.equal(result.offset.spread.mad_ratio, null);
  assert.notEqual(result.offset.spread.test, null);
  assert.equal(result.offset.series[0].lag1, null);
});

Deno.test("a column that one side lacks is refused with line, column and name", () => {
  const text = fileText(runs(HALF)).split("\n")
    .map((line) => line.startsWith("#") ? line : line.split(",").toSpliced(14, 1).join(",")).join("\n");
  assert.throws(() => read(text), (error: unknown) => {
    assert.ok(error instanceof Failure);
    assert.match(error.message, /f\.csv line 3, column 15 \(signature\): the column must be named so/);
    return true;
  });
});

Deno.test("a column that one side has not observed confounds its strata, not the offset", () => {
  const unseen = () => ({ path: null } as const);
  const result = compared(runs(HALF), runs(HALF, unseen));
  assert.equal(result.verdict, "EQUIVALENT");
  const path = result.strata.find(({ key }) => key === "path")!;
  assert.deepEqual([path.groups[0]!.verdict, path.groups[0]!.reason], [
    "CONFOUNDED",
    { code: "no_complete_run_in", side: 1 },
  ]);
});

for (const bad of ["NaN", "1e400", "Infinity", "1e3", "-", "0x10"]) {
  Deno.test(`${bad} as a duration is refused with its place`, () => {
    const line = formatRow(rowOf(1)).split(",").with(22, bad).join(",");
    assert.throws(() => read(headerText() + line), (error: unknown) => {
      assert.ok(error instanceof Failure);
      assert.match(error.message, /^f\.csv line 6, column 23 \(edge_ns\)/);
      return true;
    });
  });
}

Deno.test("runs whose read comes before their edge are kept and counted, and too many are NO-DATA", () => {
  const negative = (count: number) =>
    HALF.map((offset, i) =>
      i < count
        ? rowOf(i + 1, { ttwu: -9000, wakeup: -8000, switched: -7000, tkread: -6000 })
        : rowOf(i + 1, { ttwu: 1000, wakeup: 2000, switched: 4000, tkread: offset })
    );
  const one = compared(negative(1), runs(HALF));
  assert.equal(one.sides[0].integrity_errors, 1);
  const warned = one.warnings.find((warning) => warning.code === "integrity")!;
  assert.deepEqual([warned.side, warned.errors, warned.first.reason], [
    0,
    1,
    { code: "order", column: "ttwu_ns", is_before: "edge_ns" },
  ]);
  assert.equal(compared(negative(3), runs(HALF)).verdict, "NO-DATA");
});

Deno.test("files of two program versions are compared, and the versions are named as context", () => {
  const result = compared(runs(HALF), runs(HALF), { probe: "0.2.0" });
  assert.equal(result.verdict, "EQUIVALENT");
  const probe = result.context.find(({ field }) => field === "probe");
  assert.deepEqual(probe, { field: "probe", values: ["0.1.0", "0.2.0"] });
});

Deno.test("runbooks that differ under one hash are CONFOUNDED, with field and values", () => {
  const { runbook } = generatedMeta("host");
  const result = compared(runs(HALF), runs(HALF), { runbook: { ...runbook, version: 2, wake: "futex" } });
  assert.equal(result.verdict, "CONFOUNDED");
  assert.deepEqual(result.offset.reasons, [
    { code: "runbook", field: "version", values: [1, 2], is_hash_same: true },
    { code: "runbook", field: "wake", values: ["timer", "futex"], is_hash_same: true },
  ]);
});

Deno.test("a table too small for Cramer's V says that it has no value", () => {
  const other = rowOf(1, undefined, { signature: "WF_SYNC", ttwu_stack: stackKey(WAKELIST) });
  const text = compareText([compare(read(fileText([rowOf(1)])), read(fileText([other])))]);
  assert.match(text, /Cramer's V no value/);
  assert.doesNotMatch(text, /undefined/);
});

Deno.test("an error rate that is lost beside 1 is refused, whoever declares it", () => {
  const runbook = { ...generatedMeta("host").runbook, alpha: 1e-17 };
  const declaring = read(fileText(runs(HALF), { runbook }));
  const remedy = "give --alpha a number from 1e-12 and below 0.5, such as 0.05";
  assert.throws(() => compare(declaring, declaring), {
    message: `the runbook of f.csv declares alpha 1e-17; ${remedy}`,
  });
  assert.throws(() => compare(declaring, declaring, { alpha: 1e-13 }), {
    message: `alpha is 1e-13; ${remedy}`,
  });
  assert.equal(compare(declaring, declaring, { alpha: 1e-12 }).alpha, 1e-12);
});

Deno.test("a ratio of spreads that no runbook can declare is refused, and 2 stands for none", () => {
  for (const spread_ratio of [1, 0.5, 1e9]) {
    const runbook = { ...generatedMeta("host").runbook, spread_ratio };
    const file = read(fileText(runs(HALF), { runbook }));
    assert.throws(() => compare(file, file), {
      message: `the runbook of f.csv declares spread_ratio ${spread_ratio}, which no runbook can; ` +
        "declare a number above 1, up to 1000, for example 2 and measure again",
    });
  }
  const { spread_ratio: _, ...older } = generatedMeta("host").runbook;
  const file = read(fileText(runs(HALF), { runbook: older }));
  assert.equal(compare(file, file).mechanisms.spread_ratio, 2);
});

Deno.test("a share of a distance that no runbook can declare is refused, and 0.5 stands for none", () => {
  for (const locks_in_share of [0, 1, -0.5]) {
    const runbook = { ...generatedMeta("host").runbook, locks_in_share };
    const file = read(fileText(runs(HALF), { runbook }));
    assert.throws(() => compare(file, file), {
      message: `the runbook of f.csv declares locks_in_share ${locks_in_share}, which no runbook can; ` +
        "declare a number above 0 and below 1, for example 0.5 and measure again",
    });
  }
  const { locks_in_share: _, ...older } = generatedMeta("host").runbook;
  const file = read(fileText(runs(HALF), { runbook: older }));
  assert.equal(compare(file, file).mechanisms.locks_in_share, 0.5);
});

Deno.test("a margin that no runbook can declare is refused: nothing can be drawn beside it", () => {
  const { offset_margin: _, ...older } = generatedMeta("host").runbook;
  const impossible = [
    ...[1e308, 5e-324, 0.5].map((ns) => ["offset_margin_ns", ns, String(ns)] as const),
    ...["0 %", "-1ms", "1e3 %", "wide"].map((text) => ["offset_margin", text, `"${text}"`] as const),
  ];
  for (const [field, value, shown] of impossible) {
    const file = read(fileText(runs(HALF), { runbook: { ...older, [field]: value } }));
    assert.throws(() => compare(file, file), {
      message:
        `the runbook of f.csv declares ${field} ${shown}, which no runbook can; give --margin offset=10%`,
    });
    assert.equal(
      compare(file, file, { margins: { offset: { kind: "duration", ns: MS } } }).offset.margin_ns,
      MS,
    );
  }
});

Deno.test("edges that are known to no more than the largest number are warned of by a finite one", () => {
  const meta = { edge_uncertainty_ns: Number.MAX_VALUE };
  const [a, b] = ["a.csv", "b.csv"].map((name) => read(fileText(runs(HALF), meta), undefined, name));
  const { warnings } = compare(a!, b!);
  const edges = warnings.find(({ code }) => code === "edges");
  assert.deepEqual(edges, { ...edges, known_to_ns: Number.MAX_VALUE });
});
