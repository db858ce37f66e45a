/**
 * The program uses what a file exports: a test of a function that only tests call proves nothing about the
 * program.
 */

import assert from "node:assert/strict";
import { dirname, join } from "node:path/posix";
import { projectSources } from "./project_files.ts";

/** Exports for tests, with the reason. */
const FOR_TESTS: Readonly<Record<string, string>> = {
  "build/parts/import_direction.ts layoutViolations": "the layout's rules are a test of the project",
  "analysis/host/host_events.ts parseHostEvents": "what is written is proven by reading it",
};

const EXPORT = /^export (?:async )?(?:abstract )?(?:function\*?|const|class) (\w+)/gm;
const NAMED = /\b(?:import|export)\s+(?:type\s+)?\{([^{}]*)\}\s*from\s*"(\.[^"]+)"/g;
const LOADED = /\{([^{}]*)\}\s*=\s*await import\(\s*"(\.[^"]+)",?\s*\)/g;
const WHOLE = /\bimport\s*\(\s*"(\.[^"]+)"|\bimport \* as \w+ from "(\.[^"]+)"/g;

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*.*?\*\/|(?<=^|\s)\/\/[^\n]*/gs, "");
}

/** `path name` of what a file imports by name, and the paths of modules that it loads as a whole. */
function importsOf(path: string, code: string): { names: string[]; whole: string[] } {
  const at = (specifier: string) => join(dirname(path), specifier);
  const named = [...code.matchAll(NAMED), ...code.matchAll(LOADED)];
  const names = named.flatMap(([, list = "", specifier = ""]) =>
    list.split(",").map((item) => item.trim().replace(/^type /, "").split(/ as |:/)[0]!.trim())
      .map((name) => `${at(specifier)} ${name}`)
  );
  const loaded = new Set([...code.matchAll(LOADED)].map(([, , specifier = ""]) => at(specifier)));
  const whole = [...code.matchAll(WHOLE)].map(([, a, b]) => at(a ?? b ?? ""));
  return { names, whole: whole.filter((path) => !loaded.has(path)) };
}

/**
 * @param files text of each file by its path
 * @returns one line for each exported value that no file of the program imports and that its own file only
 *   uses for tests
 */
function idleExports(files: ReadonlyMap<string, string>): string[] {
  const code = new Map([...files].map(([path, text]) => [path, withoutComments(text)]));
  const [byProgram, byTests, whole] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const [path, text] of code) {
    const imports = importsOf(path, text);
    for (const name of imports.names) (path.startsWith("tests/") ? byTests : byProgram).add(name);
    for (const path of imports.whole) whole.add(path);
  }
  return [...code].flatMap(([path, text]) => {
    if (path.startsWith("tests/") || path.includes(".generated.") || whole.has(path)) return [];
    return [...text.matchAll(EXPORT)].flatMap(([, name = ""]) => {
      const key = `${path} ${name}`;
      if (byProgram.has(key) || Object.hasOwn(FOR_TESTS, key)) return [];
      const usesOwn = text.match(new RegExp(`\\b${name}\\b`, "g"))!.length > 1;
      if (!usesOwn) return [`${key}: only tests use it, or nobody: take it away`];
      return byTests.has(key) ? [] : [`${key}: only its own file uses it: do not export it`];
    });
  });
}

Deno.test("each exported value is imported by the program, or tested beside its own file's use of it", () => {
  const files = projectSources();
  for (const key of Object.keys(FOR_TESTS)) assert.ok(files.has(key.split(" ")[0]!), key);
  assert.deepEqual(idleExports(files), []);
});

const CALLER = ["ffi/b.ts", 'import { a } from "./a.ts";'] as const;
const TEST = ["tests/ffi/a_test.ts", 'import { type X, a } from "../../ffi/a.ts";'] as const;

for (
  const [what, others, text, found] of [
    ["imported", [CALLER], "export function a() {}", null],
    ["loaded", [["ffi/b.ts", 'const { a: b } = await import("./a.ts");']], "export const a = 1;", null],
    ["loaded as a whole", [["ffi/b.ts", 'run(await import("./a.ts"));']], "export class a {}", null],
    ["used in its file and tested", [TEST], "export const a = 1;\nrun(a);", null],
    ["used in its file alone", [], "export const a = 1;\nrun(a);", "do not export it"],
    ["tested alone", [TEST], "export async function a() {}\n// a()", "take it away"],
    [
      "imported from another file",
      [["ffi/b.ts", 'import { a } from "./c.ts";']],
      "export const a = 1;",
      "take it",
    ],
  ] as const
) {
  Deno.test(`the check of exports finds ${found ?? "nothing"} where a value is ${what}`, () => {
    const lines = idleExports(
      new Map([["ffi/a.ts", text], ...others as readonly (readonly [string, string])[]]),
    );
    assert.equal(lines.length, found === null ? 0 : 1, lines.join("; "));
    if (found !== null) assert.ok(lines[0]!.includes(found), lines[0]);
  });
}
