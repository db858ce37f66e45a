/** The chain's BPF programs, attached at the best tier this kernel offers, and the records they deliver. */

import { BpfObject, type BpfRuntime, type ProgramCounts, type RingBuffer } from "../../ffi/bpf_object.ts";
import { ARMED_RUN, PROBE_COUNTERS, PROBE_WINDOW } from "../../ffi/layout.generated.ts";
import { LibbpfError } from "../../ffi/libbpf_error.ts";
import type { RecentRing } from "../../ffi/recent.ts";
import {
  type ChainRecord,
  CPU_LOG_BYTES,
  type CpuLog,
  decodeCpuLog,
  decodeRecord,
  RECORD_BYTES,
} from "../../ffi/record.ts";
import { decodeStruct } from "../../ffi/struct.ts";
import { type HookFact, type Tier, TIERS } from "../../analysis/result/meta.ts";
import { ERRNO } from "../../system/errno.ts";
import { attachReason, loadReason } from "./attach_failure.ts";
import { type ChainObjects, configOf, HARDIRQ_DISABLE_MARKS, objectFor, tellsRead } from "./config.ts";
import { type Hook, HOOKS, isOnTracepoint, PROGRAMS, type Variant } from "./hooks.ts";
import {
  type Asked,
  contextUnseen,
  type Definitions,
  Ladder,
  leftOut,
  PREEMPT_COUNT,
  TierUnavailable,
} from "./ladder.ts";
import { lacksModuleTypes } from "./libbpf_log.ts";
import { recentEventsFor, RecentRings } from "./recent.ts";
import { hookFact, type HookState } from "./reasons.ts";

/** Sums since the programs were attached. */
export interface Counters {
  /** Records that did not fit into the ring buffer. */
  readonly ring_full: number;
  /** Clock reads by our own programs, which are filtered out. */
  readonly self_reads: number;
  /**
   * Program invocations that the kernel skipped because the program was already running; null: it does not
   * count them.
   */
  readonly recursion_misses: number | null;
}

/** What a measurement asks of the probes. */
export interface AttachRequest extends Asked {
  /** The tier to use; undefined: the best available. */
  readonly require: Tier | undefined;
  /** Inode of the pid namespace that counts the target's pid; null: the initial one. */
  readonly pidNamespace: number | null;
}

export interface AttachOptions extends AttachRequest {
  readonly definitions: Definitions;
  /** Whether the kernel has a kprobe PMU (/sys/bus/event_source/devices/kprobe). */
  readonly hasKprobes: boolean;
  /** How many CPUs the machine can have. */
  readonly possibleCpus: number;
}

/** Maps of bpf/maps.h. */
const ARMED = ".data.armed";
const CHAIN = ".data.chain";
const WINDOW = ".data.window";
const CPU_LOGS = "cpu_logs";

/** A program that could be attached, and can be attached again. */
interface AttachedProgram extends Variant {
  attach(): void;
}

/** A program with the kernel's counts of it. */
export interface ProgramUse extends ProgramCounts {
  readonly program: string;
}

/**
 * The attached probes; disposing detaches everything. Tracepoint programs slow every task of the machine that
 * wakes or is switched in (and sys_enter, which is only used for targets other than the built-in one, every
 * system call), but attach and detach in a fraction of a millisecond: they are only attached between open()
 * and close(). Programs on functions take the kernel tens of ms each to remove, so they stay.
 */
export class ChainProbes implements Disposable {
  readonly #object: BpfObject;
  readonly #ring: RingBuffer;
  readonly #attached: readonly AttachedProgram[];
  readonly #records = new Map<number, ChainRecord>();
  #isOpen = false;
  #windows = 0n;
  readonly #recent: RecentRings | null;
  readonly armedMapFd: number;

  private constructor(
    object: BpfObject,
    readonly tier: Tier,
    /**
     * Whether the target reports its read, which the kernel's side then takes when the target leaves its CPU.
     */
    readonly readIsTold: boolean,
    /** Of all hooks, in the order of the table. */
    readonly hookStates: readonly HookState[],
    attached: readonly AttachedProgram[],
    recent: RecentRings | null,
  ) {
    this.#object = object;
    this.#recent = recent;
    this.#attached = attached;
    this.#ring = object.ringBuffer("records", RECORD_BYTES);
    this.armedMapFd = object.mapFd(ARMED);
    this.close();
  }

  /**
   * Tries the tiers from the best down, or only the required one.
   *
   * @throws {TierUnavailable} when the required tier, or every tier, is unavailable
   * @throws {LibbpfError} when not even tracepoint programs can be loaded
   */
  static attach(runtime: BpfRuntime, objects: ChainObjects, options: AttachOptions): ChainProbes {
    const names = HOOKS.map(({ hook }) => hook);
    const inBtf = runtime.functionsInKernelBtf([...names, ...HARDIRQ_DISABLE_MARKS])
      .union(runtime.tracepointsInKernelBtf(names));
    const variables = runtime.variablesInKernelBtf(PREEMPT_COUNT?.variables ?? []);
    const tiers = options.require === undefined ? TIERS : [options.require];
    const refusals: TierUnavailable[] = [];
    for (const tier of tiers) {
      try {
        if (tier !== "raw" && runtime.typesPath !== null) {
          throw new TierUnavailable(tier, { code: "types_of_file" });
        }
        if ((tier === "kprobe" || tier === "raw") && !options.hasKprobes) {
          throw new TierUnavailable(tier, { code: "no_kprobes" });
        }
        const unseen = contextUnseen(tier, variables, options.definitions);
        if (unseen !== null) throw new TierUnavailable(tier, unseen);
        return attachTier(
          runtime,
          objects,
          new Ladder(tier, inBtf, options.definitions, options),
          refusals,
          options,
        );
      } catch (error) {
        if (!(error instanceof TierUnavailable)) throw error;
        refusals.push(error);
      }
    }
    throw refusals.at(-1) ?? new RangeError("there must be a tier to try");
  }

  /** @internal */
  static of(
    object: BpfObject,
    ladder: Ladder,
    hookStates: readonly HookState[],
    attached: readonly AttachedProgram[],
    recent: RecentRings | null,
  ): ChainProbes {
    return new ChainProbes(object, ladder.tier, tellsRead(ladder), hookStates, attached, recent);
  }

  /** In the form of a result file, without those that no row depends on: --on-slow may come and go within a file. */
  get hooks(): readonly HookFact[] {
    return this.hookStates.filter((_, at) => !HOOKS[at]!.ofRecent).map(hookFact);
  }

  /** Attaches the programs that are only attached while a run is awaited. */
  open(): void {
    this.#isOpen = true;
    this.#beginWindow();
    for (const one of this.#attached) if (isOnTracepoint(one)) one.attach();
  }

  #beginWindow(): void {
    this.#object.update(WINDOW, 0, windowBytes(++this.#windows));
  }

  close(): void {
    this.#isOpen = false;
    for (const one of this.#attached) if (isOnTracepoint(one)) this.#object.detach(one.program);
  }

  /** Detaches everything until resume(). Slow: the kernel waits for every task. */
  suspend(): void {
    for (const { program } of this.#attached) this.#object.detach(program);
  }

  /** @throws {LibbpfError} when a hook cannot be attached again */
  resume(): void {
    this.#beginWindow();
    for (const one of this.#attached) if (this.#isOpen || !isOnTracepoint(one)) one.attach();
  }

  /** Whether the kernel counts the invocations that it skips. */
  get countsMisses(): boolean {
    return this.counters().recursion_misses !== null;
  }

  programs(): ProgramUse[] {
    return this.#attached.map(({ program }) => ({ program, ...this.#object.counts(program) }));
  }

  /** Consumes the ring buffer; returns the record of that run, or null when it has not arrived (yet). */
  take(run: number): ChainRecord | null {
    for (const bytes of this.#ring.consume()) {
      const record = decodeRecord(bytes);
      if (record !== null) this.#records.set(Number(record.run), record);
    }
    const record = this.#records.get(run) ?? null;
    this.#records.delete(run);
    return record;
  }

  /**
   * Disarms, and returns what was seen of that run: its record, or from the chain map the stages of a window
   * that closed without its read. null when not even the wakeup was seen. Afterwards the same run can be
   * armed again.
   */
  abandon(run: number): ChainRecord | null {
    this.#object.update(ARMED, 0, new Uint8Array(ARMED_RUN.size));
    const record = this.take(run) ?? this.#chainOf(run);
    this.#object.update(CHAIN, 0, new Uint8Array(RECORD_BYTES));
    return record;
  }

  /**
   * After the built-in target has returned: whether more of that run can still arrive. If the target reports
   * its read, that is its leaving the CPU; otherwise, once its read was seen, the waker's return.
   */
  awaitsRest(run: number): boolean {
    const chain = this.#chainOf(run);
    return chain !== null && (this.readIsTold || chain.tkread_task_ns !== null);
  }

  /** What each of the chain's CPUs did while it was open, by the CPU. */
  logsOf(chain: ChainRecord): readonly CpuLog[] {
    const { waker_cpu, prev_cpu, rq_cpu, activate_cpu, target_cpu, tkread_cpu } = chain;
    const cpus = new Set([waker_cpu, prev_cpu, rq_cpu, activate_cpu, target_cpu, tkread_cpu]);
    return [...cpus].filter((cpu) => cpu !== null).map((cpu) =>
      decodeCpuLog(this.#object.lookup(CPU_LOGS, cpu, CPU_LOG_BYTES), cpu, chain)
    );
  }

  /** What each CPU did since open(), as far as its ring reaches back; empty when that is not kept. */
  recent(): readonly RecentRing[] {
    return this.#recent?.read(this.#windows) ?? [];
  }

  #chainOf(run: number): ChainRecord | null {
    const record = decodeRecord(this.#object.lookup(CHAIN, 0, RECORD_BYTES));
    return record !== null && record.run === BigInt(run) ? record : null;
  }

  counters(): Counters {
    const counters = this.#object.lookup("counters", 0, PROBE_COUNTERS.size);
    const { ring_full, self_reads } = decodeStruct(PROBE_COUNTERS, counters);
    let misses: number | null = 0;
    for (const { program } of this.#attached) {
      misses = plus(misses, this.#object.counts(program).recursion_misses);
    }
    return {
      ring_full: Number(ring_full),
      self_reads: Number(self_reads),
      recursion_misses: misses,
    };
  }

  [Symbol.dispose](): void {
    this.#ring[Symbol.dispose]();
    this.#object[Symbol.dispose]();
  }
}

function plus(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}

function windowBytes(number: bigint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(PROBE_WINDOW.size);
  new DataView(bytes.buffer).setBigUint64(PROBE_WINDOW.fields.number.offset, number, true);
  return bytes;
}

/**
 * Loads what the ladder still offers. When the kernel refuses a program, that one is struck off and the rest
 * is loaded again.
 */
function loadPrograms(
  runtime: BpfRuntime,
  bytes: Uint8Array<ArrayBuffer>,
  ladder: Ladder,
  { pidNamespace, possibleCpus, keepsRecent }: AttachOptions,
): BpfObject {
  for (;;) {
    ladder.check();
    const wanted = new Set(HOOKS.flatMap((hook) => ladder.open(hook)).map(({ program }) => program));
    const object = new BpfObject(runtime, bytes);
    try {
      for (const program of PROGRAMS) object.setAutoload(program, wanted.has(program));
      const recentEvents = keepsRecent ? recentEventsFor(possibleCpus) : 0;
      object.setReadOnlyData(configOf(ladder, pidNamespace, recentEvents));
      object.setMaxEntries(CPU_LOGS, possibleCpus);
      if (keepsRecent) object.setMaxEntries("recent_events", possibleCpus * recentEvents);
      object.load();
      return object;
    } catch (error) {
      object[Symbol.dispose]();
      if (!(error instanceof LibbpfError)) throw error;
      if (ladder.tier !== "tracepoint" && lacksModuleTypes(error)) {
        const reason = { code: "modules_unseen", sought: "per-CPU variables" } as const;
        throw new TierUnavailable(ladder.tier, reason, { cause: error });
      }
      const reason = loadReason(error);
      if (reason === null || !wanted.has(reason.program)) throw error;
      // A kernel without function tracing refuses every fentry program: one refusal is enough.
      if (ladder.tier === "full" && error.errno === ERRNO.EPERM) {
        throw new TierUnavailable("full", { code: "no_function_tracing" }, { cause: error });
      }
      ladder.refuse(reason.program, reason);
    }
  }
}

function attacherOf(object: BpfObject, ladder: Ladder, variant: Variant): () => void {
  const { program, kind } = variant;
  const address = ladder.addressFor(variant);
  if (address === null) return () => object.attach(program);
  return () => object.attachAt(program, address, kind === "kretprobe");
}

/**
 * Exits first, because the kprobe attached last to a function is called first. A return probe replaces the
 * caller's address with its own, and until 5.15 a stack taken after that ends there (seen on 5.10).
 */
const ATTACH_ORDER: readonly Hook[] = [...HOOKS.filter(isExit), ...HOOKS.filter((hook) => !isExit(hook))];

function isExit({ ladder }: Hook): boolean {
  return ladder.kprobe?.some(({ kind }) => kind === "kretprobe") ?? false;
}

/** A tier whose every function is hooked by kprobe is the one below. */
function requireFentry(ladder: Ladder, attached: readonly AttachedProgram[]): void {
  if (attached.some(({ kind }) => kind === "fentry")) return;
  const reasons = HOOKS.flatMap((hook) => ladder.reasons(hook)).filter(({ code }) => code === "not_attached");
  throw new TierUnavailable("full", { code: "no_fentry", reasons: reasons.slice(0, 1) });
}

/** @param refusals why better tiers were refused before */
function attachTier(
  runtime: BpfRuntime,
  objects: ChainObjects,
  ladder: Ladder,
  refusals: readonly TierUnavailable[],
  options: AttachOptions,
): ChainProbes {
  const { tier } = ladder;
  const object = loadPrograms(runtime, objectFor(ladder, objects), ladder, options);
  try {
    const attached: AttachedProgram[] = [];
    const stateOf = (hook: Hook): HookState => {
      const { stage, hook: name } = hook;
      for (const variant of ladder.open(hook)) {
        try {
          const attach = attacherOf(object, ladder, variant);
          attach();
          attached.push({ ...variant, attach });
          return { stage, hook: name, kind: variant.kind, reasons: [] };
        } catch (error) {
          if (!(error instanceof LibbpfError)) throw error;
          ladder.refuse(variant.program, attachReason(hook, variant, error));
          ladder.check(error);
        }
      }
      const best = (hook.ladder[tier] ?? hook.ladder.full ?? hook.ladder.tracepoint)?.[0];
      const reasons = leftOut(hook, ladder, refusals) ?? ladder.reasons(hook);
      return { stage, hook: name, kind: best?.kind ?? "tp_btf", reasons };
    };
    const states = new Map(ATTACH_ORDER.map((hook) => [hook, stateOf(hook)]));
    if (tier === "full") requireFentry(ladder, attached);
    const recent = options.keepsRecent ? new RecentRings(object, options.possibleCpus) : null;
    return ChainProbes.of(object, ladder, HOOKS.map((hook) => states.get(hook)!), attached, recent);
  } catch (error) {
    object[Symbol.dispose]();
    throw error;
  }
}
