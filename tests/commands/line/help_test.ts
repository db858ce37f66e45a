/** What a new user reads first: of each command its purpose, three examples, then usage and options. */

import assert from "node:assert/strict";
import { QUESTIONS } from "../../../analysis/compare/questions.ts";
import { VERDICTS } from "../../../analysis/compare/verdict.ts";
import { EXIT } from "../../../analysis/failure.ts";
import { VERDICT_MEANINGS } from "../../../analysis/print/verdicts.ts";
import { COLUMNS } from "../../../analysis/result/columns.ts";
import { TIERS } from "../../../analysis/result/meta.ts";
import { KEY_NAMES } from "../../../analysis/sample/key_columns.ts";
import { TOPICS } from "../../../commands/help_topics.ts";
import { allRoutes, NAMES } from "../../../commands/line/table.ts";
import { optionsOf } from "../../../commands/options.ts";
import project from "../../../deno.json" with { type: "json" };
import { main } from "../../../main.ts";
import { defaultRunbook, parseRunbook } from "../../../runbook/protocol/runbook_file.ts";

const ROUTES = await allRoutes();

async function call(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  let [stdout, stderr] = ["", ""];
  const code = await main(args, { stdout: (text) => stdout += text, stderr: (text) => stderr += text });
  return { code, stdout, stderr };
}

const oneLine = (text: string) => text.replaceAll(/\s+/g, " ");

for (const command of NAMES) {
  Deno.test(`the help of ${command} has purpose and three examples before usage, and every option`, async () => {
    const { code, stdout } = await call(command, "--help");
    assert.equal(code, EXIT.done);
    assert.equal((await call("help", command)).stdout, stdout);
    assert.equal((await call(command, "-h")).stdout, stdout);
    const [purpose, examples] = /^(.*?)\n\nEXAMPLES\n(.*?)\n\nUSAGE\n/s.exec(stdout)!.slice(1);
    assert.equal(oneLine(purpose!), `${ROUTES[command]!.brief}.`);
    const lines = examples!.split("\n").filter((line) => line.startsWith("    "));
    assert.equal(lines.length, 3);
    for (const line of lines) {
      assert.ok(line.includes(`probe ${command}`) || command === "runbook" || command === "version", line);
    }
    for (const { name, metavar, values } of optionsOf(ROUTES[command]!)) {
      assert.match(stdout, new RegExp(`^  (-\\w, |    )${name}( |$)`, "m"));
      assert.notEqual(metavar, "value");
      for (const value of values) assert.ok(stdout.includes(value.replace(/:$/, "")), `${name}: ${value}`);
    }
  });
}

Deno.test("each option in an example is one of its command's", async () => {
  for (const command of NAMES) {
    const { stdout } = await call("help", command);
    for (const [, name, words] of stdout.matchAll(/^ {4}(?:sudo )?probe (\w+) ?([^|>\n]*)$/gm)) {
      const options = optionsOf(ROUTES[name!] ?? { brief: "", parameters: {} });
      const known = ["-V", ...options.flatMap(({ name, short }) => [name, short])];
      for (const [word] of (words ?? "").matchAll(/(?<= |^)--?[a-z-]+/gi)) {
        assert.ok(known.includes(word), `${name} ${word}`);
      }
    }
  }
});

Deno.test("no line of any help is wider than 80 columns", async () => {
  for (const about of ["", ...NAMES, ...Object.keys(TOPICS)]) {
    const { code, stdout } = await call(...about === "" ? ["help"] : ["help", about]);
    assert.equal(code, EXIT.done, about);
    for (const line of stdout.split("\n")) assert.ok(line.length <= 80, `${about}: ${line}`);
  }
});

Deno.test("help and version are words, options and letters", async () => {
  const { stdout } = await call("help");
  for (const other of ["--help", "-h"]) assert.equal((await call(other)).stdout, stdout);
  assert.equal((await call()).stdout, stdout);
  for (const name of [...NAMES, ...Object.keys(TOPICS)]) {
    assert.match(stdout, new RegExp(`^  (help )?${name} `, "m"));
  }
  for (const word of ["version", "--version", "-V"]) {
    assert.equal((await call(word)).stdout, `probe ${project.version}\n`);
  }
});

Deno.test("the topics have every verdict, column, tier and question", async () => {
  const topic = async (name: string) => oneLine((await call("help", name)).stdout);
  for (const verdict of VERDICTS) {
    assert.ok((await topic("verdicts")).includes(`${verdict} ${VERDICT_MEANINGS[verdict]}`), verdict);
  }
  for (const verdict of ["LOCKS-IN", "DOES-NOT", "TWO", "ONE"]) {
    assert.match(await topic("verdicts"), new RegExp(`${verdict} of a key: `));
  }
  for (const { name } of COLUMNS) {
    assert.ok((await topic("columns")).includes(` ${name} `) || name === COLUMNS[0].name);
  }
  for (const tier of TIERS) assert.ok((await topic("tiers")).includes(`${tier} (`));
  for (const { name, title } of QUESTIONS) assert.ok((await topic("questions")).includes(`${name} ${title}`));
  assert.match(await topic("runbook"), /warm_up_runs = 0/);
});

Deno.test("the README's table says of each verdict what the help says", () => {
  const readme = Deno.readTextFileSync("README.md");
  for (const verdict of VERDICTS) {
    const [, meaning] = new RegExp(`\\| \`${verdict}\` +\\| (.*?) +\\|`).exec(readme)!;
    assert.equal(meaning, VERDICT_MEANINGS[verdict]);
  }
});

Deno.test("probe runbook prints what probe run keeps without one", async () => {
  const { stdout } = await call("runbook");
  assert.equal(stdout, defaultRunbook());
  assert.equal(parseRunbook("printed.toml", stdout).settings.runs, 30);
});

Deno.test("letters stand for options, and what follows -- is left alone", async () => {
  const { stderr } = await call("show", "-v", "/none.csv");
  assert.match(stderr, /caused by:/);
  const { stderr: file } = await call("show", "--", "-v");
  assert.match(file, /cannot read -v: there is no such file/);
});

const MEANT: readonly (readonly [args: readonly string[], says: string])[] = [
  [["shwo", "x"], "unknown command shwo; did you mean show?"],
  [["show", "--FORMAT", "x"], "unknown option --FORMAT; did you mean --format?"],
  [["show", "--by", "Signatur", "x"], '"Signatur" is not a column; did you mean signature?'],
  [["compare", "--fail-on", "diferent", "a", "b"], '"diferent" is not a verdict; did you mean DIFFERENT?'],
  [["export", "--format", "Folded", "x"], "--format cannot be Folded; did you mean folded?"],
  [["completions", "Bash"], 'there are no completions for "Bash"; did you mean bash?'],
  [["help", "verdict"], 'there is no help on "verdict"; did you mean verdicts?'],
];
for (const [args, says] of MEANT) {
  Deno.test(`what may have been meant is named: ${args.join(" ")}`, async () => {
    const { code, stderr } = await call(...args);
    assert.equal(code, EXIT.usage);
    assert.ok(stderr.endsWith(`${says}\n`), stderr);
  });
}

Deno.test("--json and --format json are the same, and contradict any other form", async () => {
  const file = "tests/answers/files/host.csv";
  const { stdout } = await call("show", "--json", file);
  assert.ok(JSON.parse(stdout));
  assert.equal((await call("show", "--format", "json", file)).stdout, stdout);
  const { code, stderr } = await call("compare", "--json", "--format", "csv", file, file);
  assert.deepEqual([code, stderr], [
    EXIT.usage,
    "probe: --json contradicts --format csv; give one of them\n",
  ]);
  for (const [name, { parameters: { flags = {} } }] of Object.entries(ROUTES)) {
    const forms = flags.format?.values ?? [];
    assert.equal("json" in flags, forms.includes("json"), name);
  }
});

Deno.test("the help of --by lists each column that it takes", async () => {
  const help = oneLine((await call("help", "compare")).stdout);
  assert.ok(help.includes(`All: ${KEY_NAMES.join(", ")}`));
});
