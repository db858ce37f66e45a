import assert from "node:assert/strict";
import { compareText } from "../../../../analysis/print/compare/text.ts";
import { generate } from "../../../../bench/generate.ts";
import { compare, compared, shuffled } from "../../compare/compare_fixture.ts";
import { read, rowOf } from "../../result/result_fixture.ts";

function countOf(words: string, text: string): number {
  return text.replaceAll(/\s+/g, " ").split(words).length - 1;
}

Deno.test("a method that all questions share is said once, and a wide margin is explained once", () => {
  const file = (seed: number, env: string) => read([...generate({ rows: 60, seed, env })].join(""));
  const text = compareText([compare(file(1, "host"), file(2, "vm"))]);
  assert.equal(countOf("TOST, Brunner-Munzel", text), 1);
  assert.equal(countOf("In all questions: shift B - A by Hodges-Lehmann", text), 1);
  assert.ok(countOf("the margin is", text) > 1);
  assert.equal(countOf("what it calls equal may be far apart", text), 1);
  for (const line of text.split("\n")) assert.ok(line.length <= 80, line);
});

Deno.test("methods that differ between the questions stand with each of them", () => {
  const [noise, after] = [shuffled(100, 3), shuffled(100, 4)];
  // The level of the edge's first part changes; what follows it is independent.
  const rows = (step: number) =>
    noise.map((at, i) => {
      const ttwu = 20_000 + 100 * at + (i < 50 ? 0 : step);
      const wakeup = ttwu + 1000 + 7 * at;
      return rowOf(i + 1, {
        ttwu,
        wakeup,
        switched: wakeup + 900 + 11 * at,
        tkread: ttwu + 9000 + 50 * after[i]!,
      });
    });
  const text = compareText([compared(rows(4000), rows(0))]);
  assert.ok(countOf("moving-block bootstrap", text) >= 2, text);
  assert.equal(countOf("In all questions: shift B - A", text), 0);
});
