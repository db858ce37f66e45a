import assert from "node:assert/strict";
import { projectSources } from "./project_files.ts";

/** Engines and tools of hundreds of megabytes, or of other licences: never part of the executable. */
const FOR_TESTS = [
  "@action-validator/core",
  "@chdb/lib-linux-x64-gnu",
  "@duckdb/node-api",
  "fast-check",
  "kubernetes-models",
  "speedscope",
];

Deno.test("packages that are for tests are imported by tests and benchmarks alone", () => {
  const importers = new Map(FOR_TESTS.map((name) => [name, [] as string[]]));
  for (const [path, text] of projectSources()) {
    for (const [name, found] of importers) {
      if (new RegExp(`(from|import\\(?|require\\() *"(npm:)?${name}["@/]`).test(text)) found.push(path);
    }
  }
  for (const [name, found] of importers) {
    assert.ok(
      found.length > 0 || ["speedscope", "@action-validator/core"].includes(name),
      `${name}: who needs it?`,
    );
    assert.deepEqual(found.filter((path) => !/^(tests|bench)\//.test(path)), [], name);
  }
});
