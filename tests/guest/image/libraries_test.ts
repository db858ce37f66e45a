import assert from "node:assert/strict";
import { Failure } from "../../../analysis/failure.ts";
import { readElf } from "../../../guest/image/elf.ts";
import { librariesOf } from "../../../guest/image/libraries.ts";

/** What the machine's own loader opens, according to ldd. */
async function ldd(path: string): Promise<string[]> {
  const output = await new Deno.Command("ldd", { args: [path], env: { LC_ALL: "C" } }).output();
  return new TextDecoder().decode(output.stdout).split("\n")
    .flatMap((line) => /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1] ?? []);
}

for (const path of [Deno.execPath(), "/usr/bin/apt-get", "/usr/bin/dpkg"]) {
  Deno.test(`the libraries found for ${path.slice(path.lastIndexOf("/") + 1)} are those that ldd names`, async () => {
    const expected = await ldd(path);
    assert.ok(expected.length >= 2);
    assert.deepEqual(librariesOf([readElf(path)!]).sort(), expected.sort());
  });
}

Deno.test("an executable given as bytes is read like its file", () => {
  const elf = readElf("/usr/bin/dpkg")!;
  assert.deepEqual(readElf(Deno.readFileSync("/usr/bin/dpkg")), elf);
  assert.match(elf.interpreter!, /^\/lib.*\/ld-/);
  assert.ok(elf.needed.includes("libc.so.6"));
});

Deno.test("a script and an empty file are no ELF files", () => {
  assert.equal(readElf(new TextEncoder().encode("#!/bin/sh\nexit 0\n".repeat(10))), undefined);
  assert.equal(readElf(new Uint8Array()), undefined);
});

Deno.test("a 32-bit ELF file is refused", () => {
  const bytes = new Uint8Array(64);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, 1]);
  assert.throws(() => readElf(bytes), /no 64-bit little-endian ELF file/);
});

Deno.test("a library that is opened at run time brings what it needs itself", () => {
  const names = librariesOf([], ["libgcc_s.so.1"]).map((path) => path.slice(path.lastIndexOf("/") + 1));
  assert.deepEqual(names.sort(), ["ld-linux-x86-64.so.2", "libc.so.6", "libgcc_s.so.1"]);
});

Deno.test("a library that the machine lacks is named together with who needs it", () => {
  const elf = {
    machine: readElf(Deno.execPath())!.machine,
    interpreter: undefined,
    needed: ["libnone.so.9"],
  };
  assert.throws(
    () => librariesOf([elf]),
    (error) => error instanceof Failure && /libnone\.so\.9, needed by the executable/.test(error.found),
  );
});
