import assert from "node:assert/strict";
import { fetchKernel, type Kernel } from "../../build/kernels.ts";
import { findQemu } from "../../build/qemu.ts";
import { CpioWriter } from "../../guest/cpio.ts";
import { chooseAccelerator } from "../../guest/qemu.ts";
import { TurnGuest } from "../../guest/turn_guest.ts";

/** More than the 60 s after which init.c takes a silent starter for dead. */
const TURN_MS = 75_000;
const MODULE = "kernel/drivers/net/dummy.ko";
const LIMIT_MS = 600_000;

/** An archive with a module of that kernel, laid out as Debian's update-initramfs does it. */
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
    await using guest = await TurnGuest.boot({
      qemu,
      accelerator: await chooseAccelerator(qemu),
      kernel: kernel.vmlinuz,
      folder,
      before: `${folder}/theirs`,
      files: [{ path: "/bin/busybox", source: "/bin/busybox" }],
      libraries: [],
      bootTimeoutMs: LIMIT_MS,
      interrupt: new AbortController().signal,
    });
    const busybox = (...argv: string[]) => guest.run(["/bin/busybox", ...argv], LIMIT_MS);

    await t.step("what the user's initrd has lies where it was, and its modules can be loaded", async () => {
      const file = await guest.readFile("/bin/theirs", LIMIT_MS);
      assert.equal(new TextDecoder().decode(file), "theirs\n");
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
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
