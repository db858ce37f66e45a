/**
 * A host and a VM on one machine without virtualisation: QEMU emulates AMD's SVM, so an emulated guest with
 * kvm-amd runs a guest of its own under KVM, whose clock is kvm-clock. The outer guest stands for the host.
 */

import type { Guest, GuestOptions } from "../guest/boot.ts";
import { startGuest } from "../guest/boot.ts";
import type { GuestFile } from "../guest/initramfs.ts";
import { firmwareArguments, type Qemu } from "../guest/qemu.ts";
import { EXECUTABLE, executableLibraries } from "./executable.ts";
import { fetchKernel, type Kernel } from "./kernels.ts";
import { findQemu } from "./qemu.ts";

/** In the order in which they need each other. */
const MODULES = [
  "virt/lib/irqbypass.ko",
  "drivers/crypto/ccp/ccp.ko",
  "arch/x86/kvm/kvm.ko",
  "arch/x86/kvm/kvm-amd.ko",
];
/** What QEMU loads for the machine that guest/machine.ts asks for. */
const FIRMWARE = ["bios-256k.bin", "kvmvapic.bin", "linuxboot_dma.bin"];
const MEMORY_MIB = 4096;

/** The emulated host cannot run guests of its own. */
export class NoNesting extends Error {
  override readonly name = "NoNesting";
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** A firmware file of a QEMU: in the folders of its -L arguments, or where the distribution has them. */
function firmwareFile(qemu: Qemu, name: string): string {
  const folders = [
    ...qemu.args.filter((_, i) => qemu.args[i - 1] === "-L"),
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
  if (found === undefined) throw new NoNesting(`QEMU's ${name} is in none of ${folders.join(", ")}`);
  return found;
}

function qemuPath(qemu: Qemu): string {
  return qemu.command.includes("/") ? qemu.command : `/usr/bin/${qemu.command}`;
}

async function moduleFile(kernel: Kernel, module: string): Promise<GuestFile> {
  const path = `${kernel.modulesDir}/kernel/${module}.xz`;
  const { success, stdout, stderr } = await new Deno.Command("xz", {
    args: ["--decompress", "--stdout", path],
  }).output();
  if (!success) throw new Error(`xz cannot unpack ${path}: ${new TextDecoder().decode(stderr)}`);
  return { path: modulePath(module), source: stdout };
}

function modulePath(module: string): string {
  return `/opt/modules/${baseName(module)}`;
}

/**
 * Boots the emulated host. In it are /bin/probe, QEMU on PATH and the running kernel's image where Debian has it:
 * `probe ab` needs no option there.
 *
 * @throws {NoNesting} when it cannot run guests under KVM
 */
export async function startLab(
  options: Pick<GuestOptions, "onConsole"> & {
    files?: readonly GuestFile[];
    onProgress?: (message: string) => void;
  },
): Promise<Guest> {
  const { onProgress = () => {}, files = [], ...rest } = options;
  const qemu = await findQemu({ onProgress });
  const kernel = await fetchKernel("trixie-full", { onProgress });
  onProgress(`booting ${kernel.release} in QEMU ${qemu.version}`);
  const guest = await startGuest({
    ...rest,
    qemu,
    kernel: kernel.vmlinuz,
    // Without it the clock of the guest inside traps on each read.
    kernelArgs: ["tsc=reliable"],
    memoryMiB: MEMORY_MIB,
    libraries: executableLibraries(),
    files: [
      ...files,
      { path: "/bin/probe", source: EXECUTABLE },
      { path: "/bin/qemu-system-x86_64", source: qemuPath(qemu) },
      { path: `/boot/vmlinuz-${kernel.release}`, source: kernel.vmlinuz },
      ...FIRMWARE.map((name) => ({ path: `/usr/share/qemu/${name}`, source: firmwareFile(qemu, name) })),
      ...await Promise.all(MODULES.map((module) => moduleFile(kernel, module))),
    ],
  });
  try {
    for (const module of MODULES) {
      const { code, stderr } = await guest.run(["insmod", modulePath(module)]);
      if (code !== 0) throw new NoNesting(`the emulated host cannot load ${module}: ${stderr.trim()}`);
    }
    const { code, stderr } = await guest.run(["qemu-system-x86_64", ...firmwareArguments("kvm")]);
    if (code !== 0) throw new NoNesting(`KVM runs no guest in the emulated host: ${stderr.trim()}`);
    return guest;
  } catch (error) {
    await guest.close();
    throw error;
  }
}
