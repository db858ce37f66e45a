import assert from "node:assert/strict";
import fc from "fast-check";
import { adjustedRand, classesOf, countedMixture, fitMixture } from "../../../analysis/stats/mixture.ts";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";
import { normalQuantile } from "../../../analysis/stats/special.ts";
import { close, golden, sorted } from "./golden.ts";

const answers = golden("mixture");

Deno.test("no mixture is less likely than the one that mclust finds, and where both agree they are one", () => {
  let agreed = 0;
  for (const [i, expected] of answers.mixtures.entries()) {
    const sample = sorted(expected.x);
    for (const [k, logLikelihood] of expected.loglik.entries()) {
      const found = fitMixture(sample, k + 1);
      assert.ok(found.logLikelihood > logLikelihood - 0.1, `case ${i}, ${k + 1}: ${found.logLikelihood}`);
    }
    const two = fitMixture(sample, 2);
    if (Math.abs(two.logLikelihood - expected.loglik[1]) > 0.1) continue;
    agreed++;
    const order = expected.variances[0] < expected.variances[1] ? [0, 1] : [1, 0];
    for (const [component, at] of order.entries()) {
      const { share, mean, sd } = two.components[component]!;
      close(sd, Math.sqrt(expected.variances[at]), `case ${i} sd`, 0.02);
      close(share, expected.shares[at], `case ${i} share`, 0.05);
      assert.ok(Math.abs(mean - expected.means[at]) < 0.05 * sd);
    }
    const theirs = (expected.classes as number[])
      .map((code, j) => ({ code, x: expected.x[j] as number })).sort((p, q) => p.x - q.x);
    assert.ok(adjustedRand(classesOf(sample, two), theirs.map(({ code }) => code))! > 0.95);
  }
  assert.ok(agreed >= 2, String(agreed));
});

Deno.test("the adjusted Rand index agrees with mclust, is 1 for one partition and null for nothing to agree on", () => {
  for (const { a, b, adjusted_rand } of answers.partitions) {
    assert.ok(Math.abs(adjustedRand(a, b)! - adjusted_rand) < 1e-12);
  }
  const codes = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 40 });
  fc.assert(fc.property(codes, (partition) => {
    const same = adjustedRand(partition, partition.map((code) => 7 - code));
    assert.ok(same === null || Math.abs(same - 1) < 1e-12);
  }));
  assert.equal(adjustedRand([1, 1, 1], [2, 2, 2]), null);
});

function normal(random: Xoshiro128): number {
  return normalQuantile((random.uint32() + 0.5) / 2 ** 32);
}

Deno.test("the bootstrap of the likelihood ratio counts components: rarely two of one, two of tight and wide", () => {
  const random = Xoshiro128.seeded(4);
  let two = 0;
  for (let i = 0; i < 40; i++) {
    const one = sorted(Array.from({ length: 40 }, () => normal(random)));
    if (countedMixture(one, 0.05, i).mixture.components.length > 1) two++;
  }
  assert.ok(two <= 6, `${two} of 40`);
  const both = sorted(Array.from({ length: 120 }, (_, i) => (i % 2 === 0 ? 1 : 9) * normal(random)));
  const { mixture: { components }, tests } = countedMixture(both, 0.05);
  assert.equal(components.length, 2);
  assert.ok(components[1]!.sd > 4 * components[0]!.sd);
  assert.deepEqual(tests[0], { components: 1, p: 1 / 40, p_capped: true });
  assert.deepEqual(countedMixture(both, 0.05), countedMixture(both, 0.05));
});

Deno.test("scale and place of the values change nothing but scale and place of the components", () => {
  const random = Xoshiro128.seeded(5);
  const sample = sorted(Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? 1 : 9) * normal(random)));
  const moved = sample.map((value) => 1e9 + 1000 * value);
  const [plain, other] = [fitMixture(sample, 2), fitMixture(moved, 2)];
  for (const [i, { share, mean, sd }] of plain.components.entries()) {
    const { share: share2, mean: mean2, sd: sd2 } = other.components[i]!;
    assert.ok(Math.abs(share - share2) < 1e-3);
    assert.ok(Math.abs(sd2 / 1000 / sd - 1) < 1e-3 && Math.abs((mean2 - 1e9) / 1000 - mean) < 1e-2);
  }
});
