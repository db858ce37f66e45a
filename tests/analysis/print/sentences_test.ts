import assert from "node:assert/strict";
import { compareAll } from "../../../analysis/compare/compare.ts";
import type { Comparison } from "../../../analysis/compare/comparison.ts";
import { compareJson } from "../../../analysis/print/compare/json.ts";
import { compareMarkdown } from "../../../analysis/print/compare/markdown.ts";
import { compareText } from "../../../analysis/print/compare/text.ts";
import { tellComparison, type ToldComparison } from "../../../analysis/print/compare/told.ts";
import type { Cell, Finding, Note, Said } from "../../../analysis/print/model.ts";
import { showText } from "../../../analysis/print/show/text.ts";
import { tellShow } from "../../../analysis/print/show/told.ts";
import { answerJson } from "../../../analysis/print/json.ts";
import { readable, seriesPage, seriesSides } from "../report/report_fixture.ts";
import { literals } from "./literals.ts";

/** Folders whose files say something about a measurement. */
const SPEAKING = [
  "analysis/compare",
  "analysis/power",
  "analysis/print",
  "analysis/report",
  "analysis/show",
  "runbook/doctor",
  "runbook/files",
];

function* sources(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* sources(`${folder}/${name}`);
    else yield `${folder}/${name}`;
  }
}

/** Pieces of at least four words in a source, without markup. */
function phrases(code: string): string[] {
  return literals(code).flatMap((literal) => literal.split(/<[^>]*>|\n/))
    .map((piece) => piece.replace(/^[^\w]+|[^\w]+$/g, "").toLowerCase())
    .filter((piece) => /^[a-z0-9_'\-.,:;() ]+$/.test(piece) && piece.split(" ").length >= 4);
}

Deno.test("phrases are found in strings, templates and templates inside them, not in comments or markup", () => {
  const code = [
    'const a = "one two three four"; // five six seven eight',
    "const b = `${c ? `no, not so: five ${d} six seven` : x.replace(/\"/g, '')} eight is <b>nine and ten</b>`;",
    "/* one two three four five */ const e = { f: `it's ${g} the last of all` };",
  ].join("\n");
  assert.deepEqual(phrases(code), ["one two three four", "no, not so: five", "the last of all"]);
});

Deno.test("no sentence is written twice", () => {
  const places = new Map<string, Set<string>>();
  for (const path of SPEAKING.flatMap((folder) => [...sources(folder)])) {
    for (const phrase of phrases(Deno.readTextFileSync(path))) {
      places.set(phrase, (places.get(phrase) ?? new Set()).add(path));
    }
  }
  assert.ok(places.size > 100, `${places.size} phrases`);
  const twice = [...places].filter(([, paths]) => paths.size > 1)
    .map(([phrase, paths]) => `${phrase}: ${[...paths].join(", ")}`);
  assert.deepEqual(twice, []);
});

const HOST = { rows: 30, seed: 1, env: "host", timeoutEvery: 11 };
const VM = { rows: 30, seed: 2, env: "vm" };

const CASES = [
  ["alike", [HOST, VM]],
  ["not settled", [HOST, { ...VM, shiftNs: 4_000_000 }]],
  ["far apart, and the level of one changes", [HOST, {
    ...VM,
    rows: 80,
    shiftNs: 50_000_000,
    changesAfter: 40,
  }]],
  ["too few runs", [HOST, { ...VM, rows: 5 }]],
  ["not measured alike", [HOST, { ...VM, meta: { hooks: [], tier: "tracepoint", kernel: "5.4.0" } }]],
] as const;

/** Everything that any part of an answer says. */
function* allSaid(part: unknown): Generator<Said> {
  if (part === null || typeof part !== "object") return;
  if ("text" in part && "numbers" in part) yield part as Said;
  else for (const inner of Object.values(part)) yield* allSaid(inner);
}

function texts(parts: readonly Cell[]): string[] {
  return parts.filter((part) => part !== null).map(({ text }) => text.replaceAll(/\s+/g, " "));
}

function assertHas(printed: string, parts: readonly Cell[], where: string): void {
  const missing = texts(parts).filter((text) => !printed.includes(text));
  assert.deepEqual(missing, [], `${where} does not say`);
}

const saysOf = (notes: readonly Note[]) => notes.map(({ says }) => says);
const cellsOf = (findings: readonly Finding[]) =>
  findings.flatMap(({ value, certainty }) => [value, certainty]);

/** What each layout shows of an answer, word for word. */
const SHOWN: Readonly<Record<string, (told: ToldComparison) => readonly Cell[]>> = {
  text: (told) => [
    told.answer,
    ...told.sides,
    ...told.lead.methods,
    ...told.questions.flatMap(({ notes, caution }) => [...saysOf(notes), caution]),
    ...saysOf(told.warnings),
    ...told.questions.flatMap(({ outliers }) => outliers.map(({ says }) => says)),
    ...told.strata.flatMap(({ same, unobserved, spread }) => [same, ...unobserved, spread.says]),
    ...told.strata.flatMap(({ shifts }) => cellsOf(shifts)),
    ...told.association.flatMap(({ findings, caution }) => [...cellsOf(findings), caution]),
    ...told.methods,
  ],
  markdown: (told) => [
    told.answer,
    ...told.sides,
    ...told.lead.facts,
    ...saysOf(told.lead.notes),
    told.lead.caution,
    ...saysOf(told.warnings),
    ...told.overview.rows.flatMap(({ cells }) => Object.values(cells).flat()),
    ...told.methods,
  ],
  page: (told) => [
    ...told.sides,
    ...told.questions.flatMap(({ facts, explanation, notes, caution }) => [
      ...facts,
      ...explanation,
      ...saysOf(notes),
      caution,
    ]),
    ...saysOf(told.warnings),
    ...told.questions.flatMap((
      { findings },
    ) => [...cellsOf(findings), ...findings.map(({ method }) => method)]),
    ...told.strata.flatMap(({ same, unobserved, spread }) => [same, ...unobserved, spread.says]),
    ...told.strata.flatMap(({ shifts, spread }) => [...cellsOf(shifts), ...cellsOf(spread.findings)]),
    ...told.association.flatMap(({ findings, caution }) => [...cellsOf(findings), caution]),
    ...told.methods,
  ],
};

for (const [what, series] of CASES) {
  const files = seriesSides(series);
  const comparisons = compareAll(files.map(({ file }) => file));
  const [comparison] = comparisons as [Comparison];
  const told = tellComparison(comparison);

  Deno.test(`text, Markdown and page say what the answer says: ${what}`, () => {
    const printed: Readonly<Record<string, string>> = {
      text: compareText(comparisons).replaceAll(/\s+/g, " "),
      markdown: compareMarkdown(comparisons).replaceAll(/\\([\\`*_[\]<>|#~])/g, "$1"),
      page: readable(seriesPage([...series])),
    };
    for (const [layout, parts] of Object.entries(SHOWN)) assertHas(printed[layout]!, parts(told), layout);
  });

  Deno.test(`every number that is said is one of the JSON's: ${what}`, () => {
    assertKnown(told, compareJson(comparisons), derived(comparison));
    const [{ show }] = files as unknown as [typeof files[number]];
    assertKnown(tellShow(show), answerJson("show", show), []);
    const text = showText(show, false).replaceAll(/\s+/g, " ");
    const { machine, head, warnings, spreadSource } = tellShow(show);
    assertHas(text, [machine, ...head.map(({ says }) => says), ...saysOf(warnings), spreadSource], "show");
  });
}

/** Numbers that follow from those of the JSON. */
function derived(comparison: Comparison): number[] {
  const summaries = [...comparison.strata.flatMap(({ groups }) => groups)];
  return [
    2 * comparison.alpha,
    ...summaries.flatMap(({ outliers }) =>
      outliers.flatMap((found) => found === null ? [] : [Object.values(found).reduce((sum, n) => sum + n, 0)])
    ),
  ];
}

function assertKnown(told: unknown, json: string, more: readonly number[]): void {
  const known = new Set(more.map(Math.abs));
  JSON.parse(json, (_, value) => {
    if (typeof value === "number") known.add(Math.abs(value));
    if (value !== null && typeof value === "object" && "low_ns" in value) {
      const bins = value.count ?? value.counts[0].length;
      known.add(value.low_ns + value.width_ns * bins);
    }
    return value;
  });
  const said = [...allSaid(told)];
  assert.ok(said.length > 50);
  const unknown = said.filter(({ numbers }) => numbers.some((number) => !known.has(Math.abs(number))));
  assert.deepEqual(unknown, []);
}
