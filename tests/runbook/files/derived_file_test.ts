import assert from "node:assert/strict";
import { writeDerivedFile } from "../../../runbook/files/derived_file.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

async function inFolder(action: (folder: string) => Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    await action(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("a derived file is replaced with --force only, and by a whole one only", () =>
  inFolder(async (folder) => {
    const path = `${folder}/page.html`;
    await writeDerivedFile(path, true, (write) => write(bytes("first")));
    await assert.rejects(writeDerivedFile(path, false, (write) => write(bytes("second"))), {
      message:
        `cannot create ${path}: it exists already; choose another path with --out, or give --force to replace it`,
    });
    assert.equal(Deno.readTextFileSync(path), "first");
    const failing = writeDerivedFile(path, true, (write) => {
      write(bytes("half"));
      throw new Error("the input is refused");
    });
    await assert.rejects(failing, /the input is refused/);
    assert.equal(Deno.readTextFileSync(path), "first");
    await writeDerivedFile(path, true, (write) => write(bytes("second")));
    assert.equal(Deno.readTextFileSync(path), "second");
    assert.deepEqual(names(folder), ["page.html"]);
  }));

Deno.test("--force replaces no result file, whatever it is called and through whichever link", () =>
  inFolder(async (folder) => {
    for (const start of ["# probe-result 1\n", "\ufeff# probe-result 1\n", "# probe-result 9\nx"]) {
      Deno.writeTextFileSync(`${folder}/page.html`, start);
      Deno.symlinkSync("page.html", `${folder}/link`);
      for (const path of [`${folder}/page.html`, `${folder}/link`]) {
        await assert.rejects(writeDerivedFile(path, true, () => assert.fail("it was written")), {
          message:
            `cannot replace ${path}: it is a result file, which cannot be made again; choose another path with --out`,
        });
      }
      assert.deepEqual(Deno.readFileSync(`${folder}/page.html`), bytes(start));
      Deno.removeSync(`${folder}/link`);
    }
  }));

Deno.test("--force writes through a link, and replaces no folder", () =>
  inFolder(async (folder) => {
    Deno.writeTextFileSync(`${folder}/page.html`, "first");
    Deno.symlinkSync("page.html", `${folder}/link`);
    await writeDerivedFile(`${folder}/link`, true, (write) => write(bytes("second")));
    assert.equal(Deno.readTextFileSync(`${folder}/page.html`), "second");
    assert.ok(Deno.lstatSync(`${folder}/link`).isSymlink);
    await assert.rejects(writeDerivedFile(folder, true, () => {}), {
      message: `cannot replace ${folder}: it is not a regular file; choose another path with --out`,
    });
  }));
