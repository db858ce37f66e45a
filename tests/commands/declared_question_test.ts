import assert from "node:assert/strict";
import { QUESTIONS } from "../../analysis/compare/questions.ts";
import { EXIT } from "../../analysis/failure.ts";
import { generate, type Generated, generatedMeta } from "../../bench/generate.ts";
import { main } from "../../main.ts";

const folder = Deno.makeTempDirSync();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

const QUESTION = "switch_to_tkread";

/** A file whose runbook asks so; "none": nothing further. */
function written(name: string, questions: string, options: Partial<Generated> = {}): string {
  const path = `${folder}/${name}.csv`;
  const { runbook } = generatedMeta(name);
  const meta = { runbook: questions === "none" ? runbook : { ...runbook, questions } };
  Deno.writeTextFileSync(path, [...generate({ rows: 40, seed: 1, env: name, ...options, meta })].join(""));
  return path;
}

const ASKS = `edge_to_ttwu=1s,${QUESTION}=20 %`;
const A = written("host", ASKS);
const B = written("vm", ASKS, { seed: 2 });
/** Its read is later, and nothing else differs. */
const LATER = written("late", ASKS, { seed: 3, shiftNs: 9_000_000 });
const [PLAIN_A, PLAIN_B] = [written("plain host", "none"), written("plain vm", "none", { seed: 2 })];

async function call(...args: string[]) {
  let [stdout, stderr] = ["", ""];
  const code = await main(args, {
    stdout: (text) => stdout += text,
    stderr: (text) => stderr += text,
  });
  return { code, stdout, stderr };
}

async function comparisonsOf(...args: string[]) {
  const { code, stdout, stderr } = await call("compare", "--json", ...args);
  assert.deepEqual([code, stderr], [EXIT.done, ""]);
  return JSON.parse(stdout).comparisons;
}

Deno.test("what a runbook asks further counts as declared: with its margin, in one family with the others", async () => {
  const [found] = await comparisonsOf(A, B);
  assert.deepEqual([found.holm_family, found.asked_family], [QUESTIONS.length + 2, 0]);
  const further = found.questions.slice(QUESTIONS.length);
  assert.deepEqual(
    further.map((one: Record<string, unknown>) => [one.name, one.asked, one.margin_source]),
    [["edge_to_ttwu", false, "runbook"], [QUESTION, false, "runbook"]],
  );
  assert.deepEqual([further[0].margin_ns, further[1].margin_percent], [1e9, 20]);
  assert.equal(further[0].verdict, "EQUIVALENT");
  // The numbers are those of the same question asked without a runbook; only its p is adjusted with others.
  const [plain] = await comparisonsOf(
    "--question",
    QUESTION,
    "--margin",
    `${QUESTION}=20%`,
    PLAIN_A,
    PLAIN_B,
  );
  const asked = plain.questions.at(-1);
  for (const field of ["n", "median_ns", "shift_ns", "shift_ci_ns", "tost", "margin_ns"]) {
    assert.deepEqual(further[1][field], asked[field], field);
  }
  assert.equal(asked.brunner_munzel.p, further[1].brunner_munzel.p);
  const before: Record<string, { p: number; p_holm: number }> = plain.questions[0];
  assert.equal(found.questions[0].brunner_munzel.p, before.brunner_munzel!.p);
  assert.ok(found.questions[0].brunner_munzel.p_holm >= before.brunner_munzel!.p_holm);
});

Deno.test("every form has it among the declared questions", async () => {
  const { stdout: brief } = await call("compare", A, LATER);
  assert.match(
    brief.replaceAll(/\s+/g, " "),
    /^6 questions: 3 DIFFERENT \(offset, ttwu_to_tkread, switch_to_tkread\)/,
  );
  assert.doesNotMatch(brief, /asked besides/);
  const { stdout: details } = await call("compare", "--details", A, LATER);
  assert.match(
    details,
    /^switch_to_tkread: target on its CPU to first clock read\n {2}DIFFERENT\n(?! {2}asked)/m,
  );
  const { stdout: csv } = await call("compare", "--format", "csv", A, LATER);
  assert.match(csv, /switch_to_tkread,whole,,,DIFFERENT/);
  const { stdout: markdown } = await call("compare", "--format", "markdown", A, LATER);
  assert.match(markdown, /^\| switch\\_to\\_tkread \| DIFFERENT/m);
  const { stdout: page } = await call("report", "--out", "-", A, LATER);
  assert.match(page, /<code>switch_to_tkread<\/code>/);
  const { code, stderr } = await call("compare", "--fail-on", "DIFFERENT", A, LATER);
  assert.equal(code, EXIT.gate);
  assert.match(stderr, /switch_to_tkread is DIFFERENT/);
});

Deno.test("--margin replaces the runbook's, --question of a declared one changes nothing", async () => {
  const [found] = await comparisonsOf("--margin", `${QUESTION}=5us`, A, B);
  const of = (name: string) => found.questions.find((one: { name: string }) => one.name === name);
  assert.deepEqual([of(QUESTION).margin_ns, of(QUESTION).margin_source], [5000, "option"]);
  assert.equal(of("edge_to_ttwu").margin_source, "runbook");
  assert.deepEqual(await comparisonsOf("--question", QUESTION, A, B), await comparisonsOf(A, B));
});

Deno.test("the declared question keeps to the runs of --where, and to all files of a side", async () => {
  const [part] = await comparisonsOf("--where", "run<20", A, B);
  assert.deepEqual(part.questions.at(-1).n, [19, 19]);
  const more = `${folder}/more.csv`;
  const runbook = { ...generatedMeta("host").runbook, questions: ASKS };
  const meta = { runbook, started: "2026-01-02T00:00:00Z" };
  Deno.writeTextFileSync(more, [...generate({ rows: 40, seed: 5, env: "host", meta })].join(""));
  const [both] = await comparisonsOf("--a", A, "--a", more, "--b", B);
  assert.deepEqual(both.questions.at(-1).n, [80, 40]);
});

Deno.test("files whose runbooks ask differently do not compare", async () => {
  const other = written("other", `${QUESTION}=20 %`, { seed: 2 });
  const [found] = await comparisonsOf(A, other);
  assert.deepEqual(
    new Set(found.questions.map(({ verdict }: { verdict: string }) => verdict)),
    new Set(["CONFOUNDED"]),
  );
  const { stdout } = await call("compare", "--details", A, other);
  assert.match(stdout.replaceAll(/\s+/g, " "), /questions/);
});

Deno.test("a runbook that asks what this program does not know is refused by name", async () => {
  const later = written("later", "banana_to_tkread=20 %");
  assert.deepEqual(await call("compare", later, later), {
    code: EXIT.failed,
    stdout: "",
    stderr:
      `probe: the runbook of ${later} declares the question "banana_to_tkread", which this program does not ` +
      "know; compare with the version of probe that measured it\n",
  });
});

Deno.test("power says the runs for it, as a declared one", async () => {
  const { code, stdout } = await call("power", "--json", A, B);
  assert.equal(code, EXIT.done);
  const { questions } = JSON.parse(stdout);
  assert.deepEqual(questions.slice(QUESTIONS.length).map(({ name }: { name: string }) => name), [
    "edge_to_ttwu",
    QUESTION,
  ]);
  assert.equal(questions.at(-1).margin_source, "runbook");
  const text = await call("power", A);
  assert.match(text.stdout, /switch_to_tkread/);
  assert.doesNotMatch(text.stdout, /^asked: /m);
});
