/** What is checked besides the verdict: the order of the runs, shapes, runs left out, adjustments. */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Row } from "../../../analysis/result/columns.ts";
import { leaveOut, type Rule } from "../../../analysis/compare/leave_out.ts";
import { compareText } from "../../../analysis/print/compare/text.ts";
import type { Pair } from "../../../analysis/sample/summary.ts";
import { benjaminiHochberg } from "../../../analysis/stats/holm.ts";
import { sampleOf } from "../../../bench/simulation/populations.ts";
import { isDependent, orderTest } from "../../../analysis/compare/order.ts";
import { checkSeries } from "../../../analysis/sample/series.ts";
import { ShiftTest } from "../../../analysis/stats/shift_test.ts";
import { placeOf, type Verdict, verdictOf } from "../../../analysis/compare/verdict.ts";
import { codesOf, compared, MS, runs, shuffled, spread } from "./compare_fixture.ts";

Deno.test("runs that drift get an interval from blocks of runs, wider than the usual one, and a warning", () => {
  const drifting = spread(60, 5 * MS, 100).map((offset, i) => offset + 4000 * Math.floor((i % 24) / 12));
  const mixed = shuffled(60).map((i) => drifting[i]!);
  const steady = spread(60, 5 * MS, 100);
  const [drift, still] = [compared(runs(drifting), runs(steady)), compared(runs(mixed), runs(steady))];
  assert.deepEqual([isDependent(drift.offset.order), isDependent(still.offset.order)], [true, false]);
  assert.equal(still.offset.block_lengths, null);
  assert.ok(drift.offset.block_lengths![0] > 1);
  const width = ({ offset }: typeof drift) => offset.shift_ci_ns![1] - offset.shift_ci_ns![0];
  assert.ok(width(drift) > 1.5 * width(still));
  assert.match(drift.offset.shift_method!, /moving-block bootstrap/);
  assert.match(drift.offset.brunner_munzel!.method, /variance of moving blocks/);
  assert.ok(drift.offset.brunner_munzel!.p > still.offset.brunner_munzel!.p);
  const warned = drift.warnings.find(({ code }) => code === "not_exchangeable");
  assert.deepEqual({ ...warned, lag1: drift.offset.series[0].lag1!.r }, warned);
  assert.deepEqual(warned, { ...warned, side: 0, question: "offset", after_run: null });
  assert.match(compareText([drift]), / {16}not exchangeable, resampled in blocks of \d+ \(A\) and \d+/);
  assert.equal(drift.offset.leave_out!.searched, 0);
  assert.deepEqual(drift.offset.leave_out!.reason, { code: "not_exchangeable" });
});

Deno.test("neighbours that are alike too weakly for one check of five, or that alternate, stay independent", () => {
  const noisy = (seed: number) => shuffled(40, seed).map((i) => 5 * MS + 100 * i);
  const slight = [...Array(99).keys()].find((seed) => {
    const { series: [{ lag1 }], order } = compared(runs(noisy(seed)), runs(noisy(100))).offset;
    return lag1!.r > 0 && lag1!.p < 0.05 && order!.p >= 0.05;
  })!;
  const result = compared(runs(noisy(slight)), runs(noisy(100)));
  assert.equal(result.offset.block_lengths, null);
  assert.ok(!codesOf(result).includes("not_exchangeable"));
  const alternating = Array.from({ length: 40 }, (_, i) => 5 * MS + 1000 * (i % 2) + (7 * i) % 40);
  const { series: [{ lag1, effective_n }], block_lengths } =
    compared(runs(alternating), runs(noisy(100))).offset;
  assert.ok(lag1!.r < -0.5 && lag1!.p < 1e-3);
  assert.deepEqual([effective_n, block_lengths], [40, null]);
});

Deno.test("a side whose runs count as fewer than 6 gets no interval, and the verdict names it and the runs needed", () => {
  for (const n of [9, 40]) {
    const rising = Array.from({ length: n }, (_, i) => 5 * MS + 1000 * i);
    const { offset } = compared(runs(spread(n, 5 * MS, 100)), runs(rising));
    assert.deepEqual([offset.verdict, offset.tost, offset.brunner_munzel, offset.shift_ci_ns], [
      "INCONCLUSIVE",
      null,
      null,
      null,
    ]);
    const { effective_n } = offset.series[1];
    assert.ok(effective_n > 0 && effective_n < 6, String(effective_n));
    assert.deepEqual(offset.reasons, [{ code: "few_effective_runs", side: 1, n, effective_n, needs: 6 }]);
    assert.equal(offset.n_to_settle, Math.ceil(6 * n / effective_n));
  }
});

Deno.test("the checks of the order are one family: independent pairs are called dependent in at most 1 of 20", () => {
  let dependent = 0;
  for (let seed = 0; seed < 200; seed++) {
    const [a, b] = [shuffled(20, seed), shuffled(20, 1000 + seed)].map((of) =>
      sampleOf(Float64Array.from(of))
    );
    const order = orderTest([checkSeries(a!), checkSeries(b!)]);
    if (isDependent(order)) dependent++;
  }
  assert.ok(dependent > 0 && dependent <= 18, `${dependent} of 200`);
});

Deno.test("a change of level names the run after which it happened, whatever the order of the rows", () => {
  const level = spread(40, 5 * MS, 100).map((offset, i) => i < 25 ? offset : offset + MS);
  const rows = runs(level);
  const { change_point } = compared(rows.toReversed(), runs(spread(40, 5 * MS, 100))).offset.series[0];
  assert.equal(change_point!.after_run, 25);
  assert.ok(change_point!.p < 0.01);
});

Deno.test("a side with two modes is warned of, one with a single mode is not", () => {
  const two = spread(60, 5 * MS, 100).map((offset, i) => shuffled(60, 3)[i]! < 30 ? offset : offset + MS);
  const { warnings } = compared(runs(two), runs(spread(60, 5 * MS, 100)));
  assert.deepEqual(
    warnings.filter((warning) => warning.code === "modes" && warning.question === "offset"),
    [{ code: "modes", side: 0, question: "offset" }],
  );
});

Deno.test("shares of modes that differ are said beside the verdict, with their interval", () => {
  const place = shuffled(60, 5);
  const other = shuffled(60, 6);
  const side = (slow: number, order: readonly number[]) =>
    runs(order.map((i) => 5 * MS + 10 * i + (i < slow ? 200_000 : 0)));
  const { offset } = compared(side(12, place), side(40, other));
  const { cut, difference } = offset.modes!;
  assert.ok(cut > 5 * MS + 600 && cut < 5 * MS + 200_000, String(cut));
  assert.ok(difference.difference > 0.4 && difference.low > 0.2);
  assert.match(
    compareText([compared(side(12, place), side(40, other))]),
    /modes +20\.0% of A and 66\.7% of B lie above 5\.\d+ ms: \+46\.7 points/,
  );
  assert.equal(compared(runs(spread(60, 5 * MS, 10)), runs(spread(60, 5 * MS, 10))).offset.modes, null);
});

Deno.test("outliers are counted by Tukey's classes and stay in the sample", () => {
  const offsets = spread(40, 5 * MS, 100).map((offset, i) =>
    i === 3 ? 50 * MS : i === 4 ? 5 * MS + 6000 : offset
  );
  const { n, outliers } = compared(runs(offsets), runs(spread(40, 5 * MS, 100))).offset;
  assert.deepEqual([n[0], outliers[0]], [40, { far_below: 0, below: 0, above: 1, far_above: 1 }]);
  assert.deepEqual(outliers[1], { far_below: 0, below: 0, above: 0, far_above: 0 });
});

/** Every p-value that BH adjusts, each once, with its adjusted value. */
function explored(value: unknown, found = new Map<object, Pair<number>>()): Map<object, Pair<number>> {
  if (typeof value !== "object" || value === null) return found;
  const { p, p_bh } = value as { p?: number | null; p_bh?: number | null };
  if (typeof p === "number" && typeof p_bh === "number") found.set(value, [p, p_bh]);
  Object.values(value).forEach((part) => explored(part, found));
  return found;
}

Deno.test("exploratory p-values are adjusted together by Benjamini and Hochberg, none is left out", () => {
  const migrated = (i: number): Partial<Row> => ({
    migrated: i % 2 === 0,
    signature: i % 3 ? "none" : "WF_SYNC",
  });
  const result = compared(runs(spread(30, MS, 100), migrated), runs(spread(30, MS + 600, 90), migrated));
  const pairs = [...explored(result).values()];
  assert.equal(pairs.length, result.bh_family);
  assert.ok(pairs.length > 20);
  assert.deepEqual(pairs.map(([, adjusted]) => adjusted), benjaminiHochberg(pairs.map(([p]) => p)));
});

const margin = 1000;
const rule: Rule = {
  marginNs: margin,
  uncertainty: 1,
  alpha: 0.05,
  bound: null,
  adjusted: (p) => p,
};

function verdictOfAll(a: Float64Array, b: Float64Array): Verdict {
  const test = new ShiftTest(a, b);
  const { low, high } = test.interval(0.9);
  return verdictOf(placeOf([low, high], margin), test.p < 0.05);
}

/** Both ways to leave out the run at an end. */
const shortened = (sample: Float64Array) => [sample.subarray(1), sample.subarray(0, -1)];

Deno.test("the verdict that flips, and with how few runs left out, is what trying the runs at the ends finds", () => {
  const sample = (at: number) =>
    fc.uniqueArray(fc.integer({ min: at - 1500, max: at + 1500 }), { minLength: 9, maxLength: 11 })
      .map((values) => Float64Array.from(values).sort());
  let flips = 0;
  fc.assert(
    fc.property(sample(0), fc.integer({ min: -2500, max: 2500 }).chain(sample), (a, b) => {
      const verdict = verdictOfAll(a, b);
      const found = leaveOut(new ShiftTest(a, b), rule, verdict);
      assert.equal(found.searched, 1);
      const others = [
        ...shortened(a).map((rest) => verdictOfAll(rest, b)),
        ...shortened(b).map((rest) => verdictOfAll(a, rest)),
      ].filter((other) => other !== verdict);
      if (found.runs !== null) {
        flips++;
        assert.ok(others.includes(found.verdict!), `${verdict} ${found.verdict}`);
      } else assert.deepEqual(others, [], verdict);
    }),
    { numRuns: 300, seed: 5 },
  );
  assert.ok(flips > 10, `${flips}`);
});

Deno.test("a verdict that bounds show to stay is one that no try at the ends turns", () => {
  const wide = { ...rule, marginNs: 400 };
  const verdictAt400 = (a: Float64Array, b: Float64Array) => {
    const test = new ShiftTest(a, b);
    return verdictOf(placeOf([test.interval(0.9).low, test.interval(0.9).high], 400), test.p < 0.05);
  };
  const said = new Set<string>();
  for (let shift = 0; shift <= 800; shift += 25) {
    const a = spread(90, 0, 1).map((value) => (value * Math.abs(value)) / 8).sort((x, y) => x - y);
    const [first, second] = [Float64Array.from(a), Float64Array.from(a, (value) => value + shift)];
    const verdict = verdictAt400(first, second);
    const { runs: found, searched } = leaveOut(new ShiftTest(first, second), wide, verdict);
    let turns = false;
    for (let ofA = 0; ofA <= 9; ofA++) {
      const [restA, restB] = [first.length - ofA, second.length - (9 - ofA)];
      turns ||= verdictAt400(first.subarray(0, restA), second.subarray(9 - ofA)) !== verdict ||
        verdictAt400(first.subarray(ofA), second.subarray(0, restB)) !== verdict;
    }
    assert.ok(found !== null || !turns, `${shift}: ${verdict}`);
    if (found === null) assert.equal(searched, 9);
    said.add(`${verdict} ${found === null}`);
  }
  // Each of the four verdicts stays somewhere, and all but the open one are turned somewhere.
  assert.ok(said.size >= 7, [...said].join());
});

Deno.test("a verdict that hangs on two runs says so beside the verdict", () => {
  const a = spread(40, 5 * MS, 1000);
  // Of 40 runs, the two latest move the upper end of the interval across the margin.
  const at = (shift: number) =>
    compared(runs(a), runs(a.map((offset) => offset + shift)), {}, {
      margins: { offset: { kind: "duration", ns: 10_000 } },
    });
  let shift = 0;
  while (at(shift).verdict !== "INCONCLUSIVE") shift += 100;
  const { leave_out, verdict } = at(shift - 100).offset;
  assert.notEqual(verdict, "INCONCLUSIVE");
  assert.equal(leave_out!.verdict, "INCONCLUSIVE");
  assert.equal(leave_out!.left_out![0] + leave_out!.left_out![1], leave_out!.runs);
  assert.match(
    compareText([at(shift - 100)]),
    /^.*\n(.*\n)* {2}flips {3}to INCONCLUSIVE when (1 run is|\d runs are) left out/,
  );
});

Deno.test("the shift within strata is given for offset and ttwu_to_tkread, and a Simpson reversal is named", () => {
  const place = shuffled(40, 3);
  const share = (slow: number) => (i: number): Partial<Row> => ({ migrated: place[i]! < slow });
  const offsets = (slow: number, shift: number) =>
    spread(40, 0, 10).map((jitter, i) => (place[i]! < slow ? 900_000 : 500_000) + jitter + shift);
  const result = compared(runs(offsets(8, 0), share(8)), runs(offsets(32, -2000), share(32)));
  const { stratified } = result.strata.find(({ key }) => key === "migrated")!;
  assert.deepEqual(stratified.map(({ question, strata, n }) => [question, strata, n]), [
    ["offset", 2, [40, 40]],
    ["ttwu_to_tkread", 2, [40, 40]],
  ]);
  assert.deepEqual([result.offset.direction, stratified[0]!.direction], ["later", "earlier"]);
  assert.ok(Math.abs(stratified[0]!.shift_ns + 2000) < 50);
  assert.ok(stratified[0]!.van_elteren.p < 1e-6);
  assert.deepEqual(
    result.warnings.filter((warning) => warning.code === "simpson" && warning.question === "offset"),
    [{ code: "simpson", key: "migrated", question: "offset", whole: "later", within: "earlier" }],
  );
});
