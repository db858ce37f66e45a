import assert from "node:assert/strict";
import { libbpfLibraries, packageOf } from "../../../build/parts/libraries.ts";
import { readElf } from "../../../guest/image/elf.ts";

Deno.test("libbpf comes last, and each library only after those that it needs beyond glibc", async () => {
  const libraries = await libbpfLibraries();
  assert.equal(libraries.at(-1)?.name, "libbpf.so.1");
  const here = new Set<string>();
  for (const { name, path } of libraries) {
    const missing = (readElf(path)?.needed ?? []).filter((needed) => !here.has(needed));
    for (const needed of missing) {
      assert.match(needed, /^(libc|libm|ld-linux[^.]*)\.so/, `${name} needs ${needed}`);
    }
    here.add(name);
  }
  assert(here.has("libelf.so.1") && here.has("libz.so.1"));
});

Deno.test("packageOf() names package and source of a library", async () => {
  const libelf = (await libbpfLibraries()).find(({ name }) => name === "libelf.so.1");
  assert(libelf !== undefined);
  const found = await packageOf(libelf.path);
  assert.match(found.name, /^libelf1(t64)?$/);
  assert.equal(found.source, "elfutils");
  assert.notEqual(found.version, "");
});

Deno.test("packageOf() refuses a file of no package", async () => {
  await assert.rejects(packageOf("/no/such/library.so"), /No Debian package owns/);
});
