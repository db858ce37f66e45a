/** Everything native, opened from the executable's own bytes, and only when it is needed. */

import type { BpfRuntime } from "../../ffi/bpf_object.ts";
import { kernelFileExists, readKernelFile } from "../../ffi/kernel_file.ts";
import type { NativeLibrary } from "../../ffi/native_library.ts";
import { type AttachRequest, ChainProbes } from "./chain_probes.ts";
import type { Evidence } from "./bpf_refused.ts";
import { RUNQUEUES, VARIABLES } from "./config.ts";
import { definitionsOf } from "./definitions.ts";
import { possibleCpus, readMachineText } from "../machine/machine.ts";
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

export async function openNativeParts(): Promise<NativeParts> {
  const embedded = await import("../../ffi/embedded.ts");
  const { BpfRuntime } = await import("../../ffi/bpf_object.ts");
  const { openLibbpf } = await import("../../ffi/libbpf.ts");
  const { openNativeLibrary } = await import("../../ffi/native_library.ts");
  const native = openNativeLibrary(embedded.LIBTARGET);
  const libbpf = openLibbpf(embedded.LIBBPF_LIBRARIES);
  const objects = {
    withPercpu: embedded.CHAIN_OBJECT,
    withoutPercpu: embedded.CHAIN_OBJECT_WITHOUT_PERCPU,
  };
  let opened: BpfRuntime | undefined;
  const runtime = () => opened ??= new BpfRuntime(libbpf, native);
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
    hasVariable: (name) => runtime().variablesInKernelBtf([name]).has(name),
    kernelEnum: (name) => runtime().kernelEnum(name),
  };
}
