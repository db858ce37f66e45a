/** What the build has to know about the machine that it runs on, and builds for. */

export interface BuildArchitecture {
  /** As Deno and GNU call it; names its file in ffi/native/arch/ and in build/parts/arch/. */
  readonly name: string;
  /** As the kernel calls it: __TARGET_ARCH_* of libbpf's bpf_tracing.h; names its file in bpf/arch/. */
  readonly kernelName: string;
  /** As Debian calls it. */
  readonly debianName: string;
  /** What a host that is emulated needs, beside its own kernel, to run guests under KVM (build/tasks/emulated_host.ts). */
  readonly emulatedHost: {
    /** Modules below the kernel's folder kernel/, in the order in which they need each other. */
    readonly modules: readonly string[];
    /** Files of QEMU's that the guest's machine loads. */
    readonly firmware: readonly string[];
  };
}

/** What a new one needs besides: its files, and its rows in runbook/machine/arch.ts and guest/qemu/arch.ts. */
export const ARCHITECTURES: readonly BuildArchitecture[] = [
  {
    name: "x86_64",
    kernelName: "x86",
    debianName: "amd64",
    // QEMU emulates AMD's SVM.
    emulatedHost: {
      modules: [
        "virt/lib/irqbypass.ko",
        "drivers/crypto/ccp/ccp.ko",
        "arch/x86/kvm/kvm.ko",
        "arch/x86/kvm/kvm-amd.ko",
      ],
      firmware: ["bios-256k.bin", "kvmvapic.bin", "linuxboot_dma.bin"],
    },
  },
];

/** This machine is of an architecture that the sources know nothing of. */
export class UnknownArchitecture extends Error {
  override readonly name = "UnknownArchitecture";
}

/**
 * @param name as Deno calls it; without it, this machine's
 * @throws {UnknownArchitecture} when probe cannot be built for it
 */
export function buildArchitecture(name: string = Deno.build.arch): BuildArchitecture {
  const found = ARCHITECTURES.find((architecture) => architecture.name === name);
  if (found !== undefined) return found;
  const known = ARCHITECTURES.map((architecture) => architecture.name).join(", ");
  throw new UnknownArchitecture(`this machine is ${name}, and probe is built on ${known} only`);
}
