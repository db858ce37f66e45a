/** Rules for the README only; those it shares with docs/ are in documents_test.ts. */

import assert from "node:assert/strict";
import { QUESTIONS } from "../../analysis/compare/questions.ts";
import { VERDICTS } from "../../analysis/compare/verdict.ts";
import { compareText } from "../../analysis/print/compare/text.ts";
import { generate, type Generated } from "../../bench/generate.ts";
import { read } from "../analysis/result/result_fixture.ts";
import { blocks, commands, excerpt, firstCells, labels, section } from "./document.ts";
import { compare } from "../analysis/compare/compare_fixture.ts";

const README = Deno.readTextFileSync("README.md");
const MOST_LINES = 250;

Deno.test("the README is short", () => {
  const lines = README.trimEnd().split("\n").length;
  assert.ok(lines <= MOST_LINES, `it has ${lines} lines, at most ${MOST_LINES}`);
});

Deno.test("the README's contents name each of its sections, in their order", () => {
  const contents = README.slice(0, README.indexOf("\n## "));
  const named = [...contents.matchAll(/^- \[([^\]]+)\]\(#/gm)].map(([, title]) => title!);
  const sections = [...README.matchAll(/^## (.*)$/gm)].map(([, title]) => title!);
  assert.deepEqual(named, sections);
});

Deno.test("the README's picture of the chain has each question", () => {
  const [picture] = blocks(section(README, "The chain"), "text");
  const names: readonly string[] = (picture ?? "").match(/\b[a-z]+(_[a-z]+)*\b/g) ?? [];
  for (const { name } of QUESTIONS) assert.ok(names.includes(name), name);
});

Deno.test("the README's table has each verdict, and no others", () => {
  assert.deepEqual(firstCells(section(README, "How to read the verdicts")), [...VERDICTS]);
});

Deno.test("CI runs the README's second command", () => {
  const second = commands(section(README, "Two commands"))[1];
  assert.equal(second, `npx -y deno@${Deno.version.deno} task test`);
  assert.ok(Deno.readTextFileSync(".ci/run").trimEnd().endsWith(`&& exec ${second}`));
});

Deno.test("the excerpt of a comparison has the words that a comparison prints", () => {
  const side = (options: Generated) => read([...generate(options)].join(""), undefined, `${options.env}.csv`);
  const printed = compareText([compare(
    side({ rows: 30, seed: 1, env: "host" }),
    side({ rows: 30, seed: 2, env: "vm", shiftNs: 1e6, meta: { started: "2026-01-02T00:00:00Z" } }),
  )]);
  const shown = labels(excerpt(README, "probe compare"));
  assert.ok(shown.length > 5);
  for (const label of shown) {
    assert.ok(
      (VERDICTS as readonly string[]).includes(label) || printed.includes(label),
      `${label}\n${printed}`,
    );
  }
});

Deno.test("the excerpt of a summary is indented as the program prints it, whatever a formatter thinks", () => {
  for (const line of excerpt(README, "probe run").trimEnd().split("\n")) assert.match(line, /^( {2,}\S|$)/);
});
