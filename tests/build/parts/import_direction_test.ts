import assert from "node:assert/strict";
import { layoutViolations } from "../../../build/parts/import_direction.ts";
import { projectSources } from "./project_files.ts";

Deno.test("the project keeps to its layout: import direction, purity, length of files, names", () => {
  const files = projectSources();
  assert(
    files.has("main.ts") && files.has("analysis/result/columns.ts"),
    "the project's own files are among those checked",
  );
  assert.deepEqual(layoutViolations(files), []);
});

const WRONG: readonly (readonly [sentence: string, path: string, text: string])[] = [
  ["analysis importing ffi", "analysis/sample/a.ts", `import { x } from "../../ffi/record.ts";`],
  [
    "analysis importing runbook for its type",
    "analysis/sample/a.ts",
    `import type { X } from "../../runbook/run/loop.ts";`,
  ],
  ["analysis importing in a call", "analysis/stats/a.ts", `const m = await import("../../ffi/record.ts");`],
  ["analysis re-exporting", "analysis/units/a.ts", `export * from "../../guest/vm/boot.ts";`],
  [
    "analysis importing over several lines",
    "analysis/show/a.ts",
    `import {\n  x,\n} from "../../ffi/record.ts";`,
  ],
  ["analysis importing for its effect", "analysis/a.ts", `import "../ffi/record.ts";`],
  ["analysis using Deno", "analysis/a.ts", `Deno.readTextFileSync("x");`],
  ["analysis using the machine through node", "analysis/a.ts", `import fs from "node:fs";`],
  ["a test of statistics knowing files", "analysis/stats/a.ts", `import { x } from "../result/file.ts";`],
  ["what is shown knowing how it is printed", "analysis/show/a.ts", `import { x } from "../print/b.ts";`],
  ["the protocol knowing the loop", "runbook/protocol/a.ts", `import { x } from "../run/loop.ts";`],
  ["ffi importing runbook", "ffi/a.ts", `import { x } from "../runbook/run/loop.ts";`],
  ["runbook importing guest", "runbook/run/a.ts", `import { x } from "../../guest/vm/boot.ts";`],
  ["runbook importing the shell", "runbook/run/a.ts", `import { main } from "../../main.ts";`],
  ["guest importing ffi", "guest/vm/a.ts", `import { x } from "../../ffi/record.ts";`],
  ["build importing analysis", "build/parts/a.ts", `import { x } from "../../analysis/failure.ts";`],
  ["the shell importing ffi", "main.ts", `import { x } from "./ffi/record.ts";`],
  ["a folder that the layout does not have", "lib/a.ts", ""],
  ["a folder inside a room that the layout does not have", "analysis/stats/more/a.ts", ""],
  ["a file of more than 400 lines", "ffi/a.ts", "\n".repeat(401)],
  ["a C file of more than 400 lines", "bpf/a.c", "\n".repeat(401)],
  ["a folder of utilities", "tests/utils/a.ts", ""],
  ["a file of types", "runbook/run/types.ts", ""],
];

for (const [sentence, path, text] of WRONG) {
  Deno.test(`the layout's check refuses ${sentence}`, () => {
    assert.equal(layoutViolations(new Map([[path, text]])).length, 1);
  });
}

Deno.test("the layout's check refuses files that import each other, types too", () => {
  const files = new Map([
    ["ffi/a.ts", `import { x } from "./b.ts";`],
    ["ffi/b.ts", `import type { X } from "./c.ts";`],
    ["ffi/c.ts", `await import("./a.ts");`],
  ]);
  assert.deepEqual(layoutViolations(files), [
    "files import each other in a circle: ffi/a.ts -> ffi/b.ts -> ffi/c.ts -> ffi/a.ts",
  ]);
});

Deno.test("the layout's check refuses more than 20 source files side by side", () => {
  const files = (count: number, folder: string) =>
    new Map(Array.from({ length: count }, (_, i) => [`${folder}/a${i}.ts`, ""]));
  assert.deepEqual(layoutViolations(files(20, "ffi")), []);
  assert.deepEqual(layoutViolations(files(21, "ffi")), ["ffi: 21 source files side by side, at most 20"]);
  assert.deepEqual(layoutViolations(files(21, "analysis/stats")), []);
});

const RIGHT: readonly (readonly [sentence: string, path: string, text: string])[] = [
  [
    "runbook importing ffi and analysis",
    "runbook/run/a.ts",
    `import "../../ffi/b.ts";\nimport "../../analysis/result/c.ts";`,
  ],
  [
    "a wrong import in a comment",
    "analysis/units/a.ts",
    `/** import "../../ffi/b.ts"; Deno.exit() */\n// Deno.exit()`,
  ],
  ["a long generated file", "ffi/layout.generated.ts", "\n".repeat(401)],
  ["tests importing everything", "tests/a_test.ts", `import "../ffi/b.ts"; Deno.exit();`],
];

for (const [sentence, path, text] of RIGHT) {
  Deno.test(`the layout's check lets pass ${sentence}`, () => {
    assert.deepEqual(layoutViolations(new Map([[path, text]])), []);
  });
}
