import assert from "node:assert/strict";
import { ASKABLE } from "../../../analysis/asked/askable.ts";
import { Failure } from "../../../analysis/failure.ts";
import { declareRunbook } from "../../../runbook/protocol/runbook.ts";
import { defaultRunbook, parseRunbook } from "../../../runbook/protocol/runbook_file.ts";

function declared(text: string): string {
  const file = parseRunbook("lab.toml", text);
  return declareRunbook(file.settings, (field) => file.named(field) ?? field).questions;
}

function refusal(text: string): string {
  try {
    declared(text);
  } catch (error) {
    assert.ok(error instanceof Failure);
    return error.message;
  }
  assert.fail(`${text} must be refused`);
}

Deno.test("a runbook declares further questions with their margins, in either form of a table", () => {
  assert.equal(declared(""), "none");
  assert.equal(declared("questions = {}"), "none");
  assert.equal(declared('[questions]\nttwu_to_switch = "50us"\n'), "ttwu_to_switch=50us");
  const both = "edge_to_ttwu=10 %,ttwu_to_switch=50us";
  assert.equal(declared('questions = { ttwu_to_switch = "50us", edge_to_ttwu = "10%" }'), both);
  // As `probe show` prints a link.
  assert.equal(declared('[questions]\n"ttwu -> switch" = "50us"\n"EDGE_TO_TTWU" = "10 %"\n'), both);
});

Deno.test("the example in the default runbook can be given", () => {
  const [, example] = /for example (\{[^}]+\})/.exec(defaultRunbook().replaceAll("\n# ", " ")) ?? [];
  assert.notEqual(declared(`questions = ${example}`), "none");
});

Deno.test("every question of the table can be declared", () => {
  for (const { name } of ASKABLE) assert.equal(declared(`[questions]\n${name} = "5 %"`), `${name}=5 %`);
});

const REFUSED: readonly (readonly [text: string, message: RegExp])[] = [
  [
    '[questions]\nswich_to_tkread = "5 %"',
    /^lab\.toml line 1: questions: "swich_to_tkread" is not a question; did you mean switch_to_tkread\?$/,
  ],
  [
    'runs = 9\n[questions]\nbanana = "5 %"',
    /^lab\.toml line 2: questions: "banana" is not a question; the questions are edge_to_ttwu, .*clock_step_ns/,
  ],
  [
    '[questions]\noffset = "5 %"',
    /: every runbook asks offset; leave it out here, and give its margin as offset_margin$/,
  ],
  [
    '[questions]\nedge_to_ttwu = "5 %"\n"edge -> ttwu" = "6 %"',
    /: edge_to_ttwu is named twice; name it once$/,
  ],
  ["[questions]\nedge_to_ttwu = 5", /: edge_to_ttwu: 5 has no unit; write the unit too/],
  ['[questions]\nedge_to_ttwu = "-5 %"', /^lab\.toml line 1: questions: edge_to_ttwu: /],
  ['[questions]\n"a,b" = "5 %"', /: "a,b" holds ,; give a table/],
  [
    'questions = ["edge_to_ttwu"]',
    /: it is a list; give a table of questions and margins, such as \{ edge_to_ttwu = "10 %" \}$/,
  ],
  ["questions = inf", /: it is inf; give a table/],
  ['questions = "none"', /: it is text; give a table/],
];

for (const [text, expected] of REFUSED) {
  Deno.test(`${JSON.stringify(text)} is refused with line and reason`, () => {
    assert.match(refusal(text), expected);
  });
}
