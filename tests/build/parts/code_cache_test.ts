import assert from "node:assert/strict";
import { codeCacheOf, SHORT_CALL_FLAGS } from "../../../build/parts/code_cache.ts";
import { type Chunks, inThreeParts, reachedFrom } from "../../../build/parts/program.ts";
import { capture } from "../../../build/process/command.ts";

/** A program that says of a chunk whether it came from the code cache: only then it has the cache's file name. */
const CHUNKS: Chunks = new Map([
  ["entry.js", `var { where } = await import("./near-A.js");\nconsole.log(await where());\n`],
  [
    "near-A.js",
    `export {\n  where\n};\nvar where = async () => {\n  const { sep } = await import("node:path");\n` +
    `  return sep + /probe\\.js.near[^:,]*/.exec(new Error().stack)[0];\n};\n`,
  ],
]);
const PARTS = inThreeParts(CHUNKS, reachedFrom(["near-A.js"], CHUNKS));
const RUN = ["run", "--quiet", "--ext=js", "--no-config", "--unstable-raw-imports", "--allow-read"];

/** Runs the program with the code cache, as the launcher does. */
async function runWith(cache: Uint8Array, flags: readonly string[]) {
  const folder = await Deno.makeTempDir();
  try {
    const { module, chunks: [near, far] } = PARTS;
    for (const [number, part] of [new TextEncoder().encode(module), near, far, cache].entries()) {
      await Deno.writeFile(`${folder}/${number}`, part);
    }
    return await capture([Deno.execPath(), ...RUN, ...flags, `${folder}/0`]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("near chunks come from the code cache, or are evaluated one by one where there is none", async () => {
  const cache = await codeCacheOf(PARTS);
  assert.ok(cache.length > 0);
  const ended = (stdout: string) => ({ code: 0, stdout, stderr: "" });
  assert.deepEqual(await runWith(cache, [SHORT_CALL_FLAGS]), ended("/probe.js/near\n"));
  assert.deepEqual(await runWith(new Uint8Array(), []), ended("/probe.js/near-A.js\n"));
  // V8 refuses what other flags have made, and compiles the text.
  assert.deepEqual(await runWith(cache, []), ended("/probe.js/near\n"));
});

Deno.test("V8 takes the code cache with the flags of short calls, and only with them", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/text`, PARTS.chunks[0]);
    await Deno.writeFile(`${folder}/cache`, await codeCacheOf(PARTS));
    await Deno.writeTextFile(
      `${folder}/program.js`,
      `import { Script } from "node:vm";
const cachedData = Deno.readFileSync(new URL("cache", import.meta.url));
const text = Deno.readTextFileSync(new URL("text", import.meta.url));
console.log(new Script(text, { cachedData, filename: "probe.js/near" }).cachedDataRejected);
`,
    );
    const isRejected = async (...flags: string[]) =>
      (await capture([Deno.execPath(), ...RUN, ...flags, `${folder}/program.js`])).stdout;
    assert.equal(await isRejected(SHORT_CALL_FLAGS), "false\n");
    assert.equal(await isRejected(), "true\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
