import assert from "node:assert/strict";
import { EXECUTABLE, executableLibraries } from "../../build/executable.ts";
import { fetchKernel } from "../../build/kernels.ts";
import { findQemu } from "../../build/qemu.ts";
import type { GuestFile } from "../../guest/initramfs.ts";
import { assertSound, assertTimerStacks, parseMeasurement } from "../measurement.ts";
import { bundled } from "./bundle.ts";
import { kernelGuest } from "./kernel_guest.ts";
import type { Nested } from "./nested_driver.ts";

const RUNS = 10;
/** In the order in which they need each other. */
const MODULES = [
  "virt/lib/irqbypass.ko",
  "drivers/crypto/ccp/ccp.ko",
  "arch/x86/kvm/kvm.ko",
  "arch/x86/kvm/kvm-amd.ko",
];
const FIRMWARE = ["bios-256k.bin", "kvmvapic.bin", "linuxboot_dma.bin"];

async function unpacked(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const { success, stdout } = await new Deno.Command("xz", { args: ["--decompress", "--stdout", path] })
    .output();
  assert.ok(success, path);
  return stdout;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The firmware files of a QEMU: in the folders of its -L arguments, or where the distribution has them. */
function firmwareFile(args: readonly string[], name: string): string {
  const folders = [
    ...args.filter((_, i) => args[i - 1] === "-L"),
    "/usr/share/qemu",
    "/usr/share/seabios",
    "/usr/share/vgabios",
  ];
  const found = folders.map((folder) => `${folder}/${name}`).find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
  assert.ok(found !== undefined, `${name} in ${folders.join(", ")}`);
  return found;
}

/**
 * QEMU emulates AMD's SVM, so the emulated guest can run a guest of its own under KVM, whose clock is kvm-clock:
 * the only way to it on a machine without virtualisation.
 */
Deno.test("10 of 10 runs complete at the full tier in a KVM guest with kvm-clock", async () => {
  const qemu = await findQemu();
  const kernel = await fetchKernel("trixie-full");
  const files: GuestFile[] = [
    { path: "/bin/probe", source: EXECUTABLE },
    { path: "/opt/deno", source: Deno.execPath() },
    { path: "/opt/driver.js", source: await bundled("tests/guest/nested_driver.ts") },
    { path: "/opt/vmlinuz", source: kernel.vmlinuz },
    {
      path: "/opt/qemu",
      source: qemu.command === "qemu-system-x86_64" ? "/usr/bin/qemu-system-x86_64" : qemu.command,
    },
    ...FIRMWARE.map((name) => ({ path: `/opt/firmware/${name}`, source: firmwareFile(qemu.args, name) })),
    ...await Promise.all(MODULES.map(async (module) => ({
      path: `/opt/modules/${baseName(module)}`,
      source: await unpacked(`${kernel.modulesDir}/kernel/${module}.xz`),
    }))),
  ];
  await using guest = await kernelGuest("trixie-full", {
    files,
    libraries: executableLibraries(),
    memoryMiB: 4096,
  });
  for (const module of MODULES) {
    const { code, stderr } = await guest.run(["insmod", `/opt/modules/${baseName(module)}`]);
    assert.equal(code, 0, stderr);
  }
  const { code, stdout, stderr } = await guest.run(
    [
      "/opt/deno",
      "run",
      "-A",
      "--no-config",
      "--no-lock",
      "/opt/driver.js",
      "/opt/qemu",
      "/opt/firmware",
      "/opt/vmlinuz",
      JSON.stringify(executableLibraries()),
    ],
    { timeoutMs: 1_800_000 },
  );
  assert.equal(code, 0, stderr);
  const nested: Nested = JSON.parse(stdout);
  assert.equal(nested.accelerator, "kvm");
  assert.equal(nested.current, "kvm-clock");
  const measurement = parseMeasurement(`${nested.file}\n`);
  assertSound(measurement, RUNS);
  assertTimerStacks(measurement);
  assert.equal(measurement.meta.tier, "full");
  assert.equal(measurement.meta.clocksource.current, "kvm-clock");
  assert.equal(measurement.meta.virtualization, "kvm");
  for (const row of measurement.rows) assert.equal(row.clocksource, "kvm-clock");
});
