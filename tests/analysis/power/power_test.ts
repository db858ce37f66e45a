import assert from "node:assert/strict";
import { powerJson } from "../../../analysis/print/power/json.ts";
import { type PowerAnalysis, powerAnalysis, type PowerOptions } from "../../../analysis/power/power.ts";
import { powerText } from "../../../analysis/print/power/text.ts";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";
import { compare, runs } from "../compare/compare_fixture.ts";
import { fileText, read, timeoutOf } from "../result/result_fixture.ts";

/** Skewed to the right, all different, in an order that does not matter. */
const OFFSETS = Array.from({ length: 60 }, (_, i) => Math.round(5000 + 40 * Math.exp(((i * 23) % 60) / 12)));

function analysed(offsets: readonly number[], options: Partial<PowerOptions> = {}): PowerAnalysis {
  return powerAnalysis([read(fileText(runs(offsets)))], { power: 0.8, ...options });
}

/**
 * Share of pairs of files, with so many runs drawn from the offsets, whose comparison finds them equivalent.
 */
function foundEquivalent(perSide: number, marginNs: number, pairs: number): number {
  const random = Xoshiro128.seeded(99);
  const drawn = (name: string, started: string) =>
    read(
      fileText(
        runs(Array.from({ length: perSide }, () => OFFSETS[Math.floor(random.uniform() * OFFSETS.length)]!)),
        { started },
      ),
      undefined,
      name,
    );
  let shown = 0;
  for (let i = 0; i < pairs; i++) {
    const pair = [drawn("a.csv", "2026-01-01T00:00:00Z"), drawn("b.csv", "2026-01-02T00:00:00Z")] as const;
    const { verdict } =
      compare(...pair, { margins: { offset: { kind: "duration", ns: marginNs } }, alpha: 0.05 }).offset;
    if (verdict === "EQUIVALENT" || verdict === "DIFFERENT-WITHIN-MARGIN") shown++;
  }
  return shown / pairs;
}

Deno.test("of runs that are nested in boots it is said that what is drawn is not", () => {
  const of = (boots: number) => {
    const rows = runs(OFFSETS).map((row, i) => ({ ...row, boot: `${Math.floor((i * boots) / 60) + 1}` }));
    return powerAnalysis([read(fileText(rows))], { power: 0.8 }).warnings.map(({ code }) => code);
  };
  assert.deepEqual([of(1), of(3)], [[], ["nested"]]);
});

Deno.test("with the runs that power asks for, comparisons find equivalence as often as it says", () => {
  const { offset } = analysed(OFFSETS, { margins: { offset: { kind: "duration", ns: 1000 } } });
  assert.ok(offset.runs_per_side! > 10 && offset.runs_per_side! < 200, String(offset.runs_per_side));
  const pairs = 200;
  const found = foundEquivalent(offset.runs_per_side!, 1000, pairs);
  // Four standard errors of the difference of both simulations.
  const tolerance = 4 * Math.sqrt(0.16 / pairs + 0.16 / 500);
  assert.ok(
    Math.abs(found - offset.simulated_power!) < tolerance,
    `${found} against ${offset.simulated_power}`,
  );
  const fewer = foundEquivalent(Math.floor(offset.runs_per_side! / 2), 1000, pairs);
  assert.ok(fewer < 0.7, `half of the runs: ${fewer}`);
});

Deno.test("fewer runs than a comparison gives a verdict for are never advised", () => {
  const { offset } = analysed(OFFSETS);
  assert.ok(offset.runs_per_side! >= 6 && offset.simulated_power! >= 0.8);
});

Deno.test("margin and alpha are the runbook's unless given, and the source is named", () => {
  const [own, given] = [
    analysed(OFFSETS),
    analysed(OFFSETS, { margins: { offset: { kind: "duration", ns: 1500 } }, alpha: 0.1 }),
  ];
  assert.deepEqual([own.offset.margin_ns, own.offset.margin_source, own.alpha], [4_000_000, "runbook", 0.05]);
  assert.deepEqual([given.offset.margin_ns, given.offset.margin_source, given.alpha], [1500, "option", 0.1]);
  assert.equal(given.ttwu_to_tkread.margin_ns, 100_000);
});

Deno.test("too few runs, and a margin that no number of runs reaches, have a reason instead of a number", () => {
  const few = analysed([5000, 5100, 5200]).offset;
  assert.deepEqual([few.runs_per_side, few.reason], [
    null,
    { code: "few_runs", file: "f.csv", runs: 3, needs: 4 },
  ]);
  const hopeless =
    analysed(OFFSETS.map((ns) => 1e6 * ns), { margins: { offset: { kind: "duration", ns: 1 } } }).offset;
  assert.deepEqual(hopeless.reason, { code: "many_runs", most: 10_000 });
  const none = powerAnalysis([read(fileText([timeoutOf(1)]))], { power: 0.8 });
  for (const answer of [few, hopeless, none.offset]) assert.equal(answer.simulated_power, null);
  assert.match(powerText(none), /offset: no answer: observed in 0 complete runs of f\.csv/);
});

Deno.test("a series whose neighbours are alike is warned of, and a thin one", () => {
  const trend = Array.from({ length: 40 }, (_, i) => 5000 + 10 * i);
  const [alike] = analysed(trend).warnings;
  assert.ok(alike?.code === "dependent" && alike.duration === "offset_ns" && alike.lag1 > 0.5);
  assert.deepEqual(analysed(trend.slice(0, 7)).warnings[0], { code: "thin", file: "f.csv", complete: 7 });
  assert.deepEqual(analysed(OFFSETS).warnings, []);
});

Deno.test("with two files each side is drawn from its own", () => {
  const [a, b] = [
    read(fileText(runs(OFFSETS))),
    read(fileText(runs(OFFSETS.map((ns) => 2 * ns))), undefined, "b.csv"),
  ];
  const both = powerAnalysis([a, b], { power: 0.8, margins: { offset: { kind: "duration", ns: 700 } } });
  const [one, other] = [a, b].map((file) =>
    powerAnalysis([file], { power: 0.8, margins: { offset: { kind: "duration", ns: 700 } } }).offset
  );
  assert.ok(one!.runs_per_side! < both.offset.runs_per_side!, "the wider file counts");
  assert.notEqual(both.offset.runs_per_side, other!.runs_per_side, "the narrower file counts");
  assert.equal(both.offset.samples.length, 2);
});

Deno.test("the same files give the same bytes, no wider than a terminal", () => {
  const [one, two] = [
    analysed(OFFSETS, { margins: { offset: { kind: "duration", ns: 2000 } } }),
    analysed(OFFSETS, { margins: { offset: { kind: "duration", ns: 2000 } } }),
  ];
  assert.equal(powerJson(one), powerJson(two));
  assert.equal(powerText(one), powerText(two));
  for (const line of powerText(one).split("\n")) assert.ok(line.length <= 80, line);
});
