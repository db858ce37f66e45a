import assert from "node:assert/strict";
import fc from "fast-check";
import { CpioWriter } from "../../../guest/image/cpio.ts";

/** Unpacks an archive with GNU cpio, a second reader of the format, and returns the folder. */
async function unpacked(archive: string): Promise<string> {
  const folder = await Deno.makeTempDir();
  const child = new Deno.Command("cpio", {
    args: ["-idm", "--quiet", "--no-absolute-filenames", "-F", archive],
    cwd: folder,
    stdout: "piped",
    stderr: "piped",
  });
  const { success, stderr } = await child.output();
  assert.ok(success, new TextDecoder().decode(stderr));
  assert.equal(new TextDecoder().decode(stderr), "");
  return folder;
}

async function archived(write: (cpio: CpioWriter) => Promise<void>): Promise<string> {
  const path = await Deno.makeTempFile();
  using file = await Deno.open(path, { write: true });
  const cpio = new CpioWriter(file);
  await write(cpio);
  await cpio.end();
  return path;
}

Deno.test("an archive holds files with their modes, folders above them and symbolic links", async () => {
  const source = await Deno.makeTempFile();
  await Deno.writeFile(source, new Uint8Array(3_000_001).map((_, i) => i * 31));
  const archive = await archived(async (cpio) => {
    await cpio.file("/init", 0o755, new TextEncoder().encode("#!/bin/sh\n"));
    await cpio.directory("proc");
    await cpio.file("lib/a/b/c.so", 0o640, Uint8Array.of(0, 1, 2));
    await cpio.file("lib/a/d", 0o644, new Uint8Array());
    await cpio.symlink("bin/sh", "busybox");
    await cpio.copy("large", 0o600, source);
  });
  const root = await unpacked(archive);
  assert.equal(Deno.readTextFileSync(`${root}/init`), "#!/bin/sh\n");
  assert.equal(Deno.statSync(`${root}/init`).mode! & 0o777, 0o755);
  assert.deepEqual(Deno.readFileSync(`${root}/lib/a/b/c.so`), Uint8Array.of(0, 1, 2));
  assert.equal(Deno.statSync(`${root}/lib/a/b/c.so`).mode! & 0o777, 0o640);
  assert.equal(Deno.statSync(`${root}/lib/a/d`).size, 0);
  assert.ok(Deno.statSync(`${root}/proc`).isDirectory);
  assert.equal(Deno.readLinkSync(`${root}/bin/sh`), "busybox");
  assert.deepEqual(Deno.readFileSync(`${root}/large`), Deno.readFileSync(source));
  assert.equal(Deno.statSync(archive).size % 512, 0);
  for (const path of [archive, root, source]) Deno.removeSync(path, { recursive: true });
});

Deno.test("names and contents of any length come back as they went in", async () => {
  const content = fc.uint8Array({ maxLength: 40 });
  const name = fc.stringMatching(/^[a-zA-Z0-9_é-]{1,30}$/);
  await fc.assert(
    fc.asyncProperty(fc.dictionary(name, content, { minKeys: 1, maxKeys: 12 }), async (files) => {
      const archive = await archived(async (cpio) => {
        for (const [name, bytes] of Object.entries(files)) await cpio.file(`f/${name}`, 0o644, bytes);
      });
      const root = await unpacked(archive);
      for (const [name, bytes] of Object.entries(files)) {
        assert.deepEqual([...Deno.readFileSync(`${root}/f/${name}`)], [...bytes]);
      }
      assert.equal([...Deno.readDirSync(`${root}/f`)].length, Object.keys(files).length);
      for (const path of [archive, root]) Deno.removeSync(path, { recursive: true });
    }),
    { numRuns: 25 },
  );
});

Deno.test("a path that leaves the archive's root is refused", async () => {
  const cpio = new CpioWriter({ write: (bytes) => Promise.resolve(bytes.length) });
  await assert.rejects(cpio.file("a/../../b", 0o644, new Uint8Array()), /no "\.\.", got "a\/\.\.\/\.\.\/b"/);
});

Deno.test("a writer that takes a few bytes at a time receives the whole archive", async () => {
  const taken: number[] = [];
  const cpio = new CpioWriter({
    write(bytes) {
      const part = bytes.subarray(0, 7);
      taken.push(...part);
      return Promise.resolve(part.length);
    },
  });
  await cpio.file("x", 0o644, new Uint8Array(1000).fill(5));
  await cpio.end();
  assert.equal(taken.filter((byte) => byte === 5).length, 1000);
  assert.equal(taken.length % 512, 0);
});
