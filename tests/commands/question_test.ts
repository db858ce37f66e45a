import assert from "node:assert/strict";
import { EXIT } from "../../analysis/failure.ts";
import { QUESTIONS } from "../../analysis/compare/questions.ts";
import { generate, type Generated } from "../../bench/generate.ts";
import { main } from "../../main.ts";

const folder = Deno.makeTempDirSync();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

function written(name: string, options: Partial<Generated> = {}): string {
  const path = `${folder}/${name}.csv`;
  Deno.writeTextFileSync(path, [...generate({ rows: 40, seed: 1, env: name, ...options })].join(""));
  return path;
}

const A = written("host");
const B = written("vm", { seed: 2 });
/** Its read is later, and nothing else differs. */
const LATER = written("late", { seed: 3, shiftNs: 9_000_000 });

async function call(...args: string[]) {
  let [stdout, stderr] = ["", ""];
  const code = await main(args, {
    stdout: (text) => stdout += text,
    stderr: (text) => stderr += text,
  });
  return { code, stdout, stderr };
}

type Question = Record<string, unknown> & {
  name: string;
  asked: boolean;
  verdict: string;
  brunner_munzel: { p: number; p_holm: number };
};

async function comparisonsOf(...args: string[]) {
  const { code, stdout, stderr } = await call("compare", "--json", ...args);
  assert.deepEqual([code, stderr], [EXIT.done, ""]);
  return JSON.parse(stdout).comparisons;
}

Deno.test("an asked question has all that a declared one has, and changes no declared answer", async () => {
  const [plain] = await comparisonsOf(A, B);
  const [asked] = await comparisonsOf("--question", "edge_to_ttwu", "--question", "clock_step_ns", A, B);
  const declared = asked.questions.slice(0, QUESTIONS.length);
  assert.deepEqual(declared, plain.questions);
  const { questions: _, asked_family, warnings: __, ...rest } = asked;
  const { questions: ___, asked_family: none, warnings: ____, ...before } = plain;
  assert.deepEqual([rest, none, asked_family], [before, 0, 2]);
  const others: Question[] = asked.questions.slice(QUESTIONS.length);
  assert.deepEqual(others.map(({ name, asked }) => [name, asked]), [
    ["edge_to_ttwu", true],
    ["clock_step_ns", true],
  ]);
  for (const one of others) assert.deepEqual(Object.keys(one), Object.keys(declared[0]));
  assert.equal(others[0]!.margin_percent, 10);
  assert.equal(others[0]!.margin_source, "default");
});

Deno.test("a declared question that is asked again stays as it is, in one place", async () => {
  assert.deepEqual(await comparisonsOf("--question", "offset", A, B), await comparisonsOf(A, B));
});

Deno.test("Holm adjusts what is asked of all files together", async () => {
  const [b, c] = await comparisonsOf("--question", "switch_to_tkread", A, B, LATER);
  assert.deepEqual([b.asked_family, c.asked_family], [2, 2]);
  const [late]: Question[] = c.questions.slice(QUESTIONS.length);
  assert.equal(late!.verdict, "DIFFERENT");
  assert.equal(late!.brunner_munzel.p_holm, 2 * late!.brunner_munzel.p);
});

Deno.test("--margin names asked questions, and those alone; a margin for all is theirs too", async () => {
  const [named] = await comparisonsOf("--question", "edge_to_ttwu", "--margin", "edge_to_ttwu=1s", A, B);
  const { verdict, margin_ns, margin_source } = named.questions.at(-1);
  assert.deepEqual([verdict, margin_ns, margin_source], ["EQUIVALENT", 1e9, "option"]);
  const [all] = await comparisonsOf("--question", "edge_to_ttwu", "--margin", "30%", A, B);
  assert.equal(all.questions.at(-1).margin_percent, 30);
  assert.deepEqual(await call("compare", "--margin", "edge_to_ttwu=1s", A, B), {
    code: EXIT.usage,
    stdout: "",
    stderr: "probe: --margin is for edge_to_ttwu, which the runbook does not ask; " +
      "ask it with --question edge_to_ttwu\n",
  });
  const { stderr } = await call("compare", "--margin", "ofset=1s", A, B);
  assert.match(stderr, /"ofset" is not a question; did you mean offset\?\n$/);
});

Deno.test("every form has what was asked, marked as not declared", async () => {
  const asked = ["--question", "switch_to_tkread", A, LATER];
  const { stdout: brief } = await call("compare", ...asked);
  assert.match(brief, /^4 questions: .*; asked besides:\s+switch_to_tkread\s+DIFFERENT\n/s);
  assert.match(brief, /^switch_to_tkread .*(\n.*)? DIFFERENT$/m);
  const { stdout: details } = await call("compare", "--details", ...asked);
  assert.match(
    details,
    /^switch_to_tkread: target on its CPU to first clock read\n {2}DIFFERENT\n {2}asked +by --question, not/m,
  );
  assert.match(details.replaceAll(/\s+/g, " "), /Holm p = \S+ in a family of 1\b/);
  const { stdout: csv } = await call("compare", "--format", "csv", ...asked);
  assert.match(csv, /switch_to_tkread,asked,,,DIFFERENT/);
  const { stdout: markdown } = await call("compare", "--format", "markdown", ...asked);
  assert.match(markdown, /^\| switch\\_to\\_tkread \| DIFFERENT/m);
  const { stdout: page } = await call("report", "--out", "-", ...asked);
  assert.match(page, /<code>switch_to_tkread<\/code>/);
  assert.match(page, /--question switch_to_tkread/);
});

Deno.test("--fail-on is about what was asked too", async () => {
  const { code, stderr } = await call(
    "compare",
    "--fail-on",
    "NO-DATA",
    "--question",
    "realtime_step_ns",
    A,
    B,
  );
  assert.equal(code, EXIT.gate);
  assert.match(stderr, /realtime_step_ns is NO-DATA/);
});

Deno.test("--where chooses the runs of an asked question", async () => {
  const [part] = await comparisonsOf("--question", "edge_to_ttwu", "--where", "run<20", A, B);
  assert.deepEqual(part.questions.at(-1).n, [19, 19]);
});

Deno.test("power answers for what was asked", async () => {
  const { code, stdout } = await call(
    "power",
    "--json",
    "--question",
    "edge_to_ttwu",
    "--margin",
    "1s",
    A,
    B,
  );
  assert.equal(code, EXIT.done);
  const { questions } = JSON.parse(stdout);
  assert.equal(questions.length, QUESTIONS.length + 1);
  assert.equal(questions.at(-1).name, "edge_to_ttwu");
  assert.ok(questions.at(-1).runs_per_side > 0);
  const text = await call("power", "--question", "edge_to_ttwu", "--margin", "1s", A);
  assert.match(text.stdout, /^asked: edge_to_ttwu by --question, not declared before the runs/m);
});
