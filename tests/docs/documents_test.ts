/** README.md, CONTRIBUTING.md and docs/ match the program, its tables and its tasks. */

import assert from "node:assert/strict";
import { QUESTIONS } from "../../analysis/compare/questions.ts";
import { VERDICTS } from "../../analysis/compare/verdict.ts";
import { EXIT } from "../../analysis/failure.ts";
import { COLUMNS } from "../../analysis/result/columns.ts";
import { TIERS } from "../../analysis/result/meta.ts";
import { ROOMS } from "../../build/parts/import_direction.ts";
import { packages, PACKAGING_PACKAGES, TEST_PACKAGES } from "../../build/tasks/setup.ts";
import { NAMES } from "../../commands/line/table.ts";
import project from "../../deno.json" with { type: "json" };
import { main } from "../../main.ts";
import { allDocuments, commands, firstCells, items, section, USER_DOCUMENTS } from "./document.ts";
import { WRITTEN } from "./written.ts";

const NPX = `npx -y deno@${Deno.version.deno} task `;

const read = (path: string) => Deno.readTextFileSync(path);

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}

async function help(...args: string[]): Promise<string> {
  let text = "";
  const code = await main([...args, "--help"], { stdout: (more) => text += more, stderr: () => {} });
  assert.equal(code, EXIT.done);
  return text;
}

for (const [path, renewed] of WRITTEN) {
  Deno.test(`${path} has what the program has; \`deno task readme\` renews it`, () => {
    assert.equal(renewed(read(path)), read(path));
  });
}

Deno.test("the table of columns has each column", () => {
  for (const { name } of COLUMNS) {
    assert.match(
      read("docs/result-file.md"),
      new RegExp(`^${name} +(int|hex|id|stack|bool|enum|text) `, "m"),
    );
  }
});

Deno.test("docs/verdicts.md explains each question and each verdict, and no others", () => {
  assert.deepEqual(items(section(read("docs/verdicts.md"), "Questions")), QUESTIONS.map(({ name }) => name));
  assert.deepEqual(items(section(read("docs/verdicts.md"), "Verdicts")), [...VERDICTS]);
});

Deno.test("docs/tiers.md explains each tier", () => {
  assert.deepEqual(items(read("docs/tiers.md")), [...TIERS]);
});

Deno.test("docs/usage.md lists each exit code", () => {
  const codes = firstCells(section(read("docs/usage.md"), "Exit codes"));
  assert.deepEqual(codes, Object.values(EXIT).map(String));
});

Deno.test("CONTRIBUTING.md names each package that set-up installs, and why", () => {
  const text = section(read("CONTRIBUTING.md"), "Set-up");
  assert.deepEqual(items(text), [...packages(), ...TEST_PACKAGES].map(({ name }) => name));
  for (const { name, why } of packages()) assert.ok(oneLine(text).includes(`- \`${name}\`: ${why}`), name);
  for (const { name, why } of [...TEST_PACKAGES, ...PACKAGING_PACKAGES]) {
    assert.ok(oneLine(text).includes(`\`${name}\`, which ${why}`), name);
  }
});

Deno.test("docs/architecture.md has each folder of the project, and nothing that does not exist", () => {
  const listed = firstCells(section(read("docs/architecture.md"), "Where things are"));
  for (const path of listed) assert.equal(Deno.statSync(path).isDirectory, path.endsWith("/"), path);
  const made = ["dist", "node_modules"];
  const folders = [...Deno.readDirSync(".")]
    .filter(({ name, isDirectory }) => isDirectory && !name.startsWith(".") && !made.includes(name))
    .map(({ name }) => `${name}/`);
  assert.deepEqual(folders.filter((folder) => !listed.includes(folder)), []);
});

Deno.test("docs/architecture.md has each room of the table of imports, and no others", () => {
  const rooms = section(read("docs/architecture.md"), "Rooms");
  const named = [...rooms.matchAll(/`([^`]+)`/g)].map(([, code]) => code);
  for (const room of ROOMS) assert.ok(named.includes(room), room);
  for (const room of firstCells(rooms)) assert.ok(ROOMS.has(room), room);
});

Deno.test("each option in the documents is one of the program's", async () => {
  const known = (await Promise.all([help(), ...NAMES.map((name) => help(name))])).join("");
  const text = USER_DOCUMENTS.map(read).join("").replaceAll(/<!--|-->/g, "");
  const options = new Set(text.match(/(?<![\w-])--[a-z][a-z-]*/g));
  assert.ok(options.size > 15);
  for (const option of options) assert.match(known, new RegExp(`${option}\\b`), option);
});

Deno.test("the documents' tasks are in deno.json, and their Deno is this one", () => {
  const called = allDocuments().flatMap((path) => commands(read(path))).filter((line) =>
    line.startsWith("npx ")
  );
  assert.ok(called.length > 3);
  for (const command of called) assert.ok(command.replace(NPX, "") in project.tasks, command);
});

Deno.test("no line of the documents is wider than 110 columns, and none names a host or a home", () => {
  for (const path of allDocuments()) {
    const text = read(path);
    for (const line of text.split("\n")) assert.ok(line.length <= 110, `${path}: ${line}`);
    assert.doesNotMatch(text, /https?:|\/root\b|\/home\b|\/work\b|\/tmp\b/, path);
  }
});
