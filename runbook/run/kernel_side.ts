/** The kernel's side of a measurement: the attached probes and the target. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import type { HookFact, Meta, TaskFact, Tier } from "../../analysis/result/meta.ts";
import type { AskedAttributes } from "../../ffi/attributes.ts";
import { LibbpfError } from "../../ffi/libbpf_error.ts";
import { kernelFileExists, readKernelFile, readKernelLink } from "../../ffi/kernel_file.ts";
import type { NativeLibrary } from "../../ffi/native_library.ts";
import type { Evidence } from "../probes/bpf_refused.ts";
import { attachFailure } from "../probes/attach_failure.ts";
import type { ChainProbes } from "../probes/chain_probes.ts";
import { TierUnavailable } from "../probes/ladder.ts";
import { remedyFor, wordsOf } from "../probes/reasons.ts";
import { SCX_WAKE_FLAGS } from "./crosscheck.ts";
import { builtInTarget, existingTarget, type Followed } from "./followed.ts";
import type { ChainSource } from "./loop.ts";
import { readMachineText } from "../machine/machine.ts";
import { checkNamespaces, procCountsOwnPids } from "../machine/namespaces.ts";
import type { TypesFile } from "../probes/types_file.ts";
import type { Suspendable } from "./overhead.ts";
import { openTrigger } from "./trigger_device.ts";
import type { TriggerChoice } from "../protocol/trigger.ts";
import type { Trigger } from "./triggers.ts";
import { findTask, type TargetChoice } from "../protocol/target.ts";

/** The attached probes, as a measurement uses them. */
export interface Probes extends ChainSource, Suspendable, Pick<ChainProbes, "recent"> {
  readonly tier: Tier;
  readonly hooks: readonly HookFact[];
}

export interface KernelSide extends Disposable, Followed {
  readonly probes: Probes;
  /** The file that gives the kernel's types; null: its own do. */
  readonly types: NonNullable<Meta["btf"]> | null;
  /** The followed task; null: the built-in thread. */
  readonly task: TaskFact | null;
  readonly trigger: Trigger;
  /** Path of the trigger's device; null: it has no device. */
  readonly triggerDevice: string | null;
  /** enum scx_wake_flags of the kernel's BTF, by name; empty without that enum. */
  readonly scxWakeFlags: ReadonlyMap<string, number>;
  readonly clockStepCounter: string;
  /**
   * Reads CLOCK_REALTIME a few times between two reads of CLOCK_MONOTONIC. Half the width of the narrowest
   * bracket, ns: how precisely an edge on one clock is known on the other.
   */
  edgeUncertaintyNs(): number;
  /** Keeps CPUs busy until disposed: threads that only compute, one per CPU in turn. */
  startBusyThreads(threads: number): Disposable;
  /** Makes the kernel time BPF programs until disposed, those of others too; no setting is changed. */
  timePrograms(): Disposable;
}

const CLOCK_REALTIME = 0;
const CLOCK_MONOTONIC = 1;
const BRACKETS = 16;

export interface KernelSideOptions {
  /** The tier to require; undefined: the best available. */
  readonly require: Tier | undefined;
  /** The file that gives the kernel's types; null: its own do. */
  readonly types: TypesFile | null;
  /** Whether locks and interrupts are observed too. */
  readonly detail: boolean;
  /** Hooks to leave out. */
  readonly without: ReadonlySet<string>;
  readonly target: TargetChoice;
  readonly trigger: TriggerChoice;
  /** Period of the timer's edges. */
  readonly periodNs: number;
  /** Whether the CPUs keep what they did lately. */
  readonly keepsRecent: boolean;
  /** CPUs and scheduling of the built-in target. */
  readonly attributes: AskedAttributes;
}

/**
 * Opens the trigger's device and libbpf, and attaches the probes.
 *
 * @throws Failure (cannot measure) with the reason
 */
export async function openKernelSide(options: KernelSideOptions): Promise<KernelSide> {
  const { require, detail, without, target, attributes, keepsRecent } = options;
  const { openNativeParts } = await import("../probes/native_parts.ts");
  const { startBusyThreads } = await import("../../ffi/load.ts");
  const { enableProgramStatistics } = await import("../../ffi/bpf_object.ts");
  const { clockStepCounter, tasksNamed } = await import("../../ffi/target.ts");
  const namespaces = checkNamespaces(readMachineText, readKernelLink);
  if (target.kind !== "self" && !procCountsOwnPids(readKernelLink, Deno.pid)) throw otherPids();
  const parts = await openNativeParts(options.types);
  const types = await parts.types();
  const { native, attach, kernelEnum } = parts;
  const task = target.kind === "self" ? null : findTask(target, (comm) => tasksNamed(native, comm));
  const machine = { read: readMachineText, readBytes: readKernelFile, exists: kernelFileExists };
  using resources = new DisposableStack();
  const trigger = resources.use(openTrigger(native, options.trigger, options.periodNs, machine));
  const inside = {
    ownPids: namespaces.pid !== null,
    monotonicOffsetNs: namespaces.monotonicOffsetNs,
  };
  const followed = task === null
    ? await builtInTarget(native, trigger, attributes, inside, machine)
    : await existingTarget(native, trigger, task, inside, machine);
  const ofTask = { pidNamespace: namespaces.pid, targetTells: task === null };
  const request = { require, detail, without, keepsRecent, ...ofTask };
  const probes = resources.use(explained(() => attach(request), parts));
  const held = resources.move();
  return {
    probes,
    ...followed,
    types,
    task,
    trigger: trigger.trigger,
    triggerDevice: trigger.device,
    scxWakeFlags: kernelEnum(SCX_WAKE_FLAGS),
    clockStepCounter: clockStepCounter(native),
    edgeUncertaintyNs: () => edgeUncertaintyNs(native),
    startBusyThreads: (threads) => startBusyThreads(native, threads),
    timePrograms: () => enableProgramStatistics(native) ?? cannotTime(),
    [Symbol.dispose]: () => held.dispose(),
  };
}

function otherPids(): Failure {
  return new Failure(
    EXIT.cannotMeasure,
    "cannot follow another task: /proc counts pids of another pid namespace than this process's",
    "mount a /proc of its own (unshare --mount-proc, or the container's), or run it outside",
  );
}

function cannotTime(): never {
  throw new Failure(
    EXIT.cannotMeasure,
    "cannot measure the overhead: the kernel does not time BPF programs (BPF_ENABLE_STATS)",
    "leave --measure-overhead out, or use Linux 5.8 or later with CAP_SYS_ADMIN",
  );
}

function explained(attempt: () => ChainProbes, evidence: Evidence): ChainProbes {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof LibbpfError) throw attachFailure(error, evidence);
    if (!(error instanceof TierUnavailable)) throw error;
    throw new Failure(
      EXIT.cannotMeasure,
      `cannot measure at tier ${error.tier}: ${wordsOf(error.reason)}`,
      `leave --require out to take the best tier there is, or ${
        remedyFor([error.reason], "use a kernel that offers it")
      }`,
      { cause: error },
    );
  }
}

function edgeUncertaintyNs(native: NativeLibrary): number {
  let narrowest = Infinity;
  for (let i = 0; i < BRACKETS; i++) {
    const before = native.symbols.clock_now(CLOCK_MONOTONIC);
    native.symbols.clock_now(CLOCK_REALTIME);
    const after = native.symbols.clock_now(CLOCK_MONOTONIC);
    narrowest = Math.min(narrowest, Number(after - before));
  }
  return Math.ceil(narrowest / 2);
}
