/** Everything native, opened from the executable's own bytes, and only when it is needed. */

import type { BpfRuntime } from "../../ffi/bpf_object.ts";
import { kernelFileExists, readKernelFile, readKernelLink } from "../../ffi/kernel_file.ts";
import type { NativeLibrary } from "../../ffi/native_library.ts";
import type { Meta } from "../../analysis/result/meta.ts";
import { LibbpfError } from "../../ffi/libbpf_error.ts";
import { memfdPath } from "../../ffi/memfd.ts";
import { type AttachRequest, ChainProbes } from "./chain_probes.ts";
import type { Evidence } from "./bpf_refused.ts";
import { RUNQUEUES, VARIABLES } from "./config.ts";
import { definitionsOf } from "./definitions.ts";
import { possibleCpus, readMachine, readMachineText } from "../machine/machine.ts";
import { CannotLoad } from "../machine/preflight.ts";
import { factOf } from "../machine/toml_file.ts";
import { agreedSizes, HOW_TO_MAKE, SIZED_STRUCTS, type TypesFile } from "./types_file.ts";
import { HOOKS } from "./hooks.ts";
import { Kallsyms } from "./kallsyms.ts";

export interface NativeParts extends Evidence {
  readonly native: NativeLibrary;
  /**
   * Attaches the chain's probes.
   *
   * @throws {TierUnavailable} when that tier, or every tier, is unavailable
   * @throws {LibbpfError} when the kernel refuses for another reason
   */
  attach(request: AttachRequest): ChainProbes;
  /**
   * What a result says of the file that gives the kernel's types; null: the kernel's own are used.
   *
   * @throws CannotLoad when it has no types, or those of another kernel
   */
  types(): Promise<NonNullable<Meta["btf"]> | null>;
  /** libbpf, for an object of its own. */
  runtime(): BpfRuntime;
  /** Bytes of bpf/vcpu.bpf.c. */
  readonly vcpuObject: Uint8Array<ArrayBuffer>;
  /** Whether the running kernel's BTF has that per-CPU variable. */
  hasVariable(name: string): boolean;
  /** The values of an enum of the running kernel, by name; empty when its BTF has no such enum. */
  kernelEnum(name: string): ReadonlyMap<string, number>;
}

/** This folder exists only with CONFIG_KPROBES (and perf's access to them). */
export const KPROBE_PMU = "/sys/bus/event_source/devices/kprobe";

/** @param types file that gives the kernel's types; null: its own are used */
export async function openNativeParts(types: TypesFile | null = null): Promise<NativeParts> {
  const embedded = await import("../../ffi/embedded.ts");
  const { BpfRuntime } = await import("../../ffi/bpf_object.ts");
  const { openLibbpf } = await import("../../ffi/libbpf.ts");
  const { openNativeLibrary } = await import("../../ffi/native_library.ts");
  const native = openNativeLibrary(embedded.LIBTARGET);
  const libbpf = openLibbpf(embedded.LIBBPF_LIBRARIES);
  const objects = {
    withPercpu: embedded.CHAIN_OBJECT,
    withoutPercpu: embedded.CHAIN_OBJECT_WITHOUT_PERCPU,
    raw: embedded.CHAIN_OBJECT_RAW,
  };
  let opened: BpfRuntime | undefined;
  const runtime = () => opened ??= new BpfRuntime(libbpf, native, types && memfdPath("types", types.bytes));
  return {
    native,
    runtime,
    vcpuObject: embedded.VCPU_OBJECT,
    read: readMachineText,
    emptyCall: () => native.symbols.bpf_empty_call(),
    attach(request) {
      const kallsyms = new Kallsyms(readKernelFile("/proc/kallsyms") ?? new Uint8Array());
      return ChainProbes.attach(runtime(), objects, {
        definitions: definitionsOf(kallsyms, HOOKS.map(({ hook }) => hook), [...VARIABLES, RUNQUEUES]),
        hasKprobes: kernelFileExists(KPROBE_PMU),
        possibleCpus: possibleCpus(readMachineText),
        ...request,
      });
    },
    types: async () => types && { ...await factOf(types), agreed_sizes: agreedWith(types, runtime()) },
    hasVariable: (name) => runtime().variablesInKernelBtf([name]).has(name),
    kernelEnum: (name) => runtime().kernelEnum(name),
  };
}

function agreedWith(types: TypesFile, runtime: BpfRuntime): number {
  try {
    const { kernel } = readMachine(readMachineText, Deno.build.arch);
    const sizes = runtime.structSizes(SIZED_STRUCTS);
    return agreedSizes(types, sizes, kernel, readMachineText, readKernelLink);
  } catch (cause) {
    if (!(cause instanceof LibbpfError)) throw cause;
    throw new CannotLoad(`${types.path} has no types of a kernel (BTF)`, `make it: ${HOW_TO_MAKE}`);
  }
}
