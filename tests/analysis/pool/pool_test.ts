import assert from "node:assert/strict";
import type { Comparison } from "../../../analysis/compare/comparison.ts";
import { compareAll } from "../../../analysis/compare/compare.ts";
import { withFileWarnings } from "../../../analysis/pool/between_files.ts";
import { pooled, unlikeFile } from "../../../analysis/pool/pool.ts";
import type { Row } from "../../../analysis/result/columns.ts";
import { DURATIONS } from "../../../analysis/result/durations.ts";
import type { ResultFile } from "../../../analysis/result/file.ts";
import type { Meta } from "../../../analysis/result/meta.ts";
import { keptColumn } from "../../../analysis/sample/key_columns.ts";
import { sampleOf } from "../../../analysis/sample/sample.ts";
import { checkSeries } from "../../../analysis/sample/series.ts";
import { generatedMeta } from "../../../bench/generate.ts";
import { runs, shuffled, spread } from "../compare/compare_fixture.ts";
import { DIRECT, fileText, read, rowOf, timeoutOf, USUAL } from "../result/result_fixture.ts";

function file(name: string, rows: readonly Row[], over: Partial<Meta> = {}): ResultFile {
  return read(fileText(rows, { started: `2026-01-01 ${name}`, ...over }), undefined, name);
}

/** 40 offsets around a centre, in an order of its own. */
function around(centre: number, seed: number): number[] {
  return shuffled(40, seed).map((i) => centre + Math.round((i - 19.5) * 100));
}

const RUNBOOK = generatedMeta("host").runbook;

Deno.test("the rows of pooled files stand one after the other, and no two runs have one number", () => {
  const a = file("a", [rowOf(1), timeoutOf(2), rowOf(3, { ...USUAL, tkread: 9000 })]);
  const b = file("b", [
    rowOf(1, { ...USUAL, tkread: 7000 }),
    rowOf(2, USUAL, { comm: "other", waker_comm: "" }),
  ]);
  const both = pooled([a, b], ["a", "b"]);
  assert.deepEqual([...both.run], [1, 2, 3, 4, 5]);
  for (const { name } of DURATIONS) {
    assert.deepEqual([...both.durations[name]], [...a.durations[name], ...b.durations[name]], name);
  }
  const cells = (one: ResultFile, name: "comm" | "waker_comm" | "status" | "ttwu_stack") => {
    const { values } = one.texts[name];
    return [...one.texts[name].codes()].map((code) => values[code]);
  };
  for (const name of ["comm", "waker_comm", "status", "ttwu_stack"] as const) {
    assert.deepEqual(cells(both, name), [...cells(a, name), ...cells(b, name)], name);
  }
  const labels = keptColumn(both, "file");
  assert.deepEqual([...labels.codes()].map((code) => labels.values[code]), ["a", "a", "a", "b", "b"]);
  assert.deepEqual(both.end, {
    rows: 5,
    complete: 4,
    timeout: 1,
    aborted: 0,
    lost_events: a.end!.lost_events + b.end!.lost_events,
    recursion_misses: a.end!.recursion_misses! + b.end!.recursion_misses!,
    self_reads: a.end!.self_reads + b.end!.self_reads,
  });
  assert.deepEqual([...both.stacks.values()], [...a.stacks.values()]);
  assert.deepEqual([...both.stacks.values()][0], DIRECT);
  assert.equal(both.meta.runbook.runs, Number(RUNBOOK.runs) * 2);
});

Deno.test("two halves of a measurement are together what the whole is", () => {
  const rows = runs(spread(60, 50_000, 300));
  const whole = file("whole", rows);
  const halves = pooled([file("one", rows.slice(0, 30)), file("two", rows.slice(30))], ["one", "two"]);
  const other = file("other", runs(spread(40, 52_000, 300)));
  const [of, ofHalves] = [compareAll([whole, other])[0]!, compareAll([halves, other])[0]!];
  for (const name of ["offset", "ttwu_to_tkread"] as const) {
    const decisive = (
      { [name]: { n, median_ns, shift_ns, shift_ci_ns, brunner_munzel, tost, leave_out, verdict } }:
        Comparison,
    ) => ({ n, median_ns, shift_ns, shift_ci_ns, brunner_munzel, tost, leave_out, verdict });
    assert.deepEqual(decisive(ofHalves), decisive(of), name);
    assert.notEqual(of[name].shift_ci_ns, null);
  }
});

Deno.test("that files differ in level is no dependence of neighbours; dependence within them is", () => {
  const apart = pooled(
    [file("low", runs(around(20_000, 5))), file("high", runs(around(90_000, 6)))],
    ["low", "high"],
  );
  const sample = sampleOf(apart, "offset_ns");
  assert.deepEqual(sample.joints, [40]);
  const series = checkSeries(sample);
  assert.ok(Math.abs(series.lag1!.r) < 0.2 && series.lag1!.p > 0.05, JSON.stringify(series.lag1));
  assert.ok(series.change_point!.p > 0.05);
  const { joints: _, ...joined } = sample;
  assert.ok(checkSeries(joined).lag1!.p < 1e-6);
  const drifting = (name: string) => file(name, runs(Array.from({ length: 40 }, (_, i) => 20_000 + 300 * i)));
  const drift = checkSeries(sampleOf(pooled([drifting("a"), drifting("b")], ["a", "b"]), "offset_ns"));
  assert.ok(drift.lag1!.p < 1e-6 && drift.change_point!.p < 0.01);
  assert.ok(drift.effective_n < 20);
});

Deno.test("a change of level is named by the run as the side numbers it", () => {
  const steady = file("steady", runs(spread(30, 20_000, 100)));
  const stepping = file("stepping", runs([...spread(15, 20_000, 100), ...spread(15, 40_000, 100)]));
  const { change_point } = checkSeries(sampleOf(pooled([steady, stepping], ["a", "b"]), "offset_ns"));
  assert.equal(change_point!.after_run, 45);
  assert.ok(change_point!.p < 0.05);
});

Deno.test("files that differ are warned of, with their medians and with what else differs", () => {
  const low = file("low", runs(spread(40, 20_000, 100)));
  const high = file("high", runs(spread(40, 90_000, 100)), { kernel: "7.0" });
  const same = file("same", runs(around(20_000, 3)));
  const other = file("other", runs(spread(40, 20_000, 100)), { env: "vm" });
  const warned = (files: readonly ResultFile[]) => {
    const side = pooled(files, files.map(({ name }) => name));
    const comparison = withFileWarnings(compareAll([side, other])[0]!, [side, other], [files, [other]]);
    return comparison.warnings.filter(({ code }) => code === "files_differ" || code === "files_vary");
  };
  assert.deepEqual(warned([low, same]), []);
  const [offset, ttwu, facts] = warned([low, high]) as unknown as Record<string, unknown>[];
  assert.deepEqual([offset!.code, offset!.side, offset!.question], ["files_differ", 0, "offset"]);
  assert.deepEqual(offset!.medians_ns, [20_000, 90_000]);
  assert.ok(Number(offset!.p) < 0.01);
  assert.equal(ttwu!.question, "ttwu_to_tkread");
  assert.deepEqual(facts, {
    code: "files_vary",
    side: 0,
    facts: [{ field: "kernel", values: [low.meta.kernel, "7.0"] }],
  });
});

Deno.test("what keeps files from being one side is found; the number of runs does not", () => {
  const one = file("one", [rowOf(1)]);
  const unlike = (over: Partial<Meta>) => unlikeFile([one, file("two", [rowOf(1)], over)])?.why ?? null;
  assert.equal(unlike({}), null);
  assert.equal(unlike({ runbook: { ...RUNBOOK, runs: 500 }, runbook_sha256: "other" }), null);
  assert.deepEqual(unlike({ env: "vm" }), { code: "env", values: ["host", "vm"] });
  assert.equal(unlike({ started: one.meta.started })?.code, "same_measurement");
  const why = unlike({ runbook: { ...RUNBOOK, period_ns: 5 } });
  assert.ok(why?.code === "runbook" && why.field === "period_ns");
  assert.equal(unlike({ decode: "other" })?.code, "decode");
  const hooks = one.meta.hooks.map((hook) => hook.stage === "ttwu" ? { ...hook, hook: "other" } : hook);
  assert.equal(unlike({ hooks })?.code, "hooks");
});

Deno.test("files of which one has foreseen pulses have foreseen pulses together", () => {
  const [device, foreseen] = (["device", "foreseen"] as const).map((pulse) =>
    file(pulse, [rowOf(1)], { pulse })
  );
  const pulseOf = (...files: readonly ResultFile[]) =>
    pooled(files, files.map(({ name }) => name)).meta.pulse;
  assert.equal(pulseOf(device!, foreseen!), "foreseen");
  assert.equal(pulseOf(device!, device!), "device");
  assert.equal(pulseOf(file("old", [rowOf(1)]), file("older", [rowOf(1)])), undefined);
});
