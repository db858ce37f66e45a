import assert from "node:assert/strict";
import type { Row } from "../../../analysis/result/columns.ts";
import { Failure } from "../../../analysis/failure.ts";
import type { Comparison } from "../../../analysis/compare/comparison.ts";
import { compareText } from "../../../analysis/print/compare/text.ts";
import { generatedMeta } from "../../../bench/generate.ts";
import { compare, MS, runs } from "../compare/compare_fixture.ts";
import { fileText, read, timeoutOf } from "../result/result_fixture.ts";

const { runbook } = generatedMeta("host");
const LATER = { started: "2026-01-02T00:00:00Z" };

interface Declared {
  readonly runbook?: Record<string, string | number | boolean>;
  readonly ofB?: Record<string, string | number | boolean>;
}

function compared(a: readonly Row[], b: readonly Row[], { runbook: of = runbook, ofB = of }: Declared = {}) {
  return compare(
    read(fileText(a, { runbook: of }), undefined, "a.csv"),
    read(fileText(b, { ...LATER, runbook: ofB }, "vm"), undefined, "b.csv"),
  );
}

/**
 * n different offsets around `centre`, `step` apart, whose neighbours are unlike: multiples of the golden ratio,
 * of which only the fraction is kept, fall evenly.
 */
function steady(n: number, centre: number, step: number): number[] {
  const fractions = Array.from({ length: n }, (_, i) => (i * (Math.sqrt(5) - 1) / 2) % 1);
  const ranks = new Map(fractions.toSorted((x, y) => x - y).map((fraction, rank) => [fraction, rank]));
  return fractions.map((fraction) => centre + Math.round((ranks.get(fraction)! - (n - 1) / 2) * step));
}

/** The tails of the offset. */
function offset({ tails }: Comparison) {
  const [p95, p99] = tails.quantiles.filter(({ question }) => question === "offset");
  return [p95!, p99!] as const;
}

/** So many runs, of which the last ones timed out. */
function timedOut(n: number, count: number, over: Partial<Row> = {}): Row[] {
  return [
    ...runs(steady(n - count, 5 * MS, 1000)),
    ...Array.from({ length: count }, (_, i) => ({ ...timeoutOf(n - count + i + 1), ...over })),
  ];
}

Deno.test("tails that agree are EQUIVALENT, tails that differ by more than the margin DIFFERENT", () => {
  const a = runs(steady(400, 5 * MS, 1000));
  for (
    const { verdict, ratio, ratio_ci: [low, high], power } of offset(
      compared(a, runs(steady(400, 5 * MS + 7, 1000))),
    )
  ) {
    assert.equal(verdict, "EQUIVALENT");
    assert.ok(low! < ratio! && ratio! < high! && low! > 0.8 && high! < 1.2);
    assert.equal(power, 1);
  }
  const [p95, p99] = offset(compared(a, runs(steady(400, 7 * MS, 1000))));
  assert.deepEqual([p95.verdict, p99.verdict], ["DIFFERENT", "DIFFERENT"]);
  assert.equal(p95.shift_ns, 2 * MS);
  const [faster] = offset(compared(runs(steady(400, 7 * MS, 1000)), a));
  assert.deepEqual([faster.verdict, faster.shift_ns], ["DIFFERENT", -2 * MS]);
});

Deno.test("medians that agree do not make tails agree: a few slow runs do", () => {
  const slow = steady(400, 5 * MS, 100).map((ns, i) => i % 10 === 0 ? 3 * ns : ns);
  const result = compared(runs(steady(400, 5 * MS, 100)), runs(slow));
  assert.equal(result.offset.verdict, "EQUIVALENT");
  assert.deepEqual(offset(result).map(({ verdict }) => verdict), ["DIFFERENT", "DIFFERENT"]);
});

Deno.test("an interval that crosses the margin is INCONCLUSIVE, with the power that these runs have", () => {
  const wide = steady(100, 50 * MS, MS);
  const [p95] = offset(compared(runs(wide), runs(wide.map((ns) => Math.round(1.2 * ns)))));
  assert.deepEqual([p95.verdict, p95.reasons], ["INCONCLUSIVE", [{ code: "margin_in_interval" }]]);
  assert.ok(p95.power! >= 0 && p95.power! <= 1);
});

Deno.test("below the runs that have bounds there is no verdict, and the number needed is named", () => {
  for (
    const [n, verdicts] of [[58, ["NO-DATA", "NO-DATA"]], [60, [null, "NO-DATA"]], [299, [
      null,
      null,
    ]]] as const
  ) {
    const found = offset(compared(runs(steady(n, 5 * MS, 10)), runs(steady(n, 5 * MS, 10))));
    for (const [index, { verdict, reasons, needs, sides }] of found.entries()) {
      assert.equal(needs, [59, 299][index]);
      if (verdicts[index] === null) assert.notEqual(verdict, "NO-DATA", `${n}`);
      else {
        assert.equal(verdict, verdicts[index], `${n}`);
        assert.deepEqual(reasons, [{ code: "few_runs_for_bounds", n: [n, n], needs }]);
        assert.equal(sides[0].value_ns, null);
      }
    }
  }
  const text = compareText([compared(runs(steady(30, 5 * MS, 10)), runs(steady(40, 5 * MS, 10)))]);
  assert.match(text, /P95: n too small, its bounds need 59 runs a side, A has 30 and B 40\n/);
  assert.match(text, /P99: n too small, its bounds need 299 runs a side, A has 30 and B 40\n/);
});

Deno.test("runs that timed out are slower than all others", () => {
  const a = timedOut(400, 0);
  const [p95] = offset(compared(a, timedOut(400, 10)));
  assert.deepEqual([p95.sides[1].n, p95.sides[1].timeout], [400, 10]);
  // As if they had taken any longer time.
  const slow = runs(steady(390, 5 * MS, 1000).concat(Array.from({ length: 10 }, () => 900 * MS)));
  const [same] = offset(compared(a, slow));
  assert.deepEqual(
    [p95.sides[1].value_ns, p95.ratio_ci, p95.verdict],
    [same.sides[1].value_ns, same.ratio_ci, same.verdict],
  );
});

Deno.test("a quantile among runs that timed out has no value, and nothing is made of it", () => {
  const result = compared(timedOut(400, 0), timedOut(400, 100));
  for (const { verdict, reasons, sides, shift_ns, ratio, ratio_ci, power } of offset(result)) {
    assert.deepEqual([verdict, reasons], ["INCONCLUSIVE", [{ code: "among_timeouts", sides: [1] }]]);
    assert.deepEqual([sides[1].value_ns, shift_ns, ratio, ratio_ci, power], [
      null,
      null,
      null,
      [null, null],
      null,
    ]);
  }
  assert.match(compareText([result]), /^ {2}offset P95 {10}INCONCLUSIVE +\S+ ms +timed out +-$/m);
});

Deno.test("a run that timed out before its wakeup began says nothing about the time after the wakeup", () => {
  const counts = (last_stage: string) => {
    const { tails } = compared(timedOut(400, 0), timedOut(400, 10, { last_stage } as Partial<Row>));
    return tails.quantiles.filter((_, i) => i % 2 === 0).map(({ sides }) => sides[1].timeout);
  };
  assert.deepEqual(counts("none"), [10, 0]);
  assert.deepEqual(counts("ttwu"), [10, 10]);
});

Deno.test("where the order of the runs matters, no bound is given", () => {
  const drifting = Array.from({ length: 400 }, (_, i) => 5 * MS + 1000 * i);
  const [p95] = offset(compared(runs(steady(400, 5 * MS, 1000)), runs(drifting)));
  assert.deepEqual([p95.verdict, p95.reasons], ["INCONCLUSIVE", [{ code: "runs_depend" }]]);
  assert.deepEqual([p95.ratio_ci, p95.shift_ci_ns, p95.power], [[null, null], [null, null], null]);
  assert.ok(p95.sides[1].value_ns! > 5 * MS);
});

Deno.test("where runs count as fewer than a bound needs, there is none, though their order is no other than chance", () => {
  // Each run carries most of the one before it, which makes neighbours a little alike.
  const values = steady(60, 0, 1);
  const alike = values.map((value, i) => 5 * MS + Math.round(1000 * (value + 0.95 * (values[i - 1] ?? 0))));
  const result = compared(runs(steady(60, 5 * MS, 1000)), runs(alike));
  const { effective_n } = result.offset.series[1];
  assert.ok(effective_n > 30 && effective_n < 59 && result.offset.order!.p > 0.05, `${effective_n}`);
  const [p95] = offset(result);
  assert.deepEqual([p95.verdict, p95.reasons], ["INCONCLUSIVE", [
    { code: "few_effective_runs_for_bounds", side: 1, n: 60, effective_n, needs: 59 },
  ]]);
  assert.deepEqual([p95.sides[1].ci_ns, p95.ratio_ci], [[null, null], [null, null]]);
});

Deno.test("without a declared margin no verdict is given, and one line says so", () => {
  const { tail_margin_percent: _, deadline_ns: __, ...older } = runbook;
  const a = runs(steady(400, 5 * MS, 1000));
  const result = compared(a, a, { runbook: older });
  assert.equal(result.tails.margin_percent, null);
  for (const { verdict, ratio } of offset(result)) assert.deepEqual([verdict, ratio], [null, 1]);
  assert.equal(result.tails.exceedance, null);
  assert.match(
    compareText([result]),
    /^tails: P95 and P99\n {2}no verdict: the runbook declares no tail_margin\n {2}late runs are not counted: .*\n\n/m,
  );
});

Deno.test("a side that declares another margin, or none, is CONFOUNDED", () => {
  const a = runs(steady(400, 5 * MS, 1000));
  const { tail_margin_percent: _, ...older } = runbook;
  for (const ofB of [older, { ...runbook, tail_margin_percent: 10 }]) {
    const [p95] = offset(compared(a, a, { ofB }));
    assert.equal(p95.verdict, "CONFOUNDED");
    assert.deepEqual(p95.reasons.map(({ code }) => code), ["runbook"]);
  }
});

Deno.test("the narrower the declared margin, the fewer tails are the same", () => {
  const a = runs(steady(400, 5 * MS, 10_000));
  const b = runs(steady(400, 5 * MS, 10_000).map((ns) => ns + 7));
  const verdict = (tail_margin_percent: number) =>
    offset(compared(a, b, { runbook: { ...runbook, tail_margin_percent } }))[0].verdict;
  assert.deepEqual([verdict(20), verdict(0.01)], ["EQUIVALENT", "INCONCLUSIVE"]);
});

Deno.test("runs later than the deadline are counted, those that timed out too", () => {
  const shuffled = runs(steady(100, 5 * MS, 10).map((ns, i) => i % 10 === 0 ? 9 * MS : ns));
  const b = timedOut(100, 5);
  const { exceedance } = compared(shuffled, b, { runbook: { ...runbook, deadline_ns: 9 * MS - 1 } }).tails;
  assert.deepEqual(
    exceedance!.sides.map(({ n, timeout, late, share }) => [n, timeout, late, share]),
    [[100, 0, 10, 0.1], [100, 5, 5, 0.05]],
  );
  assert.equal(exceedance!.difference, -0.05);
  const [low, high] = exceedance!.difference_ci!;
  assert.ok(low < -0.05 && high > -0.05 && low > -0.2 && high < 0.1);
  // A run on the deadline is in time.
  const { exceedance: inTime } =
    compared(shuffled, b, { runbook: { ...runbook, deadline_ns: 9 * MS } }).tails;
  assert.deepEqual(inTime!.sides.map(({ late }) => late), [0, 5]);
});

Deno.test("late runs that depend on each other have shares, but no intervals", () => {
  const drifting = Array.from({ length: 100 }, (_, i) => 5 * MS + 1000 * i);
  const { exceedance } = compared(runs(drifting), runs(drifting), {
    runbook: { ...runbook, deadline_ns: 5 * MS + 50_000 },
  }).tails;
  assert.deepEqual(exceedance!.reasons, [{ code: "runs_depend" }]);
  assert.deepEqual(exceedance!.sides.map(({ late, share_ci }) => [late, share_ci]), [[49, null], [49, null]]);
  assert.deepEqual([exceedance!.difference, exceedance!.difference_ci], [0, null]);
});

Deno.test("a margin of the tails, or a deadline, that no runbook can declare is refused", () => {
  const a = runs(steady(10, 5 * MS, 1000));
  for (
    const [field, value] of [["tail_margin_percent", 0], ["tail_margin_percent", 100], [
      "deadline_ns",
      0.5,
    ]] as const
  ) {
    assert.throws(
      () => compared(a, a, { runbook: { ...runbook, [field]: value } }),
      (error) => error instanceof Failure && error.message.includes(`declares ${field} ${value}, which no`),
    );
  }
});
