import assert from "node:assert/strict";
import { copying } from "../../../guest/vm/remote.ts";

/** Runs the script on this machine; temporary files are in a folder of their own. */
async function copy(stdin: string, size: number, machine: string = Deno.build.arch) {
  const folder = Deno.makeTempDirSync();
  const script = Deno.makeTempFileSync();
  try {
    Deno.writeTextFileSync(script, stdin);
    const command = new Deno.Command("sh", {
      args: ["-c", 'exec sh -c "$1" <"$2"', "sh", copying(size, machine), script],
      env: { TMPDIR: folder },
    });
    const { code, stdout, stderr } = await command.output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
    const left = [...Deno.readDirSync(folder)].map(({ name }) => `${folder}/${name}`);
    return { code, stdout: text(stdout), stderr: text(stderr), left };
  } finally {
    Deno.removeSync(folder, { recursive: true });
    Deno.removeSync(script);
  }
}

const PROBE = "#!/bin/sh\necho probe 1.2.3\n";

Deno.test("a copy that answers --version stays, and its folder is said", async () => {
  const { code, stdout, left } = await copy(PROBE, PROBE.length);
  assert.equal(code, 0);
  assert.deepEqual(left, [stdout]);
});

Deno.test("a copy that was cut off is not run, and nothing is left", async () => {
  assert.deepEqual(await copy(PROBE.slice(0, -1), PROBE.length), {
    code: 1,
    stdout: "",
    stderr: "the copy was cut off",
    left: [],
  });
});

Deno.test("a copy that does not run is not left, and its last words are said", async () => {
  const other = "#!/bin/sh\necho no >&2\necho 'no glibc' >&2\nexit 1\n";
  const { code, stdout, stderr, left } = await copy(other, other.length);
  assert.deepEqual({ stdout, stderr, left }, { stdout: "", stderr: "no glibc", left: [] });
  assert.ok(code > 1);
});

Deno.test("a copy that does not run on another architecture is not left, and that architecture is said", async () => {
  const { code, stdout, stderr, left } = await copy("\x7fELF", 4, "sparc64");
  assert.deepEqual({ stdout, stderr, left }, { stdout: "", stderr: Deno.build.arch, left: [] });
  assert.ok(code > 1);
});
