import assert from "node:assert/strict";
import fc from "fast-check";
import type { Row } from "../../../../analysis/result/columns.ts";
import { QUESTIONS, WHOLES } from "../../../../analysis/compare/questions.ts";
import { compareAll } from "../../../../analysis/compare/compare.ts";
import { compareCsv } from "../../../../analysis/print/compare/csv.ts";
import { compareJson } from "../../../../analysis/print/compare/json.ts";
import { compareMarkdown } from "../../../../analysis/print/compare/markdown.ts";
import { compareText } from "../../../../analysis/print/compare/text.ts";
import type { Comparison } from "../../../../analysis/compare/comparison.ts";
import type { ResultFile } from "../../../../analysis/result/file.ts";
import { stackKey } from "../../../../analysis/result/stack_key.ts";
import { compared, MS, runs, spread } from "../../compare/compare_fixture.ts";
import { fileText, read, timeoutOf, WAKELIST } from "../../result/result_fixture.ts";

const FORMS = { text: compareText, json: compareJson, csv: compareCsv, markdown: compareMarkdown };

function mixed(i: number): Partial<Row> {
  return {
    migrated: i % 2 === 0,
    ...(i % 3 === 0 ? { signature: "WF_MIGRATED", path: "wakelist", ttwu_stack: stackKey(WAKELIST) } : {}),
  };
}

/** Offsets of files that are empty, short, equal, tied, far apart, wild or in an order that matters. */
const offsets = fc.oneof(
  fc.constant([]),
  fc.array(fc.integer({ min: 5000, max: 40 * MS }), { maxLength: 14 }),
  fc.tuple(fc.integer({ min: 5000, max: MS }), fc.integer({ min: 1, max: 20 }))
    .map(([value, n]) => Array<number>(n).fill(value)),
  fc.array(fc.constantFrom(5000, 6000, 2 ** 52), { minLength: 4, maxLength: 24 }),
  fc.integer({ min: 4, max: 30 }).map((n) => Array.from({ length: n }, (_, i) => 5000 + i * i)),
);

Deno.test("no form of the answer holds NaN, Infinity or -0, whatever the files", () => {
  const file = fc.tuple(offsets, fc.boolean(), fc.nat(3)).map(([values, isMixed, timeouts]): ResultFile => {
    const rows = runs(values, isMixed ? mixed : undefined);
    for (let i = 0; i < timeouts; i++) rows.push(timeoutOf(values.length + i + 1));
    return read(fileText(rows));
  });
  fc.assert(
    fc.property(fc.array(file, { minLength: 2, maxLength: 3 }), (files) => {
      const comparisons = compareAll(files);
      for (const form of Object.values(FORMS)) {
        const text = form(comparisons);
        assert.doesNotMatch(text, /NaN|Infinity|(^|[^\w.])-0([^\w.]|$)/m);
      }
    }),
    { numRuns: 30 },
  );
});

/** Some columns of the rows of a CSV whose cells contain no line ends. */
function parsedCsv(comparisons: readonly Comparison[], ...columns: string[]): string[][] {
  const cellsOf = (line: string) =>
    [...`${line},`.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*)),/g)].map(([, quoted, bare]) => quoted ?? bare!);
  const [head, ...rows] = compareCsv(comparisons).trimEnd().split("\n").map(cellsOf);
  return rows.map((row) => {
    assert.equal(row.length, head!.length);
    return columns.map((column) => row[head!.indexOf(column)]!);
  });
}

Deno.test("the CSV has one row per question and stratum, with the numbers of the JSON and empty cells for null", () => {
  const migrated = (i: number): Partial<Row> => ({ migrated: i % 2 === 0 });
  const comparison = compared(
    runs(spread(30, MS, 100), migrated),
    [...runs(spread(20, MS, 100), migrated), timeoutOf(21)],
  );
  const rows = parsedCsv(
    [comparison],
    "question",
    "part",
    "key",
    "stratum",
    "n_a",
    "n_b",
    "shift_ns",
    "p95_a_ns",
  );
  const { offset, strata, mechanisms } = comparison;
  assert.deepEqual(rows[0], ["offset", "whole", "", "", "30", "20", String(offset.shift_ns), ""]);
  assert.deepEqual(
    rows.map(([question]) => question).slice(0, QUESTIONS.length),
    QUESTIONS.map(({ name }) => name),
  );
  const groups = strata.flatMap(({ key, groups, stratified }) => [
    ...groups.map(({ value, n }) => ["ttwu_to_tkread", "stratum", key, value, ...n.map(String)]),
    ...stratified.map(({ question, n }) => [question, "stratified", key, "", ...n.map(String)]),
  ]);
  assert.ok(groups.some(([, part]) => part === "stratified"));
  const keys = mechanisms.keys.flatMap(({ keys: [{ name, groups: [one, two] }] }) =>
    WHOLES.map((question) => [question.name, "key", name, `${two} over ${one}`, "30", "20"])
  );
  assert.ok(keys.length > 0);
  const locks = mechanisms.keys.flatMap((key) =>
    WHOLES.flatMap(({ name }) => [
      [name, "locks_in", key.keys[0].name, "", "30", "20"],
      ...key[name].lock_in.values.map((
        { value, sides },
      ) => [name, "locks_in", key.keys[0].name, value, ...sides.map(({ n }) => String(n))]),
    ])
  );
  assert.deepEqual(rows.slice(QUESTIONS.length).map((row) => row.slice(0, 6)), [
    ...groups,
    ...keys,
    ...locks,
  ]);
  const [first] = mechanisms.keys[0]!.offset.sides;
  const ratios = parsedCsv([comparison], "part", "group_ratio_a", "group_ratio_a_low");
  assert.deepEqual(
    ratios.find(([part]) => part === "key"),
    ["key", String(first.ratio!.ratio), String(first.ratio!.ci[0])],
  );
  assert.deepEqual(parsedCsv([comparison], "timeout_b", "aborted_b")[0], ["1", "0"]);
});

Deno.test("names of files and strata can neither break the CSV nor the Markdown", () => {
  const odd = () => ({ signature: 'a|b,"c"\n<script>', comm: "*x*" } as const);
  const [a, b] = ["a,1.csv", "b|2.csv"].map((name) =>
    read(fileText(runs(spread(12, MS, 9), odd)), undefined, name)
  );
  const comparisons = compareAll([a!, b!]);
  const csv = compareCsv(comparisons);
  assert.ok(csv.includes('"a,1.csv"') && csv.includes('"a|b,""c""\n<script>"'));
  const markdown = compareMarkdown(comparisons);
  assert.ok(markdown.includes("b\\|2.csv") && markdown.includes('a\\|b,"c"\\\\x0a\\<script\\>'));
  const tables = markdown.split("\n").filter((line) => line.startsWith("|"));
  const cells = (line: string) => line.replaceAll(/\\\\|\\\|/g, "").split("|").length;
  assert.deepEqual([...new Set(tables.map(cells))].sort(), [12, 9]);
});

Deno.test("the Markdown begins with the verdict, names every question's and folds the strata away", () => {
  const migrated = (i: number): Partial<Row> => ({ migrated: i % 2 === 0 });
  const markdown = compareMarkdown([
    compared(runs(spread(30, 5 * MS, 100), migrated), runs(spread(30, 15 * MS, 100), migrated)),
  ]);
  assert.match(
    markdown,
    /^## 4 questions: 2 DIFFERENT \(offset, ttwu\\_to\\_tkread\), 2 EQUIVALENT\n\nb\.csv against a\.csv\.\n/,
  );
  assert.match(markdown, /\| offset \| DIFFERENT \| \+10\.00 ms \| \+200% \| .* \| 30 \+ 30 \| /);
  assert.match(markdown, /<details><summary>ttwu_to_tkread by migrated; spread between strata: \S+/);
});
