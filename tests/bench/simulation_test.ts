import assert from "node:assert/strict";
import { Xoshiro128 } from "../../analysis/stats/random.ts";
import { normalQuantile } from "../../analysis/stats/special.ts";
import { type Cell, cellsOf, type Plan } from "../../bench/simulation/cells.ts";
import { type Coverage, coverage, INTERVALS } from "../../bench/simulation/coverage.ts";
import { findings, tablesOf, validationDocument } from "../../bench/simulation/document.ts";
import { errorRate, TESTS } from "../../bench/simulation/error_rates.ts";
import { historyCells } from "../../bench/simulation/history.ts";
import { lookErrors } from "../../bench/simulation/looks.ts";
import { LOCK_IN_STORIES, lockInShares } from "../../bench/simulation/keys/lock_ins.ts";
import { mechanismShares, STORIES } from "../../bench/simulation/keys/mechanisms.ts";
import { marginErrors } from "../../bench/simulation/margins.ts";
import { draw, drawSeries, generatorOf, POPULATIONS } from "../../bench/simulation/populations.ts";
import { orderErrors } from "../../bench/simulation/order.ts";
import { shapeErrors } from "../../bench/simulation/shapes.ts";
import { TAIL_POPULATIONS, tailShares } from "../../bench/simulation/tails.ts";
import { TRUTHS, verdictShares } from "../../bench/simulation/verdicts.ts";

const [NORMAL, , BIMODAL] = POPULATIONS;
const PLAN: Plan = {
  sizes: [6, 30],
  lockInSizes: [30],
  pairs: {
    plain: 5,
    resampling: 5,
    resamplingLarge: 5,
    verdicts: 5,
    shapes: 5,
    looks: 5,
    mechanisms: 5,
    locksIn: 1,
    histories: 1,
  },
};

const simulate = (): Cell[] => cellsOf(PLAN).map((simulated) => simulated());

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

Deno.test("the shift's interval and the Brunner-Munzel test keep their levels in 400 pairs of 30 runs", () => {
  const covered = coverage(INTERVALS[0]!, BIMODAL!, 30, 400).covered!;
  assert.ok(covered > 0.92 && covered < 0.98, String(covered));
  const rejected = errorRate(TESTS[0]!, BIMODAL!, 30, 400).rejected!;
  assert.ok(rejected > 0.02 && rejected < 0.08, String(rejected));
});

Deno.test("a shift is called as seldom where 30 wide runs meet 300 tight ones, which ranks alone do not see", () => {
  const { significant, above, below } = shapeErrors(NORMAL!, 5, [300, 30], 400);
  for (const share of [significant, above, below]) assert.ok(share > 0 && share < 0.08, String(share));
});

Deno.test("the verdict follows the truth where 300 runs a side make it plain", () => {
  const at = (index: number) => verdictShares(NORMAL!, TRUTHS[index]!, 300, 20).shares;
  assert.ok(at(0).EQUIVALENT >= 0.8);
  assert.equal(at(0).DIFFERENT, 0);
  assert.equal(at(1)["DIFFERENT-WITHIN-MARGIN"], 1);
  assert.ok(at(2).INCONCLUSIVE >= 0.7);
  assert.equal(at(3).DIFFERENT, 1);
});

Deno.test("tails on an end of their margin are seldom called inside or beyond it, those that agree often the same", () => {
  const shares = tailShares(TAIL_POPULATIONS[0]!, { name: "P95", p: 0.95 }, 300, 400);
  for (const key of ["insideUpper", "insideLower", "beyondUpper", "beyondLower"] as const) {
    assert.ok(shares[key] > 0 && shares[key] < 0.06, `${key}: ${shares[key]}`);
  }
  assert.ok(shares.covered > 0.9 && shares.covered < 0.98, String(shares.covered));
  assert.equal(shares.power, 1);
});

Deno.test("a key's verdict follows the truth where 300 runs a side make it plain, and errs rarely on the limit", () => {
  const at = (name: string, pairs: number) =>
    mechanismShares(NORMAL!, STORIES.find((story) => story.name.startsWith(name))!, 300, pairs).shares;
  assert.equal(at("two, the same", 10).TWO, 1);
  assert.ok(at("one on both", 10).ONE >= 0.9);
  assert.equal(at("two in B only", 10).CONFOUNDED, 1);
  assert.equal(at("two, flipped", 10).CONFOUNDED, 1);
  const { TWO, ONE } = at("two in A, on the limit", 60);
  assert.ok(TWO <= 0.15 && ONE === 0, `${TWO}, ${ONE}`);
});

Deno.test("a value that locks in is found among 100 runs a side, nothing else is, and on the limit it errs rarely", () => {
  const at = (name: string, pairs: number) =>
    lockInShares(NORMAL!, LOCK_IN_STORIES.find((story) => story.name === name)!, 100, pairs).shares;
  assert.equal(at("locks in, others wide", 10)["LOCKS-IN"], 1);
  assert.equal(at("locks in, others apart", 10)["LOCKS-IN"], 1);
  assert.ok(at("nothing locks in", 10)["DOES-NOT"] >= 0.9);
  assert.ok(at("in A only", 10).CONFOUNDED >= 0.9);
  assert.ok(at("flags that follow the path", 10).CONFOUNDED >= 0.7);
  for (const limit of ["wide, in B on the limit", "apart, in B on the limit"]) {
    const { "LOCKS-IN": locks, "DOES-NOT": not } = at(limit, 60);
    assert.ok(locks <= 0.12 && not === 0, `${limit}: ${locks}, ${not}`);
  }
});

Deno.test("a value whose runs are in two modes, on the limit in B, is rarely said not to lock in there", () => {
  // Its own variance vanishes in samples with as many runs in both modes, which have the fewest near pairs.
  const story = LOCK_IN_STORIES.find(({ name }) => name === "apart, in B on the limit")!;
  const { CONFOUNDED } = lockInShares(BIMODAL!, story, 30, 100).shares;
  assert.ok(CONFOUNDED <= 0.08, String(CONFOUNDED));
});

Deno.test("runs that depend on their neighbours are found and refused, and seldom lead to a wrong verdict", () => {
  const found = orderErrors(NORMAL!, { n: 30, lag1: [0.9, 0.9] }, 60);
  assert.ok(found.dependent > 0.9 && found.refused > 0.8, JSON.stringify(found));
  assert.ok(found.inside + found.beyond <= 0.1, JSON.stringify(found));
  const independent = orderErrors(NORMAL!, { n: 30, lag1: [0, 0] }, 200);
  assert.ok(independent.dependent <= 0.1 && independent.refused <= 0.02, JSON.stringify(independent));
});

Deno.test("the same seeds give the same document, with every cell and no number that is none", () => {
  const cells = simulate();
  const tables = tablesOf(cells);
  const text = validationDocument(PLAN, cells);
  assert.equal(validationDocument(PLAN, simulate()), text);
  assert.doesNotMatch(text, /NaN|Infinity|undefined|null/);
  for (const cell of [...tables.coverage.map((c) => c.interval), ...tables.errors.map((e) => e.test)]) {
    assert.ok(text.includes(`| ${cell} |`), cell);
  }
  assert.equal(tables.mechanisms.length, POPULATIONS.length * STORIES.length * PLAN.sizes.length);
  assert.equal(tables.lockIns.length, POPULATIONS.length * LOCK_IN_STORIES.length);
  assert.equal(tables.verdicts.length, POPULATIONS.length * TRUTHS.length * PLAN.sizes.length);
  const words = text.replaceAll(/\s+/g, " ");
  for (const sentence of findings(PLAN, tables)) assert.ok(words.includes(sentence));
});

Deno.test("a worker simulates the cell whose number it is sent", async () => {
  const worker = new Worker(new URL("../../bench/simulation/worker.ts", import.meta.url), { type: "module" });
  try {
    const answer = new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => reject(new Error(event.message));
    });
    worker.postMessage({ plan: PLAN, index: 3 });
    assert.deepEqual(await answer, { index: 3, cell: cellsOf(PLAN)[3]!() });
  } finally {
    worker.terminate();
  }
});

/**
 * The document's cells, where one interval of 10,000 pairs contains the truth that often; all others are as
 * they claim.
 */
function withCoverage(covered: number, ticks: Coverage["ticks"] = null) {
  const { coverage, errors, verdicts, shapes, tails, order, looks, mechanisms, lockIns, history } = tablesOf(
    simulate(),
  );
  const [first, ...others] = coverage.filter((cell) => cell.n === 30 && cell.covered !== null);
  const cells: Cell[] = [
    { table: "coverage", cell: { ...first!, covered, intervals: 10_000, pairs: 10_000, ticks } },
    ...others.map((cell): Cell => ({ table: "coverage", cell: { ...cell, covered: cell.confidence } })),
    ...errors.map((cell): Cell => ({ table: "error rate", cell: { ...cell, rejected: 0.05 } })),
    ...verdicts.map((cell): Cell => ({ table: "verdicts", cell })),
    ...shapes.map((cell): Cell => ({ table: "shapes", cell })),
    ...tails.map((cell): Cell => ({ table: "tails", cell })),
    ...order.map((cell): Cell => ({ table: "order", cell })),
    ...looks.map((cell): Cell => ({ table: "looks", cell })),
    ...mechanisms.map((cell): Cell => ({ table: "mechanisms", cell })),
    ...lockIns.map((cell): Cell => ({ table: "locks in", cell })),
    ...history.map((cell): Cell => ({ table: "history", cell })),
  ];
  return { finding: findings(PLAN, tablesOf(cells))[0]!, text: validationDocument(PLAN, cells) };
}

Deno.test("a cell outside its goal is marked, counted in the findings and has its sentence", () => {
  const low = withCoverage(0.93);
  assert.match(low.finding, / 0 hold it more often, .* and 1 less often/);
  assert.match(low.text, /\| 93\.0 \(low, \+-0\.2\) \|/);
  assert.match(low.text, /- shift, Hodges-Lehmann, 95\.0 %, normal, n = 30: 93\.0 %; no reason is known/);
  const high = withCoverage(0.97);
  assert.match(high.finding, / 1 hold it more often, of which 0 cannot .* and 0 less often/);
  const edge = withCoverage(0.935);
  assert.match(edge.finding, / 0 miss .* 0 hold it more often, .* and 0 less often/);
  assert.match(edge.text, /## Beyond the goal\n\nNothing by more than chance\./);
  const chance = withCoverage(0.967);
  assert.match(chance.finding, / 1 miss that by less than two standard errors, 0 hold it more often/);
  assert.match(chance.text, /\| 96\.7 \(~, \+-0\.2\) \|/);
});

Deno.test("where times come in ticks the document says why an interval cannot hold the truth less often", () => {
  const point = withCoverage(0.99, { withoutEnds: 0.98, estimateIsTruth: 0.98 });
  assert.match(point.finding, / 1 hold it more often, of which 1 cannot hold it less often/);
  assert.match(point.text.replaceAll(/\s+/g, " "), /the estimate itself is the truth in 98\.0 % of samples/);
  const ends = withCoverage(0.99, { withoutEnds: 0.9, estimateIsTruth: 0.6 });
  assert.match(ends.text.replaceAll(/\s+/g, " "), /without its ends, which are ticks, it would hold 90\.0 %/);
  const neither = withCoverage(0.99, { withoutEnds: 0.95, estimateIsTruth: 0.6 });
  assert.match(neither.finding, / of which 0 cannot/);
});

Deno.test("the ends of an interval are left out but not its estimate", () => {
  const [shift] = INTERVALS;
  const ticks = (low: number, high: number, estimate: number) => {
    const once = () => ({ of: { low, high }, truth: 10, estimate: () => estimate });
    return coverage({ ...shift!, once }, POPULATIONS.find(({ hasTicks }) => hasTicks)!, 6, 4).ticks;
  };
  assert.deepEqual(ticks(9, 11, 9), { withoutEnds: 1, estimateIsTruth: 0 });
  assert.deepEqual(ticks(10, 11, 11), { withoutEnds: 0, estimateIsTruth: 0 });
  assert.deepEqual(ticks(10, 10, 10), { withoutEnds: 1, estimateIsTruth: 1 });
});

Deno.test("a shift on a margin of A's median is called inside or beyond it about as often as alpha lets", () => {
  const { inside, beyond } = marginErrors(NORMAL!, 30, "upper", [30, 30], 300);
  // Three standard errors of a share of 5 % of 300 above it; without the widening both are about 8 %.
  assert.ok(inside + beyond < 2 * (0.05 + 3 * Math.sqrt(0.05 * 0.95 / 300)), `${inside} ${beyond}`);
  assert.ok(inside + beyond > 0.03, `${inside} ${beyond}`);
});

Deno.test("planned looks err less often than looks whenever one likes, and end sooner than one look at all runs", () => {
  const { rules } = lookErrors(NORMAL!, null, 60);
  const [once, often, , five] = rules;
  assert.deepEqual([once!.runs, often!.rule, five!.rule], [100, "every 10 runs at 5 %", "5 planned looks"]);
  assert.ok(often!.significant > five!.significant, JSON.stringify(rules));
  assert.ok(five!.inside <= 0.1 && five!.beyond <= 0.1 && five!.significant <= 0.1, JSON.stringify(rules));
  assert.ok(five!.runs < 60, JSON.stringify(rules));
});

Deno.test("a history without a change seldom has one, and a change by three units is mostly found where it is", () => {
  const cells = historyCells({ ...PLAN.pairs, histories: 40 }).slice(0, 10).map((simulated) => simulated());
  const [ten, twenty] = cells;
  for (const cell of [ten!, twenty!]) {
    assert.deepEqual([cell.size, cell.foundThere], [0, null]);
    // Of 40 histories with a chance of 5 %, 8 alarms or more happen once in 1000.
    assert.ok(cell.inHistory! <= 7 / 40, `${cell.inHistory}`);
    assert.ok(cell.found <= cell.inHistory!);
  }
  const large = cells.find(({ series, size }) => series === 50 && size === 3)!;
  assert.ok(large.inHistory === null && large.foundThere! > 0.9 && large.foundThere! <= large.found);
});
