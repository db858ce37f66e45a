/** Comments only name files that exist. */

import assert from "node:assert/strict";
import { dirname, join } from "node:path/posix";
import { projectPaths, projectSources } from "./project_files.ts";

const COMMENT = /\/\*.*?\*\/|(?<=^|\s)\/\/[^\n]*/gs;

/**
 * A file by its ending, or a folder by the slash after it; not part of an address, a pattern or a `<name>`.
 */
const PATH =
  /(?<![\w/.:$*<>-])(?:[\w.-]+\/)*(?:[\w-]+(?:\.[\w-]+)*\.(?:ts|c|h|md|toml|sh)\b|(?<=\/)(?![\w*<{$]))/g;

/** Files that a build makes. */
const MADE: readonly string[] = ["build/out", "build/cache", "dist"];

/** Names without a folder that are not ours: a header of libbpf, and an example. */
const OTHERS: readonly string[] = ["bpf_tracing.h", "lab.toml"];

/** Their texts are about comments. */
const TESTS_OF_COMMENTS: readonly string[] = [
  "tests/build/parts/comment_paths_test.ts",
  "tests/build/parts/import_direction_test.ts",
];

/** Paths that comments may name. */
class Places {
  readonly #paths = new Set<string>();
  /** Names of files and folders, without the folders around them. */
  readonly #fileNames = new Set<string>();
  readonly #folderNames = new Set<string>();

  constructor(paths: Iterable<string>) {
    for (const path of paths) {
      this.#paths.add(path);
      const [name = "", ...folders] = path.split("/").reverse();
      this.#fileNames.add(name);
      for (const folder of folders) this.#folderNames.add(folder);
      for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) this.#paths.add(folder);
    }
  }

  /** Whether a comment in a file of that folder names one of these, or a file of another project. */
  has(named: string, folder: string): boolean {
    const path = named.replace(/\/$/, "");
    if (MADE.includes(path) || this.#paths.has(path) || this.#paths.has(join(folder, path))) return true;
    if (!named.includes("/")) return this.#fileNames.has(named) || OTHERS.includes(named);
    // Paths of other projects (kernel/sched/core.c) begin with a folder that this project does not have.
    return !named.startsWith(".") && !this.#folderNames.has(path.split("/")[0]!);
  }
}

/** @returns one line for each file or folder that a comment names but that does not exist */
function strayPaths(files: ReadonlyMap<string, string>, places: Places): string[] {
  return [...files].flatMap(([path, text]) =>
    [...text.matchAll(COMMENT)].flatMap(([comment]) =>
      [...comment.matchAll(PATH)].map(([named]) => named)
        .filter((named) => !places.has(named, dirname(path)))
        .map((named) => `${path}: its comment names ${named}`)
    )
  );
}

Deno.test("every file and folder that a comment names is there", () => {
  const sources = projectSources();
  for (const path of TESTS_OF_COMMENTS) assert.ok(sources.delete(path), path);
  assert.deepEqual(strayPaths(sources, new Places(projectPaths())), []);
});

const PLACES = new Places(["analysis/units/format_value.ts", "bpf/record.h", "docs/usage.md"]);

for (
  const [comment, stray] of [
    ["/** See analysis/units/format_value.ts, ./record.h, record.h and docs/usage.md. */", []],
    ["// kernel/sched/core.c says so, and the file's bpf/ too", []],
    ['const a = "analysis/gone.ts";', []],
    ["/* see analysis/gone.ts */", ["analysis/gone.ts"]],
    ["// see gone.h", ["gone.h"]],
    ["/*\n * in units/gone.ts,\n * and docs/gone/ beside it\n */", ["units/gone.ts", "docs/gone/"]],
    ["// ../analysis/gone.ts", ["../analysis/gone.ts"]],
  ] as const
) {
  Deno.test(`the check of comments finds ${stray.join(" and ") || "nothing"} in ${comment}`, () => {
    const found = strayPaths(new Map([["bpf/a.c", comment]]), PLACES);
    assert.deepEqual(found, stray.map((named) => `bpf/a.c: its comment names ${named}`));
  });
}
