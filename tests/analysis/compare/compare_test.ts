import assert from "node:assert/strict";
import fc from "fast-check";
import type { Row } from "../../../analysis/result/columns.ts";
import { QUESTIONS } from "../../../analysis/compare/questions.ts";
import { Failure } from "../../../analysis/failure.ts";
import type { HookFact } from "../../../analysis/result/meta.ts";
import { compareText } from "../../../analysis/print/compare/text.ts";
import { formatRow } from "../../../analysis/result/write.ts";
import { generatedMeta } from "../../../bench/generate.ts";
import { runsToSettle } from "../../../analysis/stats/settling.ts";
import { ShiftTest } from "../../../analysis/stats/shift_test.ts";
import { placeOf } from "../../../analysis/compare/verdict.ts";
import { draw, generatorOf, POPULATIONS } from "../../../bench/simulation/populations.ts";
import { codesOf, compare, compared, MS, runs, shuffled, spread } from "./compare_fixture.ts";
import { fileText, headerText, read, timeoutOf } from "../result/result_fixture.ts";

const runbook = (fields: Record<string, string | number>) => ({
  ...generatedMeta("host").runbook,
  ...fields,
});

Deno.test("two sides with an interval inside the margin are EQUIVALENT, with estimate, interval and effect", () => {
  const result = compared(runs(spread(30, 5 * MS, 100)), runs(spread(30, 5 * MS + 7, 100)));
  assert.equal(result.verdict, "EQUIVALENT");
  assert.equal(result.offset.verdict, "EQUIVALENT");
  assert.deepEqual(result.offset.n, [30, 30]);
  assert.equal(result.offset.shift_ns, 7);
  const [low, high] = result.offset.shift_ci_ns!;
  assert.ok(low < 7 && high > 7 && low > -1000 && high < 1000);
  assert.equal(result.offset.margin_ns, 4 * MS);
  assert.equal(result.offset.margin_source, "runbook");
});

Deno.test("a shift beyond the margin is DIFFERENT, in the direction B - A", () => {
  const result = compared(runs(spread(30, 5 * MS, 100)), runs(spread(30, 15 * MS, 100)));
  assert.equal(result.verdict, "DIFFERENT");
  assert.equal(result.offset.shift_ns, 10 * MS);
  assert.equal(result.offset.cliffs_delta, 1);
});

Deno.test("a sure shift inside the margin is DIFFERENT-WITHIN-MARGIN", () => {
  const result = compared(runs(spread(30, 5 * MS, 100)), runs(spread(30, 6 * MS, 100)));
  assert.equal(result.verdict, "DIFFERENT-WITHIN-MARGIN");
});

Deno.test("an interval that crosses the margin is INCONCLUSIVE and names the runs that would settle it", () => {
  const step = 300_000;
  const result = compared(runs(spread(30, 50 * MS, step)), runs(spread(30, 53 * MS, step)));
  assert.equal(result.verdict, "INCONCLUSIVE");
  assert.ok(result.offset.n_to_settle! > 30);
  const text = compareText([result]).replaceAll(/\s+/g, " ");
  assert.match(text, /normal approximation; probe power simulates/);
  // 3 ms, surely more than nothing, perhaps more than 4 ms.
  const { p, p_capped } = { p: result.offset.brunner_munzel!.p_holm!, p_capped: false };
  assert.ok(p < 0.05);
  assert.deepEqual(result.offset.reasons, [
    { code: "interval_crosses_margin", margin_ns: 4 * MS, significant: { p, p_capped } },
  ]);
  assert.match(
    text,
    /because a shift is there \(Holm p = [^)]+\); whether it exceeds 4 ms is open: the interval/,
  );
});

Deno.test("an interval that ends on the margin touches it: neither equivalent nor different", () => {
  const tick = MS;
  const ticks = (high: number) => runs(shuffled(40, high).map((i) => 50 * MS + (i % 20 < high ? tick : 0)));
  const { offset, ...result } = compared(ticks(6), ticks(12), {}, {
    margins: { offset: { kind: "duration", ns: tick } },
  });
  assert.deepEqual(offset.tost!.ci_ns, [0, tick]);
  assert.equal(offset.verdict, "INCONCLUSIVE");
  assert.ok(offset.tost!.p >= 0.05, "the test of equivalence is the same rule");
  assert.equal(offset.reasons[0]!.code, "interval_touches_margin");
  assert.match(
    compareText([{ offset, ...result }]).replaceAll(/\s+/g, " "),
    /the interval touches the margin/,
  );
  const wider =
    compared(ticks(6), ticks(12), {}, { margins: { offset: { kind: "duration", ns: tick + 1 } } }).offset;
  assert.equal(wider.tost!.p < 0.05, true);
  assert.equal(placeOf(wider.tost!.ci_ns, tick + 1), "inside");
});

Deno.test("a shift on the margin names no number of runs, and says so", () => {
  const result = compared(runs(spread(30, 50 * MS, MS)), runs(spread(30, 54 * MS, MS)));
  assert.deepEqual([result.verdict, result.offset.n_to_settle], ["INCONCLUSIVE", null]);
  assert.match(compareText([result]).replaceAll(/\s+/g, " "), /so near the margin that no number of runs/);
});

/** Population, margin in ns, true shift in margins: 150 runs a side leave each of them open. */
const CASES_TO_SETTLE = [[0, 18_000, 0], [1, 16_000, 0.2], [2, 12_000, 0.2]] as const;

Deno.test("the runs that would settle an answer settle it as often as they say, drawn from the same runs", () => {
  for (const [index, margin, marginShare] of CASES_TO_SETTLE) {
    const population = POPULATIONS[index]!;
    const random = generatorOf("settle", population.name, marginShare);
    const a = draw(population, 150, random).sort();
    const b = draw(population, 150, random).map((value) => value + Math.round(marginShare * margin)).sort();
    const needed = runsToSettle(new ShiftTest(a, b), { margin, alpha: 0.05, power: 0.8 }, 6)!;
    let settled = 0;
    const again = (from: Float64Array) =>
      Float64Array.from({ length: needed }, () => from[random.index(from.length)]!).sort();
    for (let i = 0; i < 200; i++) {
      const test = new ShiftTest(again(a), again(b));
      if (placeOf([test.interval(0.9).low, test.interval(0.9).high], margin) === "inside") settled++;
    }
    assert.ok(settled > 135 && settled < 185, `${population.name}: ${settled} of 200 with ${needed}`);
  }
});

Deno.test("--margin and --alpha override the runbook, and the result says so", () => {
  const a = runs(spread(30, 5 * MS, 100));
  const b = runs(spread(30, 15 * MS, 100));
  const result = compared(a, b, {}, { margins: { offset: { kind: "duration", ns: 20 * MS } }, alpha: 0.01 });
  assert.equal(result.verdict, "DIFFERENT-WITHIN-MARGIN");
  assert.equal(result.offset.margin_source, "option");
  assert.equal(result.alpha, 0.01);
  assert.equal(result.ttwu_to_tkread.margin_ns, 100_000);
});

Deno.test("a runbook without a margin is refused unless one is given", () => {
  const { offset_margin: _, ...rest } = generatedMeta("host").runbook;
  const file = () => read(fileText(runs(spread(30, MS, 10)), { runbook: rest }));
  assert.throws(() => compare(file(), file()), (error: unknown) => {
    assert.ok(error instanceof Failure);
    assert.match(error.message, /f\.csv declares no offset_margin; give --margin offset=10%/);
    return true;
  });
  assert.equal(
    compare(file(), file(), { margins: { offset: { kind: "duration", ns: MS } } }).verdict,
    "EQUIVALENT",
  );
});

Deno.test("an alpha that is none is refused, the option as usage", () => {
  const rows = runs(spread(6, MS, 10));
  assert.throws(
    () => compared(rows, rows, {}, { alpha: 0.5 }),
    /alpha is 0\.5; give --alpha a number from 1e-12 and below/,
  );
  const file = read(fileText(rows, { runbook: runbook({ alpha: 5 }) }));
  assert.throws(() => compare(file, file), /the runbook of f\.csv declares alpha 5; give --alpha/);
  assert.equal(compare(file, file, { alpha: 0.05 }).alpha, 0.05);
});

Deno.test("below 4 complete runs a side there is no test: NO-DATA", () => {
  const result = compared(runs(spread(3, MS, 10)), runs(spread(30, MS, 10)));
  assert.equal(result.verdict, "NO-DATA");
  assert.equal(result.offset.brunner_munzel, null);
  assert.equal(result.offset.kolmogorov_smirnov, null);
  assert.equal(result.offset.tost, null);
  assert.equal(result.holm_family, 0);
  assert.deepEqual(result.offset.reasons, [{ code: "few_runs", n: [3, 30], lacks: "test", needs: 4 }]);
});

Deno.test("below 6 complete runs a side there is a test but no interval", () => {
  const result = compared(runs(spread(5, MS, 10)), runs(spread(30, 50 * MS, 10)));
  assert.equal(result.verdict, "INCONCLUSIVE");
  assert.notEqual(result.offset.brunner_munzel, null);
  assert.equal(result.offset.shift_ci_ns, null);
  assert.equal(result.offset.n_to_settle, 6);
});

Deno.test("below 10 complete runs a side the result is called thin", () => {
  const thin = (n: number) =>
    compared(runs(spread(n, MS, 10)), runs(spread(30, MS, 10))).warnings
      .filter(({ code }) => code === "thin");
  assert.deepEqual(thin(9), [{ code: "thin", sides: [{ side: 0, complete: 9 }] }]);
  assert.deepEqual(thin(10), []);
});

Deno.test("files without any row are NO-DATA", () => {
  const result = compared([], []);
  assert.equal(result.verdict, "NO-DATA");
  assert.deepEqual(result.offset.n, [0, 0]);
  assert.deepEqual(result.offset.median_ns, [null, null]);
  assert.equal(result.offset.shift_ns, null);
});

Deno.test("percentiles need 59 values for P95 and 299 for P99", () => {
  const at = (n: number) => compared(runs(spread(n, MS, 10)), runs(spread(8, MS, 10))).offset;
  assert.equal(at(58).p95_ns[0], null);
  assert.notEqual(at(59).p95_ns[0], null);
  assert.equal(at(298).p99_ns[0], null);
  assert.notEqual(at(299).p99_ns[0], null);
  assert.equal(at(299).p99_ns[1], null);
});

Deno.test("another runbook confounds every question and names the fields with both values", () => {
  const meta = { runbook: runbook({ load: "cpu:2", wake: "futex" }), runbook_sha256: "1".repeat(64) };
  const result = compared(runs(spread(30, MS, 10)), runs(spread(30, MS, 10)), meta);
  const reasons = [
    { code: "runbook", field: "load", values: ["idle", "cpu:2"], is_hash_same: false },
    { code: "runbook", field: "wake", values: ["timer", "futex"], is_hash_same: false },
  ];
  for (const { name } of QUESTIONS) {
    assert.equal(result[name].verdict, "CONFOUNDED");
    assert.deepEqual(result[name].reasons, reasons);
    assert.notEqual(result[name].shift_ns, null, "estimates stay, for information");
    assert.equal(result[name].brunner_munzel!.p_holm, null);
  }
  assert.equal(result.holm_family, 0);
});

Deno.test("another tier confounds only the questions whose stages were hooked differently", () => {
  const tracepoint: HookFact[] = [
    { stage: "ttwu", hook: "sched_waking", kind: "tp_btf", attached: true },
    { stage: "ttwu", hook: "try_to_wake_up", kind: "fentry", attached: false, reason: "EPERM" },
    { stage: "wakeup", hook: "sched_wakeup", kind: "tp_btf", attached: true },
    { stage: "switch", hook: "sched_switch", kind: "tp_btf", attached: true },
    { stage: "tkread", hook: "sys_enter", kind: "tp_btf", attached: true },
  ];
  const meta = { tier: "tracepoint", hooks: tracepoint } as const;
  const unseen = () => ({ signature: null, wake_flags: null, wake_flags_entry: null, path: null } as const);
  const result = compared(runs(spread(30, MS, 10)), runs(spread(30, MS, 10), unseen), meta);
  assert.equal(result.offset.verdict, "CONFOUNDED");
  assert.deepEqual(result.offset.reasons, [
    { code: "hooks", stage: "tkread", only: [["fentry ktime_get_ts64"], ["tp_btf sys_enter"]] },
  ]);
  assert.equal(result.ttwu_to_tkread.verdict, "CONFOUNDED");
  assert.equal(result.ttwu_to_tkread.reasons.length, 2);
  assert.equal(result.edge_to_wakeup.verdict, "EQUIVALENT");
  assert.equal(result.wakeup_to_switch.verdict, "EQUIVALENT");
  assert.equal(result.holm_family, 2);
  const signature = result.strata.find(({ key }) => key === "signature")!;
  assert.deepEqual(signature.n, [30, 0]);
  assert.deepEqual(signature.not_observed, [0, 30]);
  assert.equal(signature.groups[0]!.verdict, "CONFOUNDED");
});

Deno.test("a stage that only one side hooked, and one with more hooks on a side, are told apart", () => {
  const hook = (name: string): HookFact => ({ stage: "tkread", hook: name, kind: "fentry", attached: true });
  const hooks = generatedMeta("vm").hooks.filter(({ stage }) => stage !== "switch");
  const extra = ["a", "b", "c", "d", "e"].map(hook);
  const result = compared(runs(spread(30, MS, 10)), runs(spread(30, MS, 10)), {
    hooks: [...hooks, ...extra],
  });
  assert.deepEqual(result.offset.reasons, [
    { code: "hooks", stage: "tkread", only: [[], extra.map(({ hook }) => `fentry ${hook}`)] },
  ]);
  assert.deepEqual(result.wakeup_to_switch.reasons, [
    { code: "hooks", stage: "switch", only: [["tp_btf sched_switch"], null] },
  ]);
});

Deno.test("censored runs are counted per side and per stratum, never dropped silently", () => {
  const rows = [...runs(spread(30, MS, 10)), timeoutOf(31), timeoutOf(32)];
  const result = compared(runs(spread(30, MS, 10)), rows);
  assert.equal(result.sides[1].timeout, 2);
  assert.deepEqual(result.offset.n, [30, 30]);
  assert.deepEqual(result.strata[0]!.groups[0]!.censored, [0, 2]);
  assert.deepEqual(result.warnings.filter(({ code }) => code === "censored"), [
    { code: "censored", side: 1, timeout: 2, aborted: 0, rows: 32 },
  ]);
});

Deno.test("complete runs in which a stage was not observed are counted for the questions that need it", () => {
  const blind = (i: number): Partial<Row> => i < 4 ? { switch_ns: null } : {};
  const result = compared(runs(spread(30, MS, 10)), runs(spread(30, MS, 10), blind));
  assert.deepEqual(result.wakeup_to_switch.n, [30, 26]);
  assert.deepEqual(result.offset.n, [30, 30]);
  assert.deepEqual(result.warnings, [
    { code: "not_observed", side: 1, question: "wakeup_to_switch", missing: 4, complete: 30 },
  ]);
});

Deno.test("a few contradicting runs are warned of, many make integrity fail", () => {
  const broken = (count: number) => (i: number): Partial<Row> => i < count ? { tkread_task_ns: null } : {};
  const few = compared(runs(spread(30, MS, 10)), runs(spread(30, MS, 10), broken(1)));
  assert.equal(few.verdict, "EQUIVALENT");
  assert.deepEqual(few.warnings.filter(({ code }) => code === "integrity"), [{
    code: "integrity",
    side: 1,
    errors: 1,
    rows: 30,
    first: { line: 6, reason: { code: "no_task_read" } },
  }]);
  const many = compared(runs(spread(30, MS, 10)), runs(spread(30, MS, 10), broken(3)));
  assert.equal(many.verdict, "NO-DATA");
  assert.deepEqual(many.offset.reasons, [{ code: "integrity", side: 1, errors: 3, rows: 30 }]);
});

Deno.test("columns that vary without being a key are named, with their values", () => {
  const varying = (i: number): Partial<Row> => ({ clocksource: i % 3 === 0 ? "hpet" : "tsc" });
  const result = compared(runs(spread(30, MS, 10)), runs(spread(30, MS, 10), varying));
  assert.deepEqual(result.warnings.filter(({ code }) => code === "residue"), [{
    code: "residue",
    columns: [{
      column: "clocksource",
      values: [null, [{ value: "tsc", runs: 20 }, { value: "hpet", runs: 10 }]],
    }],
  }]);
});

Deno.test("a column that is constant on each side but not the same is context", () => {
  const load = () => ({ tkread_function: "ktime_get" });
  const result = compared(runs(spread(30, MS, 10)), runs(spread(30, MS, 10), load));
  assert.deepEqual(result.context.at(-1), {
    field: "tkread_function",
    values: ["ktime_get_ts64", "ktime_get"],
  });
});

Deno.test("a cut-off file, lost events and missing runs are warned of", () => {
  const rows = runs(spread(12, MS, 10), (i) => ({ lost_events: i === 3 ? 4 : 0 }));
  const cut = read(headerText() + rows.map(formatRow).join(""), undefined, "cut.csv");
  const result = compare(cut, read(fileText(runs(spread(30, MS, 10)), {}, "vm")));
  assert.deepEqual(result.warnings.slice(0, 3), [
    { code: "file", note: { code: "cut_off", file: "cut.csv", rows: 12 } },
    { code: "runs_missing", side: 0, rows: 12, declared: 30 },
    { code: "lost_events", side: 0, events: 4 },
  ]);
  assert.equal(result.sides[0].cut_off, true);
});

Deno.test("runs during which the clock was set are counted, readings that only differ a little are not", () => {
  const steps = [0, 1_111_000_000, -3_600_000_000_000, 900, -99_999];
  const stepped = runs(spread(30, MS, 10), (i) => ({ realtime_step_ns: steps[i] ?? null }));
  const result = compared(stepped, runs(spread(30, MS, 10), () => ({ realtime_step_ns: 40_000 })));
  assert.deepEqual(result.warnings.filter(({ code }) => code === "clock_set"), [
    { code: "clock_set", side: 0, runs: 2, rows: 30, largest_ns: -3_600_000_000_000 },
  ]);
  // Setting the clock moves no time of the chain, so the offsets stay in the estimate.
  assert.deepEqual(result.offset.n, [30, 30]);
});

Deno.test("the same file twice is noticed", () => {
  const file = read(fileText(runs(spread(30, MS, 10))));
  assert.ok(codesOf(compare(file, file)).includes("same_measurement"));
});

Deno.test("edges that are known less well than the margin are warned of", () => {
  const result = compared(runs(spread(30, MS, 10)), runs(spread(30, MS, 10)), {
    edge_uncertainty_ns: 5 * MS,
  });
  assert.deepEqual(result.warnings.filter(({ code }) => code === "edges"), [
    { code: "edges", question: "offset", known_to_ns: 5_000_150, margin_ns: 4_000_000 },
  ]);
});

Deno.test("all values equal is answered without any number that is none", () => {
  const result = compared(runs(Array(30).fill(MS)), runs(Array(30).fill(MS)));
  assert.equal(result.verdict, "EQUIVALENT");
  assert.equal(result.offset.shift_ns, 0);
  assert.deepEqual(result.offset.mad_ns, [0, 0]);
});

const sample = fc.array(fc.integer({ min: 5000, max: 40 * MS }), { minLength: 1, maxLength: 25 });

/** Two samples whose runs are not exchangeable. */
const DEPENDENT: [number[], number[]] = [
  [13985086, 21751339, 10967769, 22749152, 6589821, 33545008, 3387542, 32409726, 710171, 29826037],
  [23432273, 24424156, 19610650, 2904441, 26043724, 32329466, 281496, 15600083, 38082136, 36993858],
];

Deno.test("swapping the sides flips the signs and keeps the verdict", () => {
  fc.assert(
    fc.property(sample, sample, (x, y) => {
      const of = (a: number[], b: number[]) =>
        compare(read(fileText(runs(a))), read(fileText(runs(b)))).offset;
      const [there, back] = [of(x, y), of(y, x)];
      assert.equal(there.verdict, back.verdict);
      assert.equal(there.shift_ns, 0 - back.shift_ns!);
      assert.equal(there.cliffs_delta, 0 - back.cliffs_delta!);
      if (there.shift_ci_ns !== null) {
        assert.deepEqual(there.shift_ci_ns, back.shift_ci_ns!.map((end) => 0 - end).reverse());
      }
      assert.deepEqual(there.median_ns, back.median_ns.toReversed());
    }),
    // A comparison takes too long to search for a smaller sample that fails too.
    { numRuns: 40, examples: [DEPENDENT], endOnFailure: true },
  );
});

Deno.test("the order of the rows does not matter", () => {
  const rows = runs(spread(24, MS, 777), (i) => i % 3 === 0 ? { path: "wakelist", migrated: true } : {});
  const other = read(fileText(runs(spread(20, MS, 500)), {}, "vm"));
  const straight = compare(read(fileText(rows)), other);
  fc.assert(
    fc.property(fc.shuffledSubarray(rows, { minLength: rows.length }), (shuffled) => {
      assert.deepEqual(compare(read(fileText(shuffled)), other), straight);
    }),
    { numRuns: 20 },
  );
});
