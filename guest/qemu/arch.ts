/**
 * The machines on which QEMU runs guests, one row each. A guest always has this machine's own architecture.
 */

import { EXIT, Failure } from "../../analysis/failure.ts";

export interface GuestArchitecture {
  /** The name that Deno uses. */
  readonly name: string;
  /** The name that users write. */
  readonly title: string;
  /** The QEMU command for it. */
  readonly qemu: string;
  /** Debian's packages: that of the command first, then the firmware and what they share. */
  readonly packages: readonly [own: string, ...more: string[]];
  /** Where these packages put the firmware. */
  readonly firmwareFolders: readonly string[];
  /** The value for -machine. */
  readonly machine: string;
  /** Arguments with which a machine without disks ends by itself once its firmware gives up. */
  readonly untilReset: readonly string[];
  /** Instructions that switch a machine off whose firmware, if it has any, does not; null: it does. */
  readonly switchesOff: Uint8Array<ArrayBuffer> | null;
  /** The first serial port, as a value of the kernel's argument console=. */
  readonly console: string;
  /** The path, in the guest, of the second one, which carries the commands. */
  readonly port: string;
  /** Arguments for every kernel. */
  readonly kernelArguments: readonly string[];
  /** Arguments for an emulated kernel, which would otherwise replace its clock by a slow one. */
  readonly clockArguments: readonly string[];
  /** What /proc/cpuinfo has of a CPU that can run guests, where it tells. */
  readonly virtualises: RegExp;
}

const X86_64: GuestArchitecture = {
  name: "x86_64",
  title: "x86-64",
  qemu: "qemu-system-x86_64",
  packages: ["qemu-system-x86", "qemu-system-common", "qemu-system-data", "seabios"],
  firmwareFolders: ["/usr/share/qemu", "/usr/share/seabios", "/usr/share/vgabios"],
  machine: "q35",
  untilReset: ["-no-reboot", "-boot", "reboot-timeout=1"],
  switchesOff: null,
  console: "ttyS0",
  port: "/dev/ttyS1",
  // Without it an emulated guest that gets too little time counts too few ticks at boot and decides that its
  // timer is not connected. Under KVM the kernel skips that check by itself.
  kernelArguments: ["no_timer_check"],
  // Otherwise it falls back to hpet, where each read is a slow trap.
  clockArguments: ["tsc=reliable"],
  virtualises: /^flags\s*:.*\b(vmx|svm)\b/m,
};

const AARCH64: GuestArchitecture = {
  name: "aarch64",
  title: "arm64",
  qemu: "qemu-system-aarch64",
  packages: ["qemu-system-arm", "qemu-system-common", "qemu-system-data"],
  firmwareFolders: ["/usr/share/qemu"],
  machine: "virt",
  untilReset: [],
  // PSCI's SYSTEM_OFF: movz w0, #8; movk w0, #0x8400, lsl #16; hvc #0; b .
  switchesOff: new Uint8Array(new Uint32Array([0x52800100, 0x72b08000, 0xd4000002, 0x14000000]).buffer),
  console: "ttyAMA0",
  port: "/dev/ttyAMA1",
  kernelArguments: [],
  clockArguments: [],
  // /proc/cpuinfo does not tell.
  virtualises: /^/,
};

const ARCHITECTURES: readonly GuestArchitecture[] = [X86_64, AARCH64];

/**
 * @param name as Deno spells it; default: this machine's
 * @throws Failure when no guest can be started here
 */
export function guestArchitecture(name: string = Deno.build.arch): GuestArchitecture {
  const found = ARCHITECTURES.find((architecture) => architecture.name === name);
  if (found !== undefined) return found;
  const known = ARCHITECTURES.map(({ title }) => title).join(", ");
  throw new Failure(
    EXIT.cannotMeasure,
    `this machine is ${name}, and probe starts guests on ${known} only`,
    "give an existing VM with --ssh",
  );
}
