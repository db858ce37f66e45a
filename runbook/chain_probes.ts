/** The chain's BPF programs, attached at the best tier that this kernel offers, and the records they deliver. */

import { BpfObject, type BpfRuntime, type RingBuffer } from "../ffi/bpf_object.ts";
import { PROBE_CONFIG, PROBE_COUNTERS } from "../ffi/layout.generated.ts";
import { LibbpfError } from "../ffi/libbpf_error.ts";
import { type ChainRecord, decodeRecord, RECORD_BYTES } from "../ffi/record.ts";
import type { HookFact, Tier } from "../analysis/meta.ts";
import { type Hook, HOOKS, patchesFunction } from "./hooks.ts";

/** Sums since the programs were attached. */
export interface Counters {
  /** Records that found no room in the ring buffer. */
  readonly ring_full: number;
  /** Clock reads of our own programs, filtered out. */
  readonly self_reads: number;
  /** Program invocations the kernel skipped because the program was already running. */
  readonly recursion_misses: number;
}

/** bpf/chain.bpf.c compiled with and without reads of preempt_count, see bpf/kernel.h. */
export interface ChainObjects {
  readonly withContext: Uint8Array<ArrayBuffer>;
  readonly withoutContext: Uint8Array<ArrayBuffer>;
}

/** The tier that was asked for cannot be had on this kernel. */
export class TierUnavailable extends Error {
  override readonly name = "TierUnavailable";

  constructor(readonly tier: Tier, readonly reason: string, options?: ErrorOptions) {
    super(`tier ${tier} is not available: ${reason}`, options);
  }
}

/** Where this function exists, preempt_count() has the newer layout: see bpf/kernel.h. */
const HARDIRQ_DISABLE_MARK = "local_interrupt_disable";

const EPERM = 1;
const EBUSY = 16;

/** Why a hook is not attached, in words for a user. */
function reasonOf(hook: Hook, error: LibbpfError): string {
  if (error.errno === EBUSY) return `the kernel forbids tracing ${hook.hook} (notrace)`;
  const said = error.log.split("\n").map((line) => line.replace(/^libbpf: /, "").trim()).filter(Boolean);
  return `attach failed with errno ${error.errno}${said.length > 0 ? `: ${said[0]}` : ""}`;
}

/** Attached and ready; dispose detaches everything. */
export class ChainProbes implements Disposable {
  readonly #object: BpfObject;
  readonly #ring: RingBuffer;
  readonly #loaded: readonly string[];
  readonly #records = new Map<number, ChainRecord>();
  readonly armedMapFd: number;

  private constructor(
    object: BpfObject,
    readonly tier: Tier,
    readonly hooks: readonly HookFact[],
    loaded: readonly string[],
  ) {
    this.#object = object;
    this.#loaded = loaded;
    this.#ring = object.ringBuffer("records", RECORD_BYTES);
    this.armedMapFd = object.mapFd("armed");
  }

  /**
   * Tries the tiers from the best down, or only the one required.
   *
   * @throws {TierUnavailable} when the required tier, or any, cannot be had
   * @throws {LibbpfError} when not even tracepoint programs can be loaded
   */
  static attach(runtime: BpfRuntime, objects: ChainObjects, options: { require?: Tier }): ChainProbes {
    const inBtf = runtime.functionsInKernelBtf([
      ...HOOKS.filter(patchesFunction).map((hook) => hook.hook),
      HARDIRQ_DISABLE_MARK,
    ]);
    if (options.require !== "tracepoint") {
      try {
        return attachTier(runtime, objects.withContext, "full", inBtf);
      } catch (error) {
        if (
          options.require === "full" || !(error instanceof LibbpfError || error instanceof TierUnavailable)
        ) {
          throw error instanceof LibbpfError
            ? new TierUnavailable("full", fullTierReason(error), { cause: error })
            : error;
        }
        return attachTier(runtime, objects.withoutContext, "tracepoint", inBtf, fullTierReason(error));
      }
    }
    return attachTier(
      runtime,
      objects.withoutContext,
      "tracepoint",
      inBtf,
      "the tracepoint tier was required",
    );
  }

  /** @internal */
  static of(
    object: BpfObject,
    tier: Tier,
    hooks: readonly HookFact[],
    loaded: readonly string[],
  ): ChainProbes {
    return new ChainProbes(object, tier, hooks, loaded);
  }

  /** Consumes the ring buffer; the record of that run, or null when it has not (yet) come. */
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
   * Disarms, and reads what the chain map holds for that run: the stages of a window that closed without its
   * read. null when not even the wakeup was seen.
   */
  abandon(run: number): ChainRecord | null {
    this.#object.update("armed", 0, new Uint8Array(16));
    const bytes = this.#object.lookup("chains", 0, RECORD_BYTES);
    this.#object.update("chains", 0, new Uint8Array(RECORD_BYTES));
    const record = decodeRecord(bytes);
    return record !== null && record.run === BigInt(run) ? record : null;
  }

  counters(): Counters {
    const view = new DataView(this.#object.lookup("counters", 0, PROBE_COUNTERS.size).buffer);
    const { ring_full, self_reads } = PROBE_COUNTERS.fields;
    let misses = 0;
    for (const program of this.#loaded) misses += this.#object.recursionMisses(program);
    return {
      ring_full: Number(view.getBigUint64(ring_full.offset, true)),
      self_reads: Number(view.getBigUint64(self_reads.offset, true)),
      recursion_misses: misses,
    };
  }

  [Symbol.dispose](): void {
    this.#ring[Symbol.dispose]();
    this.#object[Symbol.dispose]();
  }
}

function fullTierReason(error: Error): string {
  if (error instanceof TierUnavailable) return error.reason;
  return error instanceof LibbpfError && error.errno === EPERM
    ? "this kernel offers no function tracing (fentry load: EPERM)"
    : `the fentry programs did not load: ${error.message}`;
}

function configOf(tier: Tier, inBtf: ReadonlySet<string>): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(PROBE_CONFIG.size);
  const { mint_at_sched_waking, return_is_hooked, counts_hardirq_disable } = PROBE_CONFIG.fields;
  bytes[counts_hardirq_disable.offset] = inBtf.has(HARDIRQ_DISABLE_MARK) ? 1 : 0;
  bytes[mint_at_sched_waking.offset] = tier === "full" ? 0 : 1;
  bytes[return_is_hooked.offset] = tier === "full" ? 1 : 0;
  return bytes;
}

/** @param notFull why hooks of the full tier are left out, when `tier` is a lower one */
function attachTier(
  runtime: BpfRuntime,
  bytes: Uint8Array<ArrayBuffer>,
  tier: Tier,
  inBtf: ReadonlySet<string>,
  notFull = "",
): ChainProbes {
  const reasons = new Map<Hook, string>();
  for (const hook of HOOKS) {
    if (patchesFunction(hook) && !inBtf.has(hook.hook)) {
      reasons.set(
        hook,
        "the kernel has no such function in its BTF (inlined, absent, or a module not loaded)",
      );
    } else if (!hook.tiers.includes(tier)) {
      reasons.set(hook, tier === "full" ? "the full tier reads through the accessors instead" : notFull);
    }
  }
  const missing = HOOKS.find((hook) => hook.needed && hook.tiers.includes(tier) && reasons.has(hook));
  if (missing !== undefined) {
    throw new TierUnavailable(tier, `${missing.hook}: ${reasons.get(missing)}`);
  }
  const object = new BpfObject(runtime, bytes);
  try {
    const wanted = HOOKS.filter((hook) => !reasons.has(hook));
    for (const hook of HOOKS) object.setAutoload(hook.program, wanted.includes(hook));
    object.setReadOnlyData(configOf(tier, inBtf));
    object.load();
    for (const hook of wanted) {
      try {
        object.attach(hook.program);
      } catch (error) {
        if (!(error instanceof LibbpfError)) throw error;
        if (hook.needed) {
          throw new TierUnavailable(tier, `${hook.hook}: ${reasonOf(hook, error)}`, { cause: error });
        }
        reasons.set(hook, reasonOf(hook, error));
      }
    }
    const facts = HOOKS.map((hook): HookFact => {
      const reason = reasons.get(hook);
      const { stage, hook: name, kind } = hook;
      return {
        stage,
        hook: name,
        kind,
        attached: reason === undefined,
        ...(reason === undefined ? {} : { reason }),
      };
    });
    return ChainProbes.of(object, tier, facts, wanted.map((hook) => hook.program));
  } catch (error) {
    object[Symbol.dispose]();
    throw error;
  }
}
