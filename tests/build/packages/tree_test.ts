import assert from "node:assert/strict";
import { archive, lay, type PackedFile, type Tree } from "../../../build/packages/tree.ts";

const EPOCH = 1_700_000_000;

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("files and folders have the date and the modes of the release, not this machine's", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/source`, "copied", { mode: 0o600 });
    const tree: Tree = new Map([
      ["a/b/text", { content: "text" }],
      ["a/bytes", { content: new Uint8Array([1, 2]) }],
      ["program", { content: { path: `${folder}/source` }, executable: true }],
    ]);
    await lay(tree, `${folder}/root`, EPOCH);
    for (
      const [path, mode] of Object.entries({
        "": 0o755,
        "a": 0o755,
        "a/b": 0o755,
        "a/b/text": 0o644,
        "a/bytes": 0o644,
        program: 0o755,
      })
    ) {
      const info = Deno.statSync(`${folder}/root/${path}`);
      assert.deepEqual([info.mode! & 0o7777, info.mtime!.getTime()], [mode, EPOCH * 1000], path);
    }
    assert.equal(Deno.readTextFileSync(`${folder}/root/program`), "copied");
  });
});

Deno.test("an archive does not depend on the order in which files were made, nor on when", async () => {
  await inFolder(async (folder) => {
    const files: [string, PackedFile][] = [["x", { content: "1" }], ["y/z", { content: "2" }]];
    await lay(new Map(files), `${folder}/one`, EPOCH);
    await lay(new Map(files.toReversed()), `${folder}/two`, EPOCH + 5);
    for (const name of ["one", "two"]) {
      await archive(`${folder}/${name}`, ["."], `${folder}/${name}.tar`, EPOCH);
    }
    assert.deepEqual(Deno.readFileSync(`${folder}/one.tar`), Deno.readFileSync(`${folder}/two.tar`));
  });
});
