/** What the build must know about the machine that it runs on and builds for. */

export interface BuildArchitecture {
  /** The name that Deno and GNU use; also that of its file in ffi/native/arch/ and in build/parts/arch/. */
  readonly name: string;
  /** The kernel's name: __TARGET_ARCH_* of libbpf's bpf_tracing.h; also that of its file in bpf/arch/. */
  readonly kernelName: string;
  /** Debian's name. */
  readonly debianName: string;
  /** Node's name, in the names of npm's packages of the Deno runtime. */
  readonly npmName: string;
  /** Flags without which clang's code for the machine calls functions of a compiler's library. */
  readonly selfContained: readonly string[];
  /**
   * What an emulated host needs besides its own kernel to run guests under KVM
   * (build/tasks/emulated_host.ts).
   */
  readonly emulatedHost: {
    /** Modules below the kernel's folder kernel/, each after those it needs. */
    readonly modules: readonly string[];
    /** Files of QEMU that the guest's machine loads. */
    readonly firmware: readonly string[];
  };
}

/**
 * What else a new architecture needs: its files, and its rows in runbook/machine/arch.ts and
 * guest/qemu/arch.ts.
 */
export const ARCHITECTURES: readonly BuildArchitecture[] = [
  {
    name: "x86_64",
    kernelName: "x86",
    debianName: "amd64",
    npmName: "x64",
    selfContained: [],
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
  {
    name: "aarch64",
    kernelName: "arm64",
    debianName: "arm64",
    npmName: "arm64",
    selfContained: ["-mno-outline-atomics"],
    // KVM is part of the kernel, and `virt` boots one without firmware.
    emulatedHost: { modules: [], firmware: [] },
  },
];

/** Where the C library's headers for the machine lie, of packages of its own or of another machine's Debian. */
export function includeFolder({ name }: BuildArchitecture): string {
  const triplet = `${name}-linux-gnu`;
  return name === Deno.build.arch ? `/usr/include/${triplet}` : `/usr/${triplet}/include`;
}

/** The sources do not support this machine's architecture. */
export class UnknownArchitecture extends Error {
  override readonly name = "UnknownArchitecture";
}

/**
 * @param name as Deno spells it; default: this machine's
 * @throws {UnknownArchitecture} when probe cannot be built for it
 */
export function buildArchitecture(name: string = Deno.build.arch): BuildArchitecture {
  const found = ARCHITECTURES.find((architecture) => architecture.name === name);
  if (found !== undefined) return found;
  const known = ARCHITECTURES.map((architecture) => architecture.name).join(", ");
  throw new UnknownArchitecture(`this machine is ${name}, and probe is built on ${known} only`);
}

/** Those for which executables are built here besides this machine's own. */
export function otherArchitectures(): BuildArchitecture[] {
  return ARCHITECTURES.filter(({ name }) => name !== Deno.build.arch);
}
