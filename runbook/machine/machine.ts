/**
 * Facts about the machine for the `# meta` line, read from /proc and /sys. They work in initramfs guests too.
 */

import type { Meta } from "../../analysis/result/meta.ts";
import { readKernelFile } from "../../ffi/kernel_file.ts";
import { ARCHITECTURES } from "./arch.ts";
import { parseCpuList } from "./cpu_list.ts";

/** Reads a text file of this machine; null when it is absent or not readable. */
export type ReadText = (path: string) => string | null;

/** What `# meta` says about the machine. */
export type Machine = Pick<
  Meta,
  | "host"
  | "kernel"
  | "arch"
  | "cpu"
  | "cpus"
  | "virtualization"
  | "boot_id"
  | "clocksource"
  | "accelerator"
  | "boot"
>;

export const CLOCKSOURCE = "/sys/devices/system/clocksource/clocksource0";
const UNKNOWN = "unknown";

/** First parts of the DMI strings of well-known virtual machines. */
const DMI_NAMES: readonly (readonly [prefix: string, name: string])[] = [
  ["KVM", "kvm"],
  ["OpenStack", "kvm"],
  ["Amazon EC2", "amazon"],
  ["Google Compute Engine", "google"],
  ["QEMU", "qemu"],
  ["VMware", "vmware"],
  ["innotek GmbH", "virtualbox"],
  ["VirtualBox", "virtualbox"],
  ["Oracle Corporation", "virtualbox"],
  ["Xen", "xen"],
  ["Bochs", "bochs"],
  ["Parallels", "parallels"],
  ["BHYVE", "bhyve"],
  ["Hyper-V", "hyperv"],
  ["Microsoft Corporation", "hyperv"],
  ["Apple Virtualization", "apple"],
];

const CLOCKSOURCE_NAMES = ARCHITECTURES.flatMap(({ hypervisorClocksources }) => hypervisorClocksources);

/** Reads this machine's own files. */
export const readMachineText: ReadText = (path) => {
  const bytes = readKernelFile(path);
  return bytes === null ? null : new TextDecoder().decode(bytes);
};

/** `probe ab` passes them to its guest on the kernel's command line. */
const ACCELERATOR = /(?:^|\s)probe\.accelerator=(\S+)/;
const BOOT = /(?:^|\s)probe\.boot=([1-9]\d*)(?:\s|$)/;

/** @param arch as `uname -m` spells it */
export function readMachine(read: ReadText, arch: string): Machine {
  const line = (path: string) => read(path)?.trim() || null;
  const cpuinfo = read("/proc/cpuinfo") ?? "";
  const clocksource = readClocksource(read);
  const commandLine = read("/proc/cmdline") ?? "";
  const accelerator = ACCELERATOR.exec(commandLine)?.[1];
  const boot = BOOT.exec(commandLine)?.[1];
  return {
    host: hostName(line("/proc/sys/kernel/hostname")),
    kernel: line("/proc/sys/kernel/osrelease") ?? UNKNOWN,
    arch,
    cpu: cpuModel(cpuinfo) ?? line("/proc/device-tree/model")?.replace(/\0+$/, "") ?? UNKNOWN,
    cpus: onlineCpus(read)?.length ??
      (cpuinfo.match(/^processor\s*:/gm) ?? []).length,
    virtualization: virtualization(read, cpuinfo, clocksource.available),
    boot_id: line("/proc/sys/kernel/random/boot_id") ?? UNKNOWN,
    clocksource: { current: clocksource.current ?? UNKNOWN, available: clocksource.available },
    ...(accelerator === undefined ? {} : { accelerator }),
    ...(boot === undefined ? {} : { boot: Number(boot) }),
  };
}

/** The kernel shows `(none)` while the name is not set. */
function hostName(name: string | null): string {
  return name === null || name === "(none)" ? UNKNOWN : name;
}

/** The clocksource in use now, read anew for each run; null when /sys is not mounted. */
export function currentClocksource(read: ReadText): string | null {
  return read(`${CLOCKSOURCE}/current_clocksource`)?.trim() || null;
}

export function readClocksource(read: ReadText): { current: string | null; available: string[] } {
  return {
    current: currentClocksource(read),
    available: (read(`${CLOCKSOURCE}/available_clocksource`) ?? "").split(/\s+/).filter((name) =>
      name !== ""
    ),
  };
}

function field(cpuinfo: string, name: string): string | null {
  return new RegExp(`^${name}\\s*:\\s*(.*)$`, "m").exec(cpuinfo)?.[1]?.trim() || null;
}

function cpuModel(cpuinfo: string): string | null {
  const model = field(cpuinfo, "model name");
  if (model !== null) return model;
  const implementer = field(cpuinfo, "CPU implementer");
  const part = field(cpuinfo, "CPU part");
  return implementer === null || part === null ? null : `implementer ${implementer} part ${part}`;
}

/** NR_CPUS of the largest x86-64 kernels. */
const MOST_CPUS = 8192;

/** How many CPUs the machine can have, counted from 0; at least as many as are online. */
export function possibleCpus(read: ReadText): number {
  const cpus = parseCpuList(read("/sys/devices/system/cpu/possible")?.trim() ?? "") ?? onlineCpus(read);
  return Math.max(...cpus ?? [MOST_CPUS - 1]) + 1;
}

/** The CPUs that are online, ascending; null when that cannot be read. */
export function onlineCpus(read: ReadText): number[] | null {
  return parseCpuList(read("/sys/devices/system/cpu/online")?.trim() ?? "");
}

/**
 * On x86 the CPU says whether a hypervisor is there (CPUID, the flag `hypervisor`). Without the flag the
 * machine is not virtual, whatever DMI says: some clouds sell whole machines under the vendor name of their
 * guests. Other architectures have no such flag: without a trace of a hypervisor the answer is `unknown`, not
 * `none`.
 */
function virtualization(read: ReadText, cpuinfo: string, clocksources: readonly string[]): string {
  const flags = field(cpuinfo, "flags");
  if (flags !== null && !/\bhypervisor\b/.test(flags)) return "none";
  const named = hypervisorName(read, cpuinfo, clocksources);
  return named ?? (flags === null ? UNKNOWN : "unknown hypervisor");
}

function hypervisorName(read: ReadText, cpuinfo: string, clocksources: readonly string[]): string | null {
  const xen = read("/sys/hypervisor/type")?.trim();
  if (xen) return xen;
  for (const [prefix, name] of CLOCKSOURCE_NAMES) {
    if (clocksources.some((clocksource) => clocksource.startsWith(prefix))) return name;
  }
  const model = field(cpuinfo, "model name");
  if (model?.startsWith("QEMU")) return "qemu";
  for (const entry of ["product_name", "sys_vendor", "board_vendor", "bios_vendor", "product_version"]) {
    const text = read(`/sys/class/dmi/id/${entry}`)?.trim();
    const found = DMI_NAMES.find(([prefix]) => text?.startsWith(prefix));
    if (found !== undefined) return found[1];
  }
  const tree = read("/proc/device-tree/hypervisor/compatible")?.replace(/\0.*$/s, "");
  return tree ? tree.replace(/^linux,/, "") : null;
}
