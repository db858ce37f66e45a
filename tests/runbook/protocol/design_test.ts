import assert from "node:assert/strict";
import fc from "fast-check";
import { cellOf, cellsOf, type DesignCell, type Mixture } from "../../../runbook/protocol/design.ts";
import { wakesFor } from "../../../runbook/protocol/wakes.ts";

const WAKES = wakesFor("timer").map(({ name }) => name);
const LOADS = ["idle", "cpu:1", "cpu:2", "cpu:7"];
const anyMixture = fc.record({
  wake: fc.subarray(WAKES, { minLength: 1 }).map((names) => names.join()),
  load: fc.subarray(LOADS, { minLength: 1 }).map((names) => names.join()),
  order_seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  stacks: fc.constantFrom("all", "none", "every:2", "every:5"),
});

function nameOf({ wake, load }: Pick<DesignCell, "wake" | "load">): string {
  return `${wake} ${load}`;
}

/** Names of the cells of a block, in its order. */
function block(mixture: Mixture, number: number): string[] {
  const size = cellsOf(mixture).length;
  return Array.from({ length: size }, (_, i) => nameOf(cellOf(mixture, number * size + i + 1)));
}

Deno.test("one wake under one load is the cell of every run", () => {
  const mixture = { wake: "pipe", load: "cpu:2", order_seed: 9, stacks: "all" };
  for (const run of [1, 2, 3, 1000]) {
    assert.deepEqual(cellOf(mixture, run), { wake: "pipe", load: "cpu:2", stack: true });
  }
});

Deno.test("every block holds each wake under each load exactly once", () => {
  fc.assert(fc.property(anyMixture, fc.nat(100_000), (mixture, number) => {
    assert.deepEqual(block(mixture, number).sort(), cellsOf(mixture).map(nameOf).sort());
  }));
});

Deno.test("a run's cell follows from the mixture and its number alone, whatever was asked before", () => {
  fc.assert(fc.property(anyMixture, fc.integer({ min: 1, max: 100_000 }), (mixture, run) => {
    const cell = cellOf(mixture, run);
    cellOf(mixture, run + 1);
    cellOf({ ...mixture, order_seed: mixture.order_seed ^ 1 }, run);
    assert.deepEqual(cellOf({ ...mixture }, run), cell);
  }));
});

/** Pearson's X² of counts against equal shares. */
function chiSquared(counts: readonly number[], total: number): number {
  const expected = total / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

const BLOCKS = 6_000;
/** The 0.9999 quantile of chi-squared with 23 degrees of freedom. */
const CHI_SQUARED_23 = 56.05;

for (
  const [what, mixtureOf] of [
    ["across seeds", (i: number) => ({ seed: i, block: 0 })],
    ["across the blocks of one seed", (i: number) => ({ seed: 1, block: i })],
  ] as const
) {
  Deno.test(`each of the 24 orders of four cells is equally frequent ${what}`, () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < BLOCKS; i++) {
      const { seed, block: number } = mixtureOf(i);
      const order = block({ wake: "timer,pipe", load: "idle,cpu:2", order_seed: seed, stacks: "all" }, number)
        .join("|");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    assert.equal(counts.size, 24);
    assert.ok(
      chiSquared([...counts.values()], BLOCKS) < CHI_SQUARED_23,
      JSON.stringify([...counts.values()]),
    );
  });
}

Deno.test("the order of a block says nothing about that of the next one", () => {
  const counts = new Map<string, number>();
  const mixture = { wake: "timer,pipe", load: "idle", order_seed: 3, stacks: "all" };
  for (let i = 0; i < BLOCKS; i++) {
    const pair = `${block(mixture, i)[0]} ${block(mixture, i + 1)[0]}`;
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  assert.equal(counts.size, 4);
  // The 0.9999 quantile of chi-squared with 3 degrees of freedom.
  assert.ok(chiSquared([...counts.values()], BLOCKS) < 21.11, JSON.stringify([...counts]));
});

Deno.test("every:N gives stacks to all runs of one block in N, which one follows from the seed alone", () => {
  const anyPart = fc.record({ apart: fc.integer({ min: 2, max: 9 }), group: fc.nat(10_000) });
  fc.assert(fc.property(anyMixture, anyPart, (of, { apart, group }) => {
    const mixture = { ...of, stacks: `every:${apart}` };
    const size = cellsOf(mixture).length;
    const blocks = Array.from({ length: apart }, (_, i) => {
      const first = (group * apart + i) * size + 1;
      const runs = Array.from({ length: size }, (_, j) => cellOf(mixture, first + j).stack);
      assert.equal(new Set(runs).size, 1, "a block has stacks or not");
      return runs[0];
    });
    assert.equal(blocks.filter(Boolean).length, 1);
  }));
  const mixture = { wake: "timer", load: "idle", order_seed: 1, stacks: "every:2" };
  // With a period of its own, the factor could fall together with another one: targets take turns on two threads.
  const first = Array.from({ length: 1000 }, (_, i) => cellOf(mixture, 2 * i + 1).stack).filter(Boolean);
  assert.ok(Math.abs(first.length - 500) < 70, `${first.length} of 1000 pairs begin with the stack`);
});

Deno.test("all and none give stacks to every run and to no run", () => {
  fc.assert(fc.property(anyMixture, fc.integer({ min: 1, max: 100_000 }), (of, run) => {
    assert.equal(cellOf({ ...of, stacks: "all" }, run).stack, true);
    assert.equal(cellOf({ ...of, stacks: "none" }, run).stack, false);
  }));
});
