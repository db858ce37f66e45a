/** Every link and every path in the documents leads to something that exists. */

import assert from "node:assert/strict";
import { dirname, join } from "node:path/posix";
import { allDocuments, prose } from "./document.ts";

const ROOT = "README.md";

/** Targets of a document's links: paths from the project's root, each with its anchor or "". */
function links(path: string): (readonly [target: string, anchor: string])[] {
  return [...prose(Deno.readTextFileSync(path)).matchAll(/\]\(([^)#\s]*)(?:#([^)\s]*))?\)/g)]
    .map(([, target = "", anchor = ""]) =>
      [target === "" ? path : join(dirname(path), target), anchor] as const
    );
}

/** Anchors as the common renderers make them: lower case, spaces as hyphens, other signs left out. */
function anchors(path: string): string[] {
  return [...prose(Deno.readTextFileSync(path)).matchAll(/^#+ (.*)$/gm)]
    .map(([, title]) => title!.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-"));
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

for (const path of allDocuments()) {
  Deno.test(`each link of ${path} has its target, and its heading there`, () => {
    for (const [target, anchor] of links(path)) {
      assert.ok(exists(target), target);
      if (anchor !== "") assert.ok(anchors(target).includes(anchor), `${target}#${anchor}`);
    }
  });
}

Deno.test("each document is reached by links from the README", () => {
  const reached = new Set([ROOT]);
  for (const path of reached) {
    if (path.endsWith(".md")) { for (const [target] of links(path)) reached.add(target); }
  }
  assert.deepEqual(allDocuments().filter((path) => !reached.has(path)), []);
});

/** Created by the build and by commands, or named by the reader. */
const NOT_HERE = /^(dist|build\/out|results)\/|NAME/;

Deno.test("each path in code of the documents exists", () => {
  const folders = [...Deno.readDirSync(".")].filter(({ isDirectory }) => isDirectory).map(({ name }) => name);
  let seen = 0;
  for (const document of allDocuments()) {
    for (const [, code] of prose(Deno.readTextFileSync(document)).matchAll(/`([\w.-]+\/[\w./-]*)`/g)) {
      if (!folders.includes(code!.split("/")[0]!) || NOT_HERE.test(code!)) continue;
      seen++;
      assert.ok(exists(code!), `${document}: ${code}`);
    }
  }
  assert.ok(seen > 5);
});
