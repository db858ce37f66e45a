import assert from "node:assert/strict";
import { EXECUTABLE, foreignExecutable } from "../../build/parts/executable.ts";
import { ARCHITECTURES } from "../../build/parts/arch.ts";
import { builtFor } from "../../build/parts/native.ts";

/** Runs it where there is nothing but itself and /proc, as on a system whose programs are all 32-bit, or musl's. */
async function alone(executable: string) {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.mkdirSync(`${folder}/proc`);
    Deno.copyFileSync(executable, `${folder}/probe`);
    const script = 'mount -t proc proc "$1/proc" && exec chroot "$1" /probe --version';
    const { code, stdout, stderr } = await new Deno.Command("unshare", {
      args: ["--mount", "sh", "-c", script, "sh", folder],
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, stdout: text(stdout), stderr: text(stderr) };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("where the 64-bit C library is missing, one line says so", async () => {
  assert.deepEqual(await alone(EXECUTABLE), {
    code: 1,
    stdout: "",
    stderr:
      "probe: the 64-bit GNU C library is missing; install it (libc6), or use a 64-bit system that is not musl's\n",
  });
});

const [PT_LOAD, LARGEST_PAGE] = [1, 65_536n];

/** Alignments of what an ELF file has mapped, in bytes. */
function alignments(path: string): bigint[] {
  const view = new DataView(Deno.readFileSync(path).buffer);
  const [at, size, count] = [
    Number(view.getBigUint64(32, true)),
    view.getUint16(54, true),
    view.getUint16(56, true),
  ];
  return Array.from({ length: count }, (_, i) => at + i * size)
    .filter((header) => view.getUint32(header, true) === PT_LOAD)
    .map((header) => {
      const [offset, address] = [view.getBigUint64(header + 8, true), view.getBigUint64(header + 16, true)];
      const alignment = view.getBigUint64(header + 48, true);
      assert.equal(offset % alignment, address % alignment, path);
      return alignment;
    });
}

Deno.test("on machines whose pages may have 64 KiB everything is aligned for them", () => {
  const foreign = ARCHITECTURES.filter(({ name }) => name !== Deno.build.arch);
  assert.ok(foreign.length > 0);
  for (const machine of foreign) {
    const files = [foreignExecutable(machine), builtFor(machine, "libtarget.so"), builtFor(machine, "init")];
    for (const path of files) {
      const found = alignments(path);
      assert.ok(
        found.length > 0 && found.every((alignment) => alignment % LARGEST_PAGE === 0n),
        `${path}: ${found}`,
      );
    }
  }
});
