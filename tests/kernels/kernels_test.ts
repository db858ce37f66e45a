import assert from "node:assert/strict";
import { DebianArchive } from "../../build/debian/archive.ts";
import { findQemu } from "../../build/debian/qemu.ts";
import { fetchKernel } from "../../build/debian/kernels.ts";
import { PROMISED_KERNELS } from "../harness/kernel_guest.ts";

Deno.test("a suite that cannot be fetched is an error that names it", async () => {
  const folder = await Deno.makeTempDir();
  await assert.rejects(DebianArchive.open(folder, ["no-such-suite"]), /no-such-suite/);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("who opens a folder of packages that another one has open waits for its turn", async () => {
  const folder = await Deno.makeTempDir();
  const turns: string[] = [];
  await Promise.all(["first", "second"].map(async () => {
    using archive = await DebianArchive.open(folder, ["trixie"]);
    turns.push("begins");
    await archive.newest("busybox-static");
    turns.push("ends");
  }));
  assert.deepEqual(turns, ["begins", "ends", "begins", "ends"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("packages of another release leave the machine's own apt as it was", async () => {
  const state = async () => {
    const output = await new Deno.Command("sh", {
      args: ["-c", "ls -lR --time-style=full-iso /var/lib/apt/lists /var/cache/apt /etc/apt"],
    }).output();
    return new TextDecoder().decode(output.stdout);
  };
  const before = await state();
  assert.match(before, /sources/);
  const folder = await Deno.makeTempDir();
  using archive = await DebianArchive.open(folder, ["trixie"]);
  const image = await archive.newest("linux-image-cloud-amd64");
  assert.match(image.version, /^6\.12\./);
  assert.match(image.parts[0]!, /^linux-image-6\.12\..*-cloud-amd64$/);
  await assert.rejects(archive.newest("no-such-package"), /no-such-package/);
  await archive.unpack(["busybox-static"], `${folder}/root`);
  assert.ok((await Deno.stat(`${folder}/root/usr/bin/busybox`)).isFile);
  assert.equal(await state(), before);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("every kernel that the project promises has an image, modules and a release", async () => {
  for (const name of PROMISED_KERNELS) {
    const kernel = await fetchKernel(name);
    assert.match(kernel.release, /^\d+\.\d+\..*-cloud-amd64$/);
    assert.ok((await Deno.stat(kernel.vmlinuz)).size > 1_000_000);
    assert.ok((await Deno.stat(`${kernel.modulesDir}/kernel`)).isDirectory);
  }
});

Deno.test("the QEMU for guests is new enough to emulate several CPUs", async () => {
  const qemu = await findQemu();
  assert.ok(Number.parseInt(qemu.version) >= 9, qemu.version);
});
