import assert from "node:assert/strict";
import { type Chunks, expressionOf, inThreeParts, reachedFrom } from "../../../build/parts/program.ts";
import { projectSources } from "./project_files.ts";

/** As the bundler writes them: one chunk that begins, one that it always needs, one that it loads when called. */
const CHUNKS: Chunks = new Map([
  [
    "entry.js",
    `import {\n  all,\n  greet as greet2\n} from "./chunk-A.js";\nimport "./chunk-B.js";\n\n// entry.ts\n` +
    `var { later } = await import("./later-C.js");\nconsole.log(greet2("ä"), all(), later);\n`,
  ],
  [
    "chunk-A.js",
    `import {\n  seen\n} from "./chunk-B.js";\n\n// a.ts\nvar text = \`\nimport {\n  x\n} from "./none.js";\n\`;\n` +
    `function greet(name) {\n  return name + text.length;\n}\nvar all = () => seen.join();\nseen.push("a");\n\n` +
    `export {\n  greet,\n  all\n};\n`,
  ],
  ["chunk-B.js", `// b.ts\nvar seen = ["b"];\n\nexport {\n  seen\n};\n`],
  ["later-C.js", `export {\n  later_default as later\n};\nvar later_default = "later";\n`],
]);

Deno.test("chunks are evaluated in the order of their imports, each once, those loaded later when they are asked for", async () => {
  const said: unknown[][] = [];
  const loaded = new Map<string, Promise<unknown>>();
  const load = (name: string): Promise<unknown> => {
    if (!loaded.has(name)) loaded.set(name, (0, eval)(expressionOf(name, CHUNKS.get(name)!))(load));
    return loaded.get(name)!;
  };
  const { log } = console;
  console.log = (...words) => said.push(words);
  try {
    await load("entry.js");
  } finally {
    console.log = log;
  }
  assert.deepEqual(said, [["ä34", "b,a", "later"]]);
  assert.deepEqual([...loaded.keys()], ["chunk-B.js", "chunk-A.js", "entry.js", "later-C.js"]);
});

Deno.test("a chunk that no text can be is refused when the program is built", () => {
  for (
    const chunk of ["export default 1;\n", "console.log(import.meta.url);\n", `export * from "./a.js";\n`]
  ) {
    assert.throws(() => expressionOf("x.js", chunk), /^Error: x\.js is not written as/);
  }
});

Deno.test("the chunks of a packed program stand where its module looks for them", () => {
  const more: Chunks = new Map([...CHUNKS, ["more-D.js", "export {\n  more\n};\nvar more = 1;\n"]]);
  const { module, chunks } = inThreeParts(more, reachedFrom(["more-D.js"], more));
  const own: Record<string, string> = JSON.parse(/^const own = (.*);$/m.exec(module)![1]!);
  // What the beginning imports is needed by every call.
  const begin = ["entry.js", "chunk-A.js", "chunk-B.js"];
  assert.deepEqual(own, Object.fromEntries(begin.map((name) => [name, expressionOf(name, more.get(name)!)])));
  const places: Record<string, [0 | 1, number, number]> = JSON.parse(
    /^const places = (.*);$/m.exec(module)![1]!,
  );
  assert.deepEqual(Object.keys(places), ["later-C.js", "more-D.js"]);
  // What few calls need stands apart.
  assert.deepEqual(Object.values(places).map(([part]) => part), [1, 0]);
  for (const [name, [part, offset, size]] of Object.entries(places)) {
    assert.equal(
      new TextDecoder().decode(chunks[part].subarray(offset, offset + size)),
      expressionOf(name, more.get(name)!),
    );
  }
  // Those of most calls are also one expression, for V8's code cache.
  const near: Record<string, unknown> = (0, eval)(new TextDecoder().decode(chunks[0]));
  assert.deepEqual(Object.keys(near), ["more-D.js"]);
});

Deno.test("a chunk imports the runtime's modules through the program's own module, which V8's code cache has not", async () => {
  const expression = expressionOf("x.js", `var { sep } = await import("node:path");\nexport {\n  sep\n};\n`);
  const imported: string[] = [];
  const chunk = (0, eval)(expression)(null, (name: string) => {
    imported.push(name);
    return Promise.resolve({ sep: "|" });
  });
  assert.deepEqual([await chunk, imported], [{ sep: "|" }, ["node:path"]]);
});

Deno.test("no module exports a variable that it sets later: other chunks have its value, not the variable", () => {
  for (const [path, text] of projectSources()) assert.doesNotMatch(text, /^export (let|var)\b/m, path);
});
