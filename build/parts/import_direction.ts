/**
 * The rules of the layout that can be checked in the text: who may import whom, what is pure, what is too
 * long.
 */

import { dirname, join } from "node:path/posix";

/**
 * The rooms (and root files) that the files of each room may import, besides their own. A room is one folder
 * without the folders in it. Tests and benchmarks may import everything. docs/architecture.md draws it.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "analysis": [],
  "analysis/units": ["analysis"],
  "analysis/stats": [],
  "analysis/result": ["analysis", "analysis/result/columns"],
  "analysis/result/columns": [],
  "analysis/sample": ["analysis", "analysis/result", "analysis/stats"],
  "analysis/mechanisms": ["analysis", "analysis/result", "analysis/sample", "analysis/stats"],
  "analysis/tails": ["analysis/result", "analysis/sample", "analysis/stats"],
  "analysis/parts": ["analysis", "analysis/result", "analysis/sample", "analysis/stats"],
  "analysis/compare": [
    "analysis",
    "analysis/mechanisms",
    "analysis/parts",
    "analysis/result",
    "analysis/sample",
    "analysis/stats",
    "analysis/tails",
    "analysis/units",
  ],
  "analysis/asked": [
    "analysis",
    "analysis/compare",
    "analysis/result",
    "analysis/sample",
    "analysis/show",
    "analysis/stats",
    "analysis/units",
  ],
  "analysis/pool": ["analysis", "analysis/compare", "analysis/result", "analysis/sample", "analysis/stats"],
  "analysis/show": ["analysis/parts", "analysis/result", "analysis/sample", "analysis/stats"],
  "analysis/power": [
    "analysis/compare",
    "analysis/result",
    "analysis/sample",
    "analysis/show",
    "analysis/stats",
    "analysis/units",
  ],
  "analysis/export": ["analysis/result", "analysis/show"],
  "analysis/parquet": ["analysis", "analysis/result"],
  "analysis/print": [
    "analysis/compare",
    "analysis/result",
    "analysis/sample",
    "analysis/show",
    "analysis/units",
  ],
  "analysis/print/layout": ["analysis/print", "analysis/result", "analysis/sample"],
  "analysis/print/keys": ["analysis/compare", "analysis/mechanisms", "analysis/print", "analysis/sample"],
  "analysis/print/parts": [
    "analysis",
    "analysis/parts",
    "analysis/print",
    "analysis/print/layout",
    "analysis/result",
    "analysis/sample",
    "analysis/units",
  ],
  "analysis/print/compare": [
    "analysis",
    "analysis/compare",
    "analysis/mechanisms",
    "analysis/print",
    "analysis/print/keys",
    "analysis/print/layout",
    "analysis/print/parts",
    "analysis/result",
    "analysis/sample",
    "analysis/tails",
  ],
  "analysis/print/show": [
    "analysis/compare",
    "analysis/print",
    "analysis/print/layout",
    "analysis/print/parts",
    "analysis/result",
    "analysis/sample",
    "analysis/show",
  ],
  "analysis/print/power": [
    "analysis/compare",
    "analysis/power",
    "analysis/print",
    "analysis/print/layout",
    "analysis/sample",
  ],
  "analysis/report": [
    "analysis/compare",
    "analysis/print/compare",
    "analysis/report/html",
    "analysis/report/sections",
  ],
  "analysis/report/sections": [
    "analysis/compare",
    "analysis/parts",
    "analysis/print",
    "analysis/print/compare",
    "analysis/print/parts",
    "analysis/print/show",
    "analysis/report/html",
    "analysis/report/plots",
    "analysis/result",
    "analysis/sample",
    "analysis/show",
    "analysis/stats",
    "analysis/tails",
    "analysis/units",
  ],
  "analysis/report/plots": [
    "analysis/compare",
    "analysis/print",
    "analysis/report/html",
    "analysis/sample",
    "analysis/show",
    "analysis/stats",
    "analysis/units",
  ],
  "analysis/report/html": [
    "analysis/compare",
    "analysis/print",
    "analysis/result",
    "analysis/sample",
    "analysis/show",
  ],
  "system": [],
  "ffi": ["build/out", "system"],
  "runbook/protocol": [
    "analysis",
    "analysis/compare",
    "analysis/result",
    "analysis/stats",
    "analysis/units",
    "ffi",
    "runbook/machine",
  ],
  "runbook/machine": ["analysis", "analysis/result", "ffi", "system"],
  "runbook/probes": ["analysis", "analysis/result", "ffi", "runbook/machine", "system"],
  "runbook/row": ["analysis/result", "ffi", "runbook/probes", "runbook/protocol"],
  "runbook/files": [
    "analysis",
    "analysis/parquet",
    "analysis/print",
    "analysis/print/layout",
    "analysis/print/show",
    "analysis/result",
    "analysis/sample",
    "analysis/stats",
    "analysis/units",
    "ffi",
    "runbook/machine",
    "runbook/row",
    "system",
  ],
  "runbook/slow": [
    "analysis",
    "analysis/export",
    "analysis/print",
    "analysis/result",
    "analysis/stats",
    "analysis/units",
    "ffi",
    "runbook/files",
    "runbook/row",
  ],
  "runbook/run": [
    "analysis",
    "analysis/print",
    "analysis/result",
    "analysis/stats",
    "ffi",
    "runbook/files",
    "runbook/machine",
    "runbook/probes",
    "runbook/protocol",
    "runbook/row",
    "runbook/slow",
    "system",
    "deno.json",
  ],
  "runbook/doctor": [
    "analysis",
    "analysis/print",
    "analysis/print/layout",
    "analysis/result",
    "ffi",
    "runbook/machine",
    "runbook/probes",
    "system",
  ],
  "guest/image": ["analysis", "guest/qemu", "system"],
  "guest/qemu": ["analysis", "runbook/machine", "system"],
  "guest/vm": [
    "analysis",
    "build/out",
    "guest/image",
    "guest/qemu",
    "runbook/machine",
    "runbook/protocol",
  ],
  "build/process": [],
  "build/debian": ["build/parts", "build/process", "guest/qemu"],
  "build/parts": ["build/process", "guest/image", "guest/qemu", "main.ts", "system"],
  "build/tasks": [
    "build/debian",
    "build/parts",
    "build/process",
    "guest/image",
    "guest/qemu",
    "guest/vm",
  ],
  "commands": [
    "analysis",
    "analysis/asked",
    "analysis/compare",
    "analysis/export",
    "analysis/parquet",
    "analysis/pool",
    "analysis/power",
    "analysis/print",
    "analysis/print/compare",
    "analysis/print/layout",
    "analysis/print/power",
    "analysis/print/show",
    "analysis/report",
    "analysis/report/sections",
    "analysis/result",
    "analysis/sample",
    "analysis/show",
    "analysis/units",
    "build/out",
    "commands/files",
    "deno.json",
    "ffi",
    "guest/vm",
    "runbook/doctor",
    "runbook/files",
    "runbook/machine",
    "runbook/probes",
    "runbook/protocol",
    "runbook/run",
    "runbook/slow",
    "system",
  ],
  "commands/files": [
    "analysis",
    "analysis/pool",
    "analysis/print/compare",
    "analysis/result",
    "analysis/sample",
    "analysis/units",
    "runbook/files",
    "runbook/machine",
  ],
  "commands/line": [
    "analysis",
    "analysis/asked",
    "analysis/compare",
    "analysis/export",
    "analysis/print",
    "analysis/print/layout",
    "analysis/result",
    "analysis/sample",
    "analysis/units",
    "commands",
    "commands/files",
    "runbook/protocol",
    "runbook/slow",
  ],
  "main.ts": ["analysis", "analysis/print", "commands", "commands/line", "system"],
};

/** What a folder's name or a file's own path forbids. */
const FREE = ["tests", "bench"];
const LONGEST = 400;
/** With more source files in one folder, single files are hard to find. */
const MOST_FILES = 20;
/** Exempt: one file per method, named as in textbooks. It works as an index. */
const MAY_BE_CROWDED = ["analysis/stats", "tests/analysis/stats"];

/** Files made by the build, and root files that may be imported, are rooms of their own. */
export const ROOMS: ReadonlySet<string> = new Set([
  ...Object.keys(MAY_IMPORT),
  ...Object.values(MAY_IMPORT).flat(),
]);

const IMPORT = /\b(?:from|import)\s*\(?\s*["']([^"']+)["']/g;

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*.*?\*\/|(?<=^|\s)\/\/[^\n]*/gs, "");
}

function belongsTo(path: string, places: readonly string[]): boolean {
  return places.some((place) => path === place || path.startsWith(`${place}/`));
}

/** The file's folder, or a root file itself; undefined when the layout has no such room. */
function roomOf(path: string): string | undefined {
  return [path, dirname(path)].find((place) => ROOMS.has(place));
}

/** What a file imports, as paths from the project's root; only relative imports count. */
function importsOf(path: string, code: string): string[] {
  return [...code.matchAll(IMPORT)].map(([, specifier = ""]) => specifier)
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => join(dirname(path), specifier));
}

function importViolations(path: string, code: string): string[] {
  const home = roomOf(path);
  const allowed = home === undefined ? undefined : MAY_IMPORT[home];
  if (home === undefined || allowed === undefined) return [`${path}: belongs to no room of the layout`];
  const found = importsOf(path, code).flatMap((target) => {
    const room = roomOf(target);
    return room === home || allowed.includes(room ?? "")
      ? []
      : [`${path}: ${home} must not import ${target}`];
  });
  if (!belongsTo(path, ["analysis"])) return found;
  for (const [, specifier = ""] of code.matchAll(IMPORT)) {
    if (specifier.startsWith("node:")) {
      found.push(`${path}: analysis is pure and must not import ${specifier}`);
    }
  }
  return found;
}

/** @returns the members of a circle, each leading to the next; null without a circle */
function circleOf(arrows: ReadonlyMap<string, readonly string[]>): string[] | null {
  const done = new Set<string>();
  const follow = (place: string, way: readonly string[]): string[] | null => {
    const seen = way.indexOf(place);
    if (seen >= 0) return [...way.slice(seen), place];
    if (done.has(place)) return null;
    for (const next of arrows.get(place) ?? []) {
      const circle = follow(next, [...way, place]);
      if (circle !== null) return circle;
    }
    done.add(place);
    return null;
  };
  for (const place of arrows.keys()) {
    const circle = follow(place, []);
    if (circle !== null) return circle;
  }
  return null;
}

/** Type imports count too: a file that needs a type of another file depends on that file. */
function circles(files: ReadonlyMap<string, string>): string[] {
  const between = new Map([...files].map(([path, text]) => [path, importsOf(path, withoutComments(text))]));
  const circle = circleOf(between);
  const ofRooms = circleOf(new Map(Object.entries(MAY_IMPORT)));
  return [
    ...circle === null ? [] : [`files import each other in a circle: ${circle.join(" -> ")}`],
    ...ofRooms === null ? [] : [`rooms may import each other in a circle: ${ofRooms.join(" -> ")}`],
  ];
}

function crowdedFolders(paths: Iterable<string>): string[] {
  const counts = new Map<string, number>();
  for (const path of paths) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
  return [...counts].filter(([folder, count]) => count > MOST_FILES && !MAY_BE_CROWDED.includes(folder))
    .map(([folder, count]) => `${folder}: ${count} source files side by side, at most ${MOST_FILES}`);
}

/**
 * @param files text of each file by its path from the project's root
 * @returns one line for each violation
 */
export function layoutViolations(files: ReadonlyMap<string, string>): string[] {
  const found: string[] = [...circles(files), ...crowdedFolders(files.keys())];
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
