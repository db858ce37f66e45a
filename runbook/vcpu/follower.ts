/** Follows the vCPU threads of one VM on this machine, by the programs of bpf/vcpu.bpf.c. */

import { BpfObject, type BpfRuntime, type RingBuffer } from "../../ffi/bpf_object.ts";
import { LibbpfError } from "../../ffi/libbpf_error.ts";
import { decodeStruct } from "../../ffi/struct.ts";
import { FOLLOWED_VM, VCPU_COUNTERS, VCPU_STATE } from "../../ffi/vcpu_layout.generated.ts";
import type { HookFact } from "../../analysis/result/meta.ts";
import { verifierSays } from "../probes/libbpf_log.ts";
import { errnoName } from "../../system/errno.ts";
import { EVENT_BYTES, EventLog } from "./events.ts";
import { HOST_HOOKS, type HostHook } from "./hooks.ts";

/** Of bpf/vcpu.bpf.c. */
const FOLLOWED = ".data.followed";
const VCPUS = "vcpus";
const EVENTS = "vcpu_events";
const COUNTERS = "vcpu_counters";
/** max_entries of the ring: what is read at once is at most that. */
const RING_BYTES = 1 << 22;

/** The programs cannot be loaded or attached here. */
class CannotFollow extends Error {
  override readonly name = "CannotFollow";
}

/** Loaded programs; disposing detaches and unloads them. */
export class Follower implements Disposable {
  readonly log: EventLog = new EventLog();
  readonly #object: BpfObject;
  readonly #ring: RingBuffer;
  readonly #programs: readonly HostHook[];
  #lostBefore = 0;

  private constructor(object: BpfObject, programs: readonly HostHook[], readonly hooks: readonly HookFact[]) {
    this.#object = object;
    this.#programs = programs;
    this.#ring = object.ringBuffer(EVENTS, EVENT_BYTES, RING_BYTES);
  }

  /**
   * Loads what this kernel offers, and tries each hook once.
   *
   * @param offered which tracepoints the kernel has
   * @throws {CannotFollow} when the scheduler's events are not among them
   */
  static load(runtime: BpfRuntime, bytes: Uint8Array<ArrayBuffer>, offered: ReadonlySet<string>): Follower {
    const reasons = new Map<HostHook, string>();
    for (const hook of HOST_HOOKS) if (!offered.has(hook.hook)) reasons.set(hook, absent(hook));
    const object = loaded(runtime, bytes, reasons);
    try {
      for (const hook of HOST_HOOKS) {
        if (reasons.has(hook)) continue;
        try {
          object.attach(hook.program);
          object.detach(hook.program);
        } catch (error) {
          if (!(error instanceof LibbpfError)) throw error;
          reasons.set(hook, errnoName(error.errno));
        }
      }
      requireNeeded(reasons);
      const facts = HOST_HOOKS.map((hook) => factOf(hook, reasons.get(hook)));
      return new Follower(object, HOST_HOOKS.filter((hook) => !reasons.has(hook)), facts);
    } catch (error) {
      object[Symbol.dispose]();
      throw error;
    }
  }

  /** Whether that hook observes something. */
  sees(hook: string): boolean {
    return this.#programs.some((program) => program.hook === hook);
  }

  /** Begins to follow that process; its vCPUs' threads are to be added. */
  begin(tgid: number): void {
    this.#ring.drain();
    this.log.clear();
    this.#lostBefore = this.#ringFull();
    this.#follow(tgid);
    for (const { program } of this.#programs) this.#object.attach(program);
  }

  add(tid: number): void {
    this.#object.update(VCPUS, tid, new Uint8Array(VCPU_STATE.size));
  }

  /** Takes the events since the last call into the log. */
  drain(): void {
    this.log.add(this.#ring.drain());
  }

  /** Events of this turn that found no room in the ring or in the log. */
  get lost(): number {
    return this.log.lost + this.#ringFull() - this.#lostBefore;
  }

  end(): void {
    for (const { program } of this.#programs) this.#object.detach(program);
    this.#follow(0);
    this.drain();
  }

  #follow(tgid: number): void {
    const value = new Uint8Array(FOLLOWED_VM.size);
    new DataView(value.buffer).setUint32(FOLLOWED_VM.fields.tgid.offset, tgid, true);
    this.#object.update(FOLLOWED, 0, value);
  }

  #ringFull(): number {
    const counters = decodeStruct(VCPU_COUNTERS, this.#object.lookup(COUNTERS, 0, VCPU_COUNTERS.size));
    return Number(counters.ring_full);
  }

  [Symbol.dispose](): void {
    this.#ring[Symbol.dispose]();
    this.#object[Symbol.dispose]();
  }
}

/** Loads all programs without a reason against them; one that the kernel refuses gets one, and the rest is tried again. */
function loaded(
  runtime: BpfRuntime,
  bytes: Uint8Array<ArrayBuffer>,
  reasons: Map<HostHook, string>,
): BpfObject {
  for (;;) {
    requireNeeded(reasons);
    const object = new BpfObject(runtime, bytes);
    try {
      for (const hook of HOST_HOOKS) object.setAutoload(hook.program, !reasons.has(hook));
      object.load();
      return object;
    } catch (error) {
      object[Symbol.dispose]();
      if (!(error instanceof LibbpfError)) throw error;
      const refused = HOST_HOOKS.find(({ program }) => error.log.includes(`prog '${program}': failed`));
      const said = verifierSays(error) ?? errnoName(error.errno);
      if (refused === undefined || reasons.has(refused)) throw new CannotFollow(said, { cause: error });
      reasons.set(refused, said);
    }
  }
}

function requireNeeded(reasons: ReadonlyMap<HostHook, string>): void {
  for (const [{ hook, needed }, reason] of reasons) {
    if (needed) throw new CannotFollow(`${hook}: ${reason}`);
  }
}

function absent({ ofKvm }: HostHook): string {
  return ofKvm ? "kvm has no such tracepoint, or is not loaded" : "this kernel has no such tracepoint";
}

function factOf({ hook }: HostHook, reason: string | undefined): HookFact {
  const fact = { stage: "host", hook, kind: "tp_btf", attached: reason === undefined } as const;
  return reason === undefined ? fact : { ...fact, reason };
}
