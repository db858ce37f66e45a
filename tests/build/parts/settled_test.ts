import assert from "node:assert/strict";
import type { Chunks } from "../../../build/parts/program.ts";
import { settled } from "../../../build/parts/settled.ts";

/** Two chunks that import each other and an entry, as a bundler names them by `hash`. */
function chunks(hash: string, cache: string, value = 1): Chunks {
  const [run, chunk] = [`run-${hash}0000000.js`, `chunk-${hash}1111111.js`];
  return new Map([
    ["entry.js", `// build/parts/entry.ts\nawait import("./${run}");\n`],
    [run, `import { a } from "./${chunk}";\n// ${cache}/npm/x.js\nexport { a };\n`],
    [chunk, `import "./${run}";\nconst a = ${value}; // ../stays\nexport { a };\n`],
  ]);
}

Deno.test("chunks are the same wherever the bundler found its files", () => {
  const found = settled(chunks("A", "../../home/one/.cache"));
  assert.deepEqual([...settled(chunks("B", "../cache"))], [...found]);
  const names = [...found.keys()];
  assert.match(names.join(), /^chunk-[0-9A-F]{8}\.js,entry\.js,run-[0-9A-F]{8}\.js$/);
  assert.equal(found.get("entry.js"), `// build/parts/entry.ts\nawait import("./${names[2]}");\n`);
  assert.equal(found.get(names[2]!), `import { a } from "./${names[0]}";\nexport { a };\n`);
  assert.match(found.get(names[0]!)!, /\.\.\/stays/);
});

Deno.test("a chunk has another name when what it imports is different", () => {
  const [one, two] = [settled(chunks("A", "..")), settled(chunks("A", "..", 2))];
  for (const name of one.keys()) assert.equal(two.has(name), name === "entry.js", name);
});

Deno.test("two chunks that cannot be told apart are refused", () => {
  const same: Chunks = new Map([["chunk-AAAAAAAA.js", "1;\n"], ["chunk-BBBBBBBB.js", "1;\n"]]);
  assert.throws(() => settled(same), /two of the bundler's chunks are the same/);
});
