import assert from "node:assert/strict";
import { QUESTIONS } from "../../../../analysis/compare/questions.ts";
import { compareJson } from "../../../../analysis/print/compare/json.ts";
import type { ResultFile } from "../../../../analysis/result/file.ts";
import { generate, type Generated } from "../../../../bench/generate.ts";
import { fileText, read, rowOf } from "../../result/result_fixture.ts";
import { compare } from "../../compare/compare_fixture.ts";

function generated(options: Generated): ResultFile {
  return read([...generate(options)].join(""), undefined, `${options.env}.csv`);
}

function parsed(a: ResultFile, b: ResultFile) {
  const { comparisons } = JSON.parse(compareJson([compare(a, b)]));
  return comparisons[0];
}

const HOST: Generated = { rows: 30, seed: 1, env: "host" };
const VM: Generated = { rows: 30, seed: 2, env: "vm", timeoutEvery: 10 };

Deno.test("the JSON has the fields that its readers were promised", () => {
  const json = parsed(generated(HOST), generated(VM));
  assert.deepEqual(Object.keys(json), [
    "answer",
    "alpha",
    "holm_family",
    "bh_family",
    "asked_family",
    "sides",
    "questions",
    "mechanisms",
    "tails",
    "parts",
    "strata",
    "association",
    "stacks",
    "context",
    "warnings",
  ]);
  assert.deepEqual(
    json.questions.map(({ name }: { name: string }) => name),
    QUESTIONS.map(({ name }) => name),
  );
  for (const question of json.questions) {
    assert.deepEqual(question.n, [30, 27]);
    for (const field of ["median_ns", "iqr_ns", "mad_ns", "shift_ci_ns"]) {
      assert.equal(question[field].length, 2, field);
      for (const value of question[field]) assert.equal(typeof value, "number");
    }
    assert.equal(typeof question.shift_ns, "number");
    assert.equal(typeof question.cliffs_delta, "number");
    assert.deepEqual(Object.keys(question.brunner_munzel), ["u", "p", "p_capped", "p_holm", "method"]);
    assert.equal(typeof question.tost.p, "number");
    assert.equal(typeof question.kolmogorov_smirnov.d, "number");
    assert.equal(typeof question.verdict, "string");
  }
  assert.deepEqual(json.strata.map((entry: { key: string }) => entry.key), [
    "signature",
    "migrated",
    "path",
    "ttwu_stack",
    "order",
  ]);
  assert.equal(typeof json.strata[0].spread.brown_forsythe.f, "number");
  assert.equal(typeof json.strata[0].spread.brown_forsythe.p, "number");
  const [table] = json.association;
  assert.deepEqual([table.rows, table.columns], ["ttwu_stack", "signature"]);
  assert.equal(typeof table.cramers_v, "number");
  assert.equal(typeof table.p, "number");
  assert.equal(json.sides[1].timeout, 3);
});

Deno.test("two files and three have one form, and no field of a comparison is left out", () => {
  const [a, b] = [generated(HOST), generated(VM)];
  const comparison = compare(a, b);
  const two = JSON.parse(compareJson([comparison]));
  const three = JSON.parse(compareJson([comparison, comparison]));
  assert.deepEqual(Object.keys(two), ["version", "kind", "comparisons"]);
  assert.deepEqual([two.version, two.kind], [1, "compare"]);
  assert.deepEqual(three, { ...two, comparisons: [...two.comparisons, ...two.comparisons] });
  const [said] = two.comparisons;
  const own = ["verdict", "besides", "asked", ...QUESTIONS.map(({ name }) => name)];
  assert.deepEqual(
    Object.keys(comparison).filter((field) => !own.includes(field)).sort(),
    Object.keys(said).filter((field) => field !== "answer" && field !== "questions").sort(),
  );
  for (const [index, { name }] of QUESTIONS.entries()) {
    assert.deepEqual(Object.keys(said.questions[index]), ["name", "asked", ...Object.keys(comparison[name])]);
  }
});

/** Calls `visit` with every number in a value parsed from JSON. */
function numbersOf(value: unknown, visit: (number: number) => void): void {
  if (typeof value === "number") visit(value);
  else if (typeof value === "object" && value !== null) {
    Object.values(value).forEach((part) => numbersOf(part, visit));
  }
}

Deno.test("no output holds NaN, Infinity or -0, however poor the input", () => {
  const equal = read(fileText(Array.from({ length: 8 }, (_, i) => rowOf(i + 1))));
  const inputs = [read(fileText([])), read(fileText([rowOf(1)])), equal, generated(HOST), generated(VM)];
  for (const a of inputs) {
    for (const b of inputs) {
      const text = compareJson([compare(a, b)]);
      assert.doesNotMatch(text, /NaN|Infinity|-0[,\s]/);
      numbersOf(JSON.parse(text), (number) => assert.ok(Number.isFinite(number) && !Object.is(number, -0)));
    }
  }
});

Deno.test("a p-value too small for a number is capped, and says so", () => {
  const near = generated({ rows: 2000, seed: 1, env: "host" });
  const far = generated({ rows: 2000, seed: 2, env: "vm", shiftNs: 10_000_000 });
  const { brunner_munzel, verdict } = parsed(near, far).questions[0];
  assert.equal(verdict, "DIFFERENT");
  assert.deepEqual([brunner_munzel.p, brunner_munzel.p_capped], [1e-307, true]);
});

Deno.test("the same input gives the same bytes", () => {
  const once = compareJson([compare(generated(HOST), generated(VM))]);
  assert.equal(compareJson([compare(generated(HOST), generated(VM))]), once);
});
