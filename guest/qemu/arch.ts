/** The machines that QEMU runs guests on. A guest is always of this machine's own architecture: one row each. */

import { EXIT, Failure } from "../../analysis/failure.ts";

export interface GuestArchitecture {
  /** As Deno calls it. */
  readonly name: string;
  /** As users write it. */
  readonly title: string;
  /** QEMU's command for it. */
  readonly qemu: string;
  /** Debian's packages of it: its own first, then the firmware and what they share. */
  readonly packages: readonly [own: string, ...more: string[]];
  /** Where these put the firmware. */
  readonly firmwareFolders: readonly string[];
  /** As -machine takes it. */
  readonly machine: string;
  /** What makes a machine without disks end by itself, from its firmware on. */
  readonly untilReset: readonly string[];
  /** The first serial port, as the kernel's argument console= takes it. */
  readonly console: string;
  /** The second one, which commands go through: its path in the guest. */
  readonly port: string;
  /** What every kernel is told. */
  readonly kernelArguments: readonly string[];
  /** What a kernel is told that would leave its clock for a slow one when it is emulated. */
  readonly clockArguments: readonly string[];
  /** What /proc/cpuinfo says of a CPU that can run guests. */
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
  // Without it an emulated guest that gets too little time counts too few ticks at its boot and takes its timer for
  // not connected; under KVM the kernel leaves that check out by itself.
  kernelArguments: ["no_timer_check"],
  // Else it falls back to hpet, each read of which is a slow trap.
  clockArguments: ["tsc=reliable"],
  virtualises: /^flags\s*:.*\b(vmx|svm)\b/m,
};

const ARCHITECTURES: readonly GuestArchitecture[] = [X86_64];

/**
 * @param name as Deno calls it; without it, this machine's
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
