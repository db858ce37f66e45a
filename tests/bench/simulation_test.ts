import assert from "node:assert/strict";
import { Xoshiro128 } from "../../analysis/stats/random.ts";
import { normalQuantile } from "../../analysis/stats/special.ts";
import { coverage, coverageCells, INTERVALS } from "../../bench/simulation/coverage.ts";
import { findings, type Simulated, validationDocument } from "../../bench/simulation/document.ts";
import { errorCells, errorRate, TESTS } from "../../bench/simulation/error_rates.ts";
import { draw, drawSeries, generatorOf, POPULATIONS } from "../../bench/simulation/populations.ts";
import { TRUTHS, verdictCells, verdictShares } from "../../bench/simulation/verdicts.ts";

const [NORMAL, , BIMODAL] = POPULATIONS;
const PAIRS = { plain: 5, resampling: 5 };

function simulate(): Simulated {
  return {
    pairs: PAIRS,
    sizes: [6, 30],
    coverage: [...coverageCells([6, 30], PAIRS)],
    errors: [...errorCells([6, 30], PAIRS)],
    verdicts: [...verdictCells([6, 30], PAIRS.plain)],
  };
}

Deno.test("half of a population's values lie below its median, and five in a hundred above its P95", () => {
  for (const population of POPULATIONS) {
    const values = draw(population, 20_000, generatorOf("share", population.name));
    const [median, p95] = [0, normalQuantile(0.95)].map((z) => population.of(z));
    const below = values.filter((value) => value < median!).length / values.length;
    const upTo = values.filter((value) => value <= median!).length / values.length;
    const above = values.filter((value) => value > p95!).length / values.length;
    assert.ok(below <= 0.51 && upTo >= 0.49, `${population.name}: ${below}, ${upTo}`);
    assert.ok(above <= 0.056, `${population.name}: ${above}`);
    assert.ok(values.every(Number.isSafeInteger));
  }
});

Deno.test("the runs of a series depend on their neighbours as much as was asked for", () => {
  const runs = drawSeries(NORMAL!, 20_000, 0.5, Xoshiro128.seeded(1));
  const mean = runs.reduce((sum, value) => sum + value, 0) / runs.length;
  let [products, squares] = [0, 0];
  for (const [i, value] of runs.entries()) {
    squares += (value - mean) ** 2;
    if (i > 0) products += (value - mean) * (runs[i - 1]! - mean);
  }
  assert.ok(Math.abs(products / squares - 0.5) < 0.03);
});

Deno.test("an interval that misses is counted as a miss, one that is refused not at all", () => {
  const [shift] = INTERVALS;
  const once = (low: number | null, high: number | null) => () => ({ of: { low, high }, truth: 10 });
  const covered = (low: number | null, high: number | null) =>
    coverage({ ...shift!, once: once(low, high) }, NORMAL!, 6, 8);
  assert.equal(covered(9, 11).covered, 1);
  assert.equal(covered(10, 10).covered, 1);
  assert.equal(covered(11, 12).covered, 0);
  assert.equal(covered(8, 9).covered, 0);
  const refused = covered(null, null);
  assert.deepEqual([refused.covered, refused.intervals, refused.pairs], [null, 0, 8]);
});

Deno.test("a test that says different too often is seen to", () => {
  let calls = 0;
  const half = { ...TESTS[0]!, once: () => (calls++ % 2 === 0 ? 0.05 : 0.051) };
  assert.equal(errorRate(half, NORMAL!, 6, 100).rejected, 0.5);
  const refusing = { ...TESTS[0]!, once: () => null };
  assert.equal(errorRate(refusing, NORMAL!, 6, 100).rejected, null);
});

Deno.test("the shift's interval and the Mann-Whitney test keep their levels in 400 pairs of 30 runs", () => {
  const covered = coverage(INTERVALS[0]!, BIMODAL!, 30, 400).covered!;
  assert.ok(covered > 0.92 && covered < 0.98, String(covered));
  const rejected = errorRate(TESTS[0]!, BIMODAL!, 30, 400).rejected!;
  assert.ok(rejected > 0.02 && rejected < 0.08, String(rejected));
});

Deno.test("the verdict follows the truth where 300 runs a side make it plain", () => {
  const at = (index: number) => verdictShares(NORMAL!, TRUTHS[index]!, 300, 20).shares;
  assert.ok(at(0).EQUIVALENT >= 0.8);
  assert.equal(at(0).DIFFERENT, 0);
  assert.equal(at(1)["DIFFERENT-BUT-NEGLIGIBLE"], 1);
  assert.ok(at(2).INCONCLUSIVE >= 0.7);
  assert.equal(at(3).DIFFERENT, 1);
});

Deno.test("the same seeds give the same document, with every cell and no number that is none", () => {
  const simulated = simulate();
  const text = validationDocument(simulated);
  assert.equal(validationDocument(simulate()), text);
  assert.doesNotMatch(text, /NaN|Infinity|undefined|null/);
  for (const cell of [...simulated.coverage.map((c) => c.interval), ...simulated.errors.map((e) => e.test)]) {
    assert.ok(text.includes(`| ${cell} |`), cell);
  }
  const words = text.replaceAll(/\s+/g, " ");
  for (const sentence of findings(simulated)) assert.ok(words.includes(sentence));
});

Deno.test("a cell outside its goal is marked, and counted in the findings", () => {
  const simulated = simulate();
  const [first, ...others] = simulated.coverage.filter(({ n, covered }) => n === 30 && covered !== null);
  const fixed = (covered: number): Simulated => ({
    ...simulated,
    coverage: [{ ...first!, covered }, ...others.map((cell) => ({ ...cell, covered: cell.confidence }))],
  });
  assert.match(findings(fixed(0.93))[0]!, / 0 more often, 1 less often/);
  assert.match(validationDocument(fixed(0.93)), /\| 93\.0 \(low\) \|/);
  assert.match(findings(fixed(0.97))[0]!, / 1 more often, 0 less often/);
  assert.match(findings(fixed(0.935))[0]!, / 0 more often, 0 less often/);
});
