import assert from "node:assert/strict";
import { COLUMNS } from "../../analysis/result/columns.ts";
import { compare } from "../../analysis/compare/compare.ts";
import { compareText } from "../../analysis/print/compare_text.ts";
import { QUESTIONS } from "../../analysis/compare/comparison.ts";
import { EXIT } from "../../analysis/failure.ts";
import { TIERS } from "../../analysis/result/meta.ts";
import { VERDICTS } from "../../analysis/compare/verdict.ts";
import { generate, type Generated } from "../../bench/generate.ts";
import { PACKAGES } from "../../build/tasks/setup.ts";
import { ROUTES } from "../../commands/line/table.ts";
import project from "../../deno.json" with { type: "json" };
import { main } from "../../main.ts";
import { read } from "../analysis/result/result_fixture.ts";
import { FUNCTION_COLUMNS } from "../harness/measurement.ts";
import { withColumns, withFindings, withRunbook } from "./columns.ts";
import { columnsWithoutFunctions, commands, excerpt, labels, section } from "./document.ts";

const README = Deno.readTextFileSync("README.md");

/** The first word in code of each item of a section's lists. */
function items(text: string): string[] {
  return [...text.matchAll(/^- `([^`]+)`/gm)].map(([, word]) => word!);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}

/** The first cells of a section's table, without its head. */
function firstCells(text: string): string[] {
  return [...text.matchAll(/^\| `?([^` |]+)`? /gm)].map(([, cell]) => cell!)
    .filter((cell) => !/^(-+|code|path)$/.test(cell));
}

async function help(...args: string[]): Promise<string> {
  let text = "";
  const code = await main([...args, "--help"], { stdout: (more) => text += more, stderr: () => {} });
  assert.equal(code, EXIT.done);
  return text;
}

Deno.test("the README's table of columns is the program's; `deno task readme` renews it", () => {
  assert.equal(withColumns(README), README);
  for (const { name } of COLUMNS) {
    assert.match(README, new RegExp(`^${name} +(int|hex|id|bool|enum|text) `, "m"));
  }
});

Deno.test("the README's runbook is the program's default; `deno task readme` renews it", () => {
  assert.equal(withRunbook(README, Deno.readTextFileSync("runbook/protocol/default.toml")), README);
});

Deno.test("the README quotes what the simulation found; `deno task readme` renews it", () => {
  assert.equal(withFindings(README, Deno.readTextFileSync("docs/validation.md")), README);
});

Deno.test("the README explains each verdict and each question, and no others", () => {
  const explained = items(section(README, "How to read the verdicts"));
  assert.deepEqual(explained, [...QUESTIONS, ...VERDICTS]);
});

Deno.test("the README explains each tier, and names the columns that only functions fill", () => {
  assert.deepEqual(items(section(README, "What each tier can see")), [...TIERS]);
  const named = columnsWithoutFunctions(README);
  const known: readonly string[] = COLUMNS.map(({ name }) => name);
  assert.deepEqual(named.filter((name) => !known.includes(name)), []);
  assert.deepEqual(FUNCTION_COLUMNS.filter((name) => !named.includes(name)), []);
});

Deno.test("the README lists each exit code", () => {
  assert.deepEqual(firstCells(section(README, "Exit codes")), Object.values(EXIT).map(String));
});

Deno.test("the README names each package that set-up installs, and why", () => {
  const text = section(README, "How to build");
  assert.deepEqual(items(text), PACKAGES.map(({ name }) => name));
  for (const { name, why } of PACKAGES) assert.ok(oneLine(text).includes(`- \`${name}\`: ${why}`), name);
});

Deno.test("the README's map has each folder of the project, and nothing that is not there", () => {
  const listed = firstCells(section(README, "Where things are"));
  for (const path of listed) assert.equal(Deno.statSync(path).isDirectory, path.endsWith("/"), path);
  const made = ["dist", "node_modules"];
  const folders = [...Deno.readDirSync(".")]
    .filter(({ name, isDirectory }) => isDirectory && !name.startsWith(".") && !made.includes(name))
    .map(({ name }) => `${name}/`);
  assert.deepEqual(folders.filter((folder) => !listed.includes(folder)), []);
});

Deno.test("each option in the README is one of the program's", async () => {
  const known = (await Promise.all([help(), ...Object.keys(ROUTES).map((name) => help(name))])).join("");
  const options = new Set(README.replaceAll(/<!--|-->/g, "").match(/(?<![\w-])--[a-z][a-z-]*/g));
  assert.ok(options.size > 5);
  for (const option of options) assert.match(known, new RegExp(`${option}\\b`), option);
});

Deno.test("the README's tasks are in deno.json, their Deno is this one, and CI runs the second command", () => {
  const tasks = commands(README).filter((command) => command.startsWith("npx "));
  for (const command of tasks) {
    const task = command.replace(`npx -y deno@${Deno.version.deno} task `, "");
    assert.ok(task in project.tasks, command);
  }
  assert.equal(tasks[1], `npx -y deno@${Deno.version.deno} task test`);
  assert.ok(Deno.readTextFileSync(".ci/run").trimEnd().endsWith(`&& exec ${tasks[1]}`));
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
  for (const line of excerpt(README, "probe run").trimEnd().split("\n")) assert.match(line, /^ {2,}\S/);
});

Deno.test("no line of the README is wider than 110 columns, and none names a host or a home", () => {
  for (const line of README.split("\n")) assert.ok(line.length <= 110, line);
  assert.doesNotMatch(README, /https?:|\/root\b|\/home\b|\/work\b|\/tmp\b/);
});
