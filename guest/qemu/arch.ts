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
  /** The first serial port, as a value of the kernel's argument console=. */
  readonly console: string;
  /** The path, in the guest, of the second one, which carries the commands. */
  readonly port: string;
  /** Arguments for every kernel. */
  readonly kernelArguments: readonly string[];
  /** Arguments for an emulated kernel, which would otherwise replace its clock by a slow one. */
  readonly clockArguments: readonly string[];
  /** The flags in /proc/cpuinfo of a CPU that can run guests. */
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
  console: "ttyS0",
  port: "/dev/ttyS1",
  // Without it an emulated guest that gets too little time counts too few ticks at boot and decides that its
  // timer is not connected. Under KVM the kernel skips that check by itself.
  kernelArguments: ["no_timer_check"],
  // Otherwise it falls back to hpet, where each read is a slow trap.
  clockArguments: ["tsc=reliable"],
  virtualises: /^flags\s*:.*\b(vmx|svm)\b/m,
};

const ARCHITECTURES: readonly GuestArchitecture[] = [X86_64];

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
