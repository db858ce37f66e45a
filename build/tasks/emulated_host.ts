/**
 * A host and a VM on one machine without virtualisation: QEMU emulates a CPU that has it, so an emulated
 * guest can run its own guest under KVM, with KVM's clock. The outer guest plays the host.
 */

import type { CommandResult, Guest, GuestOptions } from "../../guest/vm/boot.ts";
import { startGuest } from "../../guest/vm/boot.ts";
import type { GuestFile } from "../../guest/image/initramfs.ts";
import { GuestLost, LOSSES } from "../../guest/qemu/guest_process.ts";
import { guestArchitecture } from "../../guest/qemu/arch.ts";
import { type Qemu, shortArguments } from "../../guest/qemu/qemu.ts";
import { baseName } from "../../guest/vm/vm.ts";
import { buildArchitecture } from "../parts/arch.ts";
import { EXECUTABLE, executableLibraries } from "../parts/executable.ts";
import { fetchKernel, type Kernel } from "../debian/kernels.ts";
import { findQemu } from "../debian/qemu.ts";

const MEMORY_MIB = 4096;
/** The folder in the emulated host where `probe ab` leaves its files. */
const FOLDER = "/ab";
/** The names that `probe ab` gives them: the host's and the VM's. */
export const AB_FILES = ["host.csv", "vm.csv"] as const;

/** The emulated host cannot run guests of its own. */
export class NoNesting extends Error {
  override readonly name = "NoNesting";
}

/**
 * The emulated host or its VM died or stood still. This happens about once in twenty times when the real
 * machine is busy. Everything seen points to the emulation, though that is not proven. Under QEMU 10.0.2 a
 * vCPU lost an interrupt and never got it (in service at its local APIC, and its CPU idle: seen through the
 * monitor while an emulated machine booted), a VM's CPU stayed in an interrupt while probes were detached
 * (the VM's RCU stall), and the emulated host ended in a triple fault. QEMU's translation marks a page as
 * code only after translating it (accel/tcg/tb-maint.c, tb_page_add()), so a write by another CPU in between
 * can go unnoticed; a CPU that goes on in a trampoline that was freed meanwhile would explain the panics
 * "corrupted stack end detected inside scheduler", too, three times in one run of CI. An emulated host with
 * one CPU, whose guest has two, has no such race, and is as fast. A single thread for two CPUs has none either,
 * but then the VM took over 5 minutes to boot.
 */
export class EmulationLost extends Error {
  override readonly name = "EmulationLost";
}

/**
 * What `probe ab` says about a VM that was lost without a panic. Only its words leave the emulated host: its
 * exit code is that of any failure.
 */
const VM_LOST = new RegExp([LOSSES.ended, LOSSES.silent, LOSSES.torn].join("|"));

/** A firmware file of a QEMU: in the folders of its -L arguments, or where the distribution puts them. */
function firmwareFile(qemu: Qemu, name: string): string {
  const folders = [
    ...qemu.args.filter((_, i) => qemu.args[i - 1] === "-L"),
    ...guestArchitecture().firmwareFolders,
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
 * Boots the emulated host, with two CPUs by default. It contains /bin/probe, QEMU on PATH and the running
 * kernel's image where Debian has it, so `probe ab` needs no options there.
 *
 * @throws {NoNesting} when it cannot run guests under KVM
 * @throws {EmulationLost} when it does not come up
 */
export async function startEmulatedHost(
  options: Pick<GuestOptions, "onConsole" | "cpus" | "qemuArgs"> & {
    files?: readonly GuestFile[];
    /** Further modules that it loads, in their order, each with its parameters after a space. */
    furtherModules?: readonly string[];
    onProgress?: (message: string) => void;
  },
): Promise<Guest> {
  const { onProgress = () => {}, files = [], furtherModules = [], ...rest } = options;
  const { qemu: command, clockArguments } = guestArchitecture();
  const { modules: ofKvm, firmware } = buildArchitecture().emulatedHost;
  const modules = [...ofKvm, ...furtherModules].map((module) => module.split(" "));
  const qemu = await findQemu({ onProgress });
  const kernel = await fetchKernel("trixie-full", { onProgress });
  onProgress(`booting ${kernel.release} in QEMU ${qemu.version}`);
  const guest = await orLost(startGuest({
    ...rest,
    qemu,
    kernel: kernel.vmlinuz,
    // Without these arguments, each clock read in the inner guest traps.
    kernelArgs: clockArguments,
    memoryMiB: MEMORY_MIB,
    libraries: executableLibraries(),
    files: [
      ...files,
      { path: "/bin/probe", source: EXECUTABLE },
      { path: `/bin/${command}`, source: qemuPath(qemu) },
      { path: `/boot/vmlinuz-${kernel.release}`, source: kernel.vmlinuz },
      ...firmware.map((name) => ({ path: `/usr/share/qemu/${name}`, source: firmwareFile(qemu, name) })),
      ...await Promise.all(modules.map(([module]) => moduleFile(kernel, module!))),
    ],
  }));
  try {
    for (const [module = "", ...parameters] of modules) {
      const { code, stderr } = await orLost(guest.run(["insmod", modulePath(module), ...parameters]));
      if (code !== 0) throw new NoNesting(`the emulated host cannot load ${module}: ${stderr.trim()}`);
    }
    const { code, stderr } = await orLost(
      guest.run([command, ...shortArguments("kvm")]),
    );
    if (code !== 0) throw new NoNesting(`KVM runs no guest in the emulated host: ${stderr.trim()}`);
    return guest;
  } catch (error) {
    await guest.close();
    throw error;
  }
}

/** The result of `probe ab` in the emulated host. */
export interface AbRun extends CommandResult {
  /** The host's result file and the VM's; empty when it failed. */
  readonly files: readonly Uint8Array[];
}

/**
 * Runs `probe ab` in the emulated host; its stderr appears on the console too.
 *
 * @param args what comes after `probe ab`, without the folder
 * @param limitMs after which the emulated host counts as lost and is ended
 * @throws {EmulationLost} when a machine was lost meanwhile
 */
export async function abInEmulatedHost(
  host: Pick<Guest, "run" | "readFile">,
  args: readonly string[],
  limitMs: number,
): Promise<AbRun> {
  const argv = ["/bin/probe", "ab", ...args, "--out-dir", FOLDER];
  const result = await orLost(host.run(argv, { echo: true, timeoutMs: limitMs }));
  if (result.code !== 0) {
    const lost = VM_LOST.exec(result.stderr)?.[0];
    if (lost !== undefined) throw new EmulationLost(`probe ab in the emulated host: ${lost}`);
    return { ...result, files: [] };
  }
  const files = [];
  for (const name of AB_FILES) files.push(await orLost(host.readFile(`${FOLDER}/${name}`)));
  return { ...result, files };
}

/** Awaits the emulated host. When it is lost, the error leaves out its console, which was already shown. */
async function orLost<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    if (!(cause instanceof GuestLost)) throw cause;
    throw new EmulationLost(cause.summary, { cause });
  }
}
