/**
 * The rules of the layout that can be checked in the text: who may import whom (by the table of the rooms), what is
 * pure, what is too long.
 */

import { dirname, join } from "node:path/posix";
import { MAY_IMPORT } from "./rooms.ts";

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
