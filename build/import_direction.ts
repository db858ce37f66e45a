/** The layout's rules, as text can be checked for them: who may import whom, what is pure, what is too long. */

import { dirname, join } from "node:path/posix";

/** Folders (and root files) that the files of each folder may import. Tests and benchmarks may import all. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "analysis": ["analysis"],
  "ffi": ["ffi", "build/out"],
  "runbook": ["runbook", "ffi", "analysis", "deno.json"],
  "guest": ["guest", "runbook", "analysis", "build/out"],
  "build": ["build", "ffi", "guest", "main.ts"],
  "commands": ["commands", "analysis", "runbook", "guest", "licenses.ts"],
  "main.ts": ["commands", "analysis", "deno.json"],
  "licenses.ts": ["analysis", "build/out"],
};

/** What the folder's name or the file's own path alone forbids. */
const FREE = ["tests", "bench"];
const LONGEST = 400;

const IMPORT = /\b(?:from|import)\s*\(?\s*["']([^"']+)["']/g;

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*.*?\*\/|(?<=^|\s)\/\/[^\n]*/gs, "");
}

function belongsTo(path: string, places: readonly string[]): boolean {
  return places.some((place) => path === place || path.startsWith(`${place}/`));
}

function importViolations(path: string, text: string): string[] {
  const home = Object.keys(MAY_IMPORT).find((place) => belongsTo(path, [place]));
  if (home === undefined) return [`${path}: belongs to no folder of the layout`];
  const allowed = MAY_IMPORT[home] ?? [];
  const found: string[] = [];
  for (const [, specifier = ""] of text.matchAll(IMPORT)) {
    if (specifier.startsWith(".")) {
      const target = join(dirname(path), specifier);
      if (!belongsTo(target, allowed)) found.push(`${path}: ${home} must not import ${target}`);
    } else if (home === "analysis" && specifier.startsWith("node:")) {
      found.push(`${path}: analysis is pure and must not import ${specifier}`);
    }
  }
  return found;
}

/**
 * @param files text of each file by its path from the project's root
 * @returns one line for each breach
 */
export function layoutViolations(files: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  for (const [path, text] of files) {
    const code = withoutComments(text);
    const lines = text.split("\n").length - 1;
    if (lines > LONGEST && !path.includes(".generated.")) {
      found.push(`${path}: ${lines} lines, at most ${LONGEST}`);
    }
    if (/(^|\/)(utils\/|utils?\.ts$|types\.ts$)/.test(path)) {
      found.push(`${path}: name it after what it does`);
    }
    if (!path.endsWith(".ts") || belongsTo(path, FREE)) continue;
    found.push(...importViolations(path, code));
    if (belongsTo(path, ["analysis"]) && /\bDeno\s*\./.test(code)) {
      found.push(`${path}: analysis must not use Deno`);
    }
  }
  return found;
}
