import assert from "node:assert/strict";
import { PERMISSIONS, verify } from "../../../build/parts/executable.ts";

Deno.test("the launcher gives the runtime the same permissions as deno compile: no network, and two programs", async () => {
  const launcher = await Deno.readTextFile("build/parts/launcher.c");
  const given = [...launcher.matchAll(/"(--(?:allow|no-prompt)[^"]*)"/g)].map(([, flag]) => flag);
  assert.deepEqual(given, PERMISSIONS);
  const wide = PERMISSIONS.filter((flag) => /net|run|import|all$|^-A/.test(flag));
  assert.deepEqual(wide, ["--allow-run=qemu-system-x86_64,ssh"]);
});

Deno.test("an executable that is plain deno, as a wrong base runtime makes it, is not taken for the program", async () => {
  await assert.rejects(verify(Deno.execPath(), "0.1.0"), /answers --version with exit code 0 and "deno \d/);
});
