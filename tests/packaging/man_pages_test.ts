/** The manual pages as mandoc and groff read them. */

import assert from "node:assert/strict";
import { MAN_PAGES, manPages } from "../../build/packages/man_pages.ts";
import { capture } from "../../build/process/command.ts";

/** In a folder of their own: mandoc looks there for the pages that they name. */
async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "probe-man-" });
  try {
    const pages = await manPages(new Date("2026-02-03T00:00:00Z"));
    for (const name of MAN_PAGES) await Deno.writeTextFile(`${folder}/${name}`, pages[name]);
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("mandoc finds nothing in the manual pages to warn of", async () => {
  await inFolder(async (cwd) => {
    const { code, stdout, stderr } = await capture(["mandoc", "-T", "lint", ...MAN_PAGES], { cwd });
    assert.deepEqual({ code, said: stdout + stderr }, { code: 0, said: "" });
    const page = await Deno.readTextFile(`${cwd}/probe.1`);
    await Deno.writeTextFile(`${cwd}/wrong.1`, page.replace(".Sh SYNOPSIS", ".Sh SYNOPSIS\n.Xx"));
    assert.match((await capture(["mandoc", "-T", "lint", "wrong.1"], { cwd })).stdout, /unknown macro/);
  });
});

Deno.test("what is read on the screen has options, code and braces as they are typed", async () => {
  await inFolder(async (cwd) => {
    const read = async (name: string) => {
      const { stdout } = await capture(["mandoc", "-T", "ascii", "-O", "width=100", name], { cwd });
      // Bold is a letter, a backspace, and the letter again.
      return stdout.split("\b").map((piece, i, all) => i < all.length - 1 ? piece.slice(0, -1) : piece).join(
        "",
      );
    };
    const command = await read("probe.1");
    assert.match(command, /^ +-n RUNS, --runs RUNS$/m);
    assert.match(command, /^ +probe export --format folded --stack ttwu host\.csv$/m);
    assert.match(await read("probe-runbook.5"), /^ +wakes = \["timer"\]$/m);
    assert.match(await read("probe-result.5"), /^ +tkread_stack \(stack\)$/m);
  });
});
