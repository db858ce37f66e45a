import assert from "node:assert/strict";
import { fetchKernel, type Kernel } from "../../build/debian/kernels.ts";
import { findQemu } from "../../build/debian/qemu.ts";
import { Failure } from "../../analysis/failure.ts";
import { CpioWriter } from "../../guest/image/cpio.ts";
import { chooseAccelerator } from "../../guest/qemu/qemu.ts";
import { TurnGuest } from "../../guest/vm/turn_guest.ts";

/** More than the 60 s of silence after which init.c assumes that its starter is dead. */
const TURN_MS = 75_000;
const MODULE = "kernel/drivers/net/dummy.ko";
const LIMIT_MS = 600_000;

/** An archive with a module of that kernel, laid out like those of Debian's update-initramfs. */
async function writeInitrd(path: string, { modulesDir, release }: Kernel): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true });
  const cpio = new CpioWriter(file);
  for (const folder of ["bin", "lib", "lib64", "sbin"]) {
    await cpio.directory(`usr/${folder}`);
    await cpio.symlink(folder, `usr/${folder}`);
  }
  const modules = `usr/lib/modules/${release}`;
  await cpio.copy(`${modules}/${MODULE}`, 0o644, `${modulesDir}/${MODULE}`);
  await cpio.file(`${modules}/modules.dep`, 0o644, new TextEncoder().encode(`${MODULE}:\n`));
  await cpio.file("usr/bin/theirs", 0o644, new TextEncoder().encode("theirs\n"));
  await cpio.end();
}

Deno.test("a guest that takes commands", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "probe-turn-" });
  try {
    const qemu = await findQemu();
    const kernel = await fetchKernel("bookworm-cloud");
    await writeInitrd(`${folder}/theirs`, kernel);
    const interrupt = new AbortController();
    await using guest = await TurnGuest.boot({
      qemu,
      accelerator: await chooseAccelerator(qemu),
      kernel: kernel.vmlinuz,
      folder,
      before: `${folder}/theirs`,
      files: [{ path: "/bin/busybox", source: "/bin/busybox" }],
      libraries: [],
      bootTimeoutMs: LIMIT_MS,
      interrupt: interrupt.signal,
    });
    const busybox = async (...argv: string[]) => (await guest.run(["/bin/busybox", ...argv], LIMIT_MS)).code;
    const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

    await t.step("what the user's initrd has lies where it was, and its modules can be loaded", async () => {
      assert.equal(text(await guest.readFile("/bin/theirs", LIMIT_MS)), "theirs\n");
      assert.equal(await busybox("modprobe", "dummy"), 0);
      assert.equal(await busybox("test", "-d", "/sys/module/dummy"), 0);
    });

    await t.step(
      "it waits for its turn while another's lasts longer than a dead starter's silence",
      async () => {
        await new Promise((resolve) => setTimeout(resolve, TURN_MS));
        assert.equal(await busybox("touch", "/alive"), 0);
        assert.equal((await guest.readFile("/alive", LIMIT_MS))?.length, 0);
      },
    );

    await t.step("of a file that is not there it says so", async () => {
      assert.equal(await guest.readFile("/none", LIMIT_MS), undefined);
    });

    await t.step("the lines that its commands have written to a file outlive it", async () => {
      const shell = (script: string) => guest.run(["/bin/busybox", "sh", "-c", script], LIMIT_MS, "/rows");
      assert.equal(guest.kept(), undefined);
      const { code, file } = await shell("echo 1 >/rows; echo 2 >>/rows; exit 3");
      assert.deepEqual({ code, file: text(file), kept: text(guest.kept()) }, {
        code: 3,
        file: "1\n2\n",
        kept: "1\n2\n",
      });
      const dying = shell("echo 3 >>/rows; printf 4 >>/rows; sleep 100000").then(
        () => null,
        (error) => error,
      );
      while (text(guest.kept()) !== "1\n2\n3\n") await new Promise((resolve) => setTimeout(resolve, 100));
      interrupt.abort();
      assert.ok(await dying instanceof Failure);
      assert.equal(text(guest.kept()), "1\n2\n3\n");
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
