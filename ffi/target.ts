/**
 * Targets: the built-in thread, or an existing task. One call of run() is one run, see ffi/native/target.c
 * and tasks.c.
 */

import {
  AS_IT_IS,
  type AskedAttributes,
  attributeFields,
  cpuMask,
  foundAttributes,
  type TaskAttributes,
} from "./attributes.ts";
import { errnoName } from "../system/errno.ts";
import type { NativeLibrary } from "./native_library.ts";
import type { NativeTrigger } from "./trigger.ts";

/**
 * What one run of a target found out. Times in ns, on the kernel's own CLOCK_MONOTONIC unless stated
 * otherwise.
 */
export interface TargetRun {
  /** The kernel's own numbers; null: only known once the kernel's side sees the target. */
  readonly tgid: number | null;
  readonly pid: number | null;
  /** null: the trigger does not tell the time of its edge, or the clock it uses was set meanwhile. */
  readonly edge_ns: bigint | null;
  /**
   * Half the width of the bracket that placed the CLOCK_REALTIME edge on CLOCK_MONOTONIC; null without an
   * edge.
   */
  readonly edge_uncertainty_ns: number | null;
  /** Number of the edge as the trigger's device counts; null: the trigger has no device. */
  readonly sequence: number | null;
  /** What the built-in target's first clock_gettime after the wakeup returned; not known for another task. */
  readonly value_ns: bigint | null;
  /** Elapsed CLOCK_MONOTONIC minus the elapsed independent counter, from arming to after the read. */
  readonly clock_step_ns: bigint | null;
  readonly clock_step_uncertainty_ns: number | null;
  /** Change of CLOCK_REALTIME - CLOCK_MONOTONIC between the same instants. */
  readonly realtime_step_ns: bigint | null;
  /** The machine's own counter, in ticks, beside CLOCK_MONOTONIC, after the read. */
  readonly counter: ClockPair;
  /** CLOCK_REALTIME of this machine's host beside CLOCK_MONOTONIC, after the read; null: no host tells it. */
  readonly host_clock: ClockPair | null;
}

/** Two clocks at the same instant. */
export interface ClockPair {
  /** Of the other clock. */
  readonly value: bigint;
  /** CLOCK_MONOTONIC, ns. */
  readonly mono_ns: bigint;
  /** How far apart the two reads can be, ns. */
  readonly uncertainty_ns: number;
}

/**
 * The target's call failed. ETIME: the edge was too near. ESTALE: it is not known which edge it was. EINTR:
 * its sleep was cut short. ESRCH: the task ended.
 */
export class TargetError extends Error {
  override readonly name = "TargetError";

  constructor(readonly run: number, readonly errno: number) {
    super(`The target of run ${run} failed with ${errnoName(errno)}`);
  }
}

/**
 * How far away the edge must still be once the target is armed, because the target has yet to fall asleep. A
 * target that falls asleep too late is detected. Where every edge counts at short periods, a tenth of the
 * period must do.
 *
 * @returns ns
 */
export function armedLeadNs(periodNs: number): number {
  return Math.min(Math.floor(periodNs / 10), LONGEST_ARMED_LEAD_NS);
}

const LONGEST_ARMED_LEAD_NS = 1_000_000;

/** struct target_request of ffi/native/target.h, field by field, each of 8 bytes. */
export const REQUEST_FIELDS = [
  "armed_map_fd",
  "run",
  "wake",
  "edge_real_ns",
  "lead_ns",
  "hold_ns",
  "trigger",
  "trigger_fd",
  "cpus",
  "cpus_bytes",
  "monotonic_offset_ns",
  "policy",
  "priority",
  "nice",
  "stack",
] as const;

/** struct target_result, likewise. */
export const RESULT_FIELDS = [
  "tgid",
  "pid",
  "edge_ns",
  "edge_uncertainty_ns",
  "value_ns",
  "clock_step_ns",
  "clock_step_uncertainty_ns",
  "realtime_step_ns",
  "sequence",
  "counter",
  "counter_mono_ns",
  "counter_uncertainty_ns",
  "host_real_ns",
  "host_mono_ns",
  "host_uncertainty_ns",
] as const;

type Request = Readonly<Record<typeof REQUEST_FIELDS[number], bigint>>;

type Result = Readonly<Record<typeof RESULT_FIELDS[number], bigint>>;

const CLOCK_REALTIME = 0;

const NO_RUN = 0n;

/** How this process's pids and times differ from the kernel's own. */
export interface Inside {
  /** Whether this process counts pids in another namespace than the initial one. */
  readonly ownPids: boolean;
  /** This process's CLOCK_MONOTONIC minus the kernel's own, ns. */
  readonly monotonicOffsetNs: bigint;
}

const NOT_INSIDE: Inside = { ownPids: false, monotonicOffsetNs: 0n };

export interface TargetOptions {
  readonly trigger: NativeTrigger;
  /** The namespaces; default: the initial ones. */
  readonly inside?: Inside;
  /** See {@linkcode armedLeadNs}; default: the longest lead. */
  readonly leadNs?: number;
  /** Where and how the target is scheduled; default: like this process. */
  readonly attributes?: AskedAttributes;
  /**
   * How long the waker delays the wake after the edge, ns; not used where the trigger itself wakes the
   * target.
   */
  readonly holdNs?: bigint;
}

/** What both kinds of target have in common. */
abstract class TargetBase {
  protected readonly native: NativeLibrary;
  protected readonly inside: Inside;
  #run = 0;
  /**
   * Deno holds no reference to a buffer during a nonblocking call, and the call uses both buffers on another
   * thread until it ends. If they were collected before that, it would work on freed memory.
   */
  protected underWay: readonly ArrayBufferView[] = [];

  constructor(native: NativeLibrary, inside: Inside) {
    this.native = native;
    this.inside = inside;
  }

  protected async call(
    run: number,
    asked: Request,
    start: (
      native: NativeLibrary,
      request: Uint8Array<ArrayBuffer>,
      result: Uint8Array<ArrayBuffer>,
    ) => Promise<number>,
  ): Promise<Result> {
    // A cancelled run may be repeated: forget the cancellation, so it does not end the new attempt.
    this.native.symbols.target_cancel(NO_RUN);
    this.#run = run;
    const request = new BigInt64Array(REQUEST_FIELDS.map((name) => asked[name]));
    const result = new BigInt64Array(RESULT_FIELDS.length);
    this.underWay = [request, result];
    const errno = await start(
      this.native,
      new Uint8Array(request.buffer),
      new Uint8Array(result.buffer),
    );
    if (errno !== 0) throw new TargetError(run, errno);
    return Object.fromEntries(RESULT_FIELDS.map((name, i) => [name, result[i]])) as Result;
  }

  /** Ends the sleep of the latest run, even one about to begin: its run() rejects with errno EINTR. */
  cancel(): void {
    this.native.symbols.target_cancel(BigInt(this.#run));
  }

  /** CLOCK_REALTIME in ns. */
  realtimeNow(): bigint {
    return this.native.symbols.clock_now(CLOCK_REALTIME);
  }
}

/** The built-in target, the same one for all runs. */
export class NativeTarget extends TargetBase {
  readonly #trigger: NativeTrigger;
  readonly #holdNs: bigint;
  readonly #leadNs: bigint;
  /** Kept here because requests contain its address: it must live as long as the target. */
  readonly #cpus: Uint8Array<ArrayBuffer> | null;
  readonly #attributes: AskedAttributes;

  constructor(native: NativeLibrary, options: TargetOptions) {
    super(native, options.inside ?? NOT_INSIDE);
    this.#trigger = options.trigger;
    this.#attributes = options.attributes ?? AS_IT_IS;
    this.#cpus = this.#attributes.cpus === null ? null : cpuMask(this.#attributes.cpus);
    this.#holdNs = options.holdNs ?? 0n;
    this.#leadNs = BigInt(options.leadNs ?? LONGEST_ARMED_LEAD_NS);
  }

  /**
   * One run: on its own native thread the target arms `armedMapFd` with its own pid, blocks until it is woken,
   * reads the clock by the raw system call and disarms.
   *
   * @param edgeRealNs absolute CLOCK_REALTIME at which the edge is due
   * @param wake how the target is woken: a name of the table in ffi/native/wakes.c
   * @param stack whether the kernel's side takes the run's stacks
   * @throws {TargetError}
   * @throws {RangeError} when there is no such wake
   */
  async run(
    armedMapFd: number,
    run: number,
    edgeRealNs: bigint,
    wake: string,
    stack = true,
  ): Promise<TargetRun> {
    const index = this.native.symbols.wake_index(new TextEncoder().encode(`${wake}\0`));
    if (index < 0) throw new RangeError(`A wake must be in the table of wakes, got ${wake}`);
    const request = {
      ...this.#request(armedMapFd, run, edgeRealNs),
      wake: BigInt(index),
      stack: BigInt(stack),
      lead_ns: this.#leadNs,
      hold_ns: this.#holdNs,
    };
    const result = await this.call(run, request, (native, from, to) => native.symbols.target_run(from, to));
    return {
      tgid: this.inside.ownPids ? null : Number(result.tgid),
      pid: this.inside.ownPids ? null : Number(result.pid),
      ...edgeOf(result),
      value_ns: result.value_ns,
      clock_step_ns: result.clock_step_ns,
      clock_step_uncertainty_ns: Number(result.clock_step_uncertainty_ns),
      realtime_step_ns: result.realtime_step_ns,
      ...clocksOf(result),
    };
  }

  /**
   * What the target has while it runs: a thread of the pool becomes a target for a moment, without a run.
   *
   * @throws {AttributesError}
   */
  async attributes(): Promise<TaskAttributes> {
    const asked = this.#request(-1, 0, 0n);
    const request = new BigInt64Array(REQUEST_FIELDS.map((name) => asked[name]));
    return await foundAttributes((found, mask) => {
      this.underWay = [request, found, mask];
      const { target_attributes } = this.native.symbols;
      return target_attributes(new Uint8Array(request.buffer), found, mask, BigInt(mask.length));
    });
  }

  #request(armedMapFd: number, run: number, edgeRealNs: bigint): Request {
    const cpus = this.#cpus;
    return {
      ...requestOf(armedMapFd, run, edgeRealNs, this.#trigger, this.inside),
      ...attributeFields(this.#attributes),
      ...cpus === null ? {} : { cpus: addressOf(cpus), cpus_bytes: BigInt(cpus.length) },
    };
  }
}

/** An existing task, whose first wakeup after the edge is followed. */
export class ExistingTarget extends TargetBase {
  readonly #pid: number;
  readonly #trigger: NativeTrigger;

  /** @param pid of the task, as this process counts */
  constructor(native: NativeLibrary, pid: number, trigger: NativeTrigger, inside: Inside = NOT_INSIDE) {
    super(native, inside);
    this.#pid = pid;
    this.#trigger = trigger;
  }

  /**
   * Arms `armedMapFd` with the task's pid, from the edge on, and waits for the edge.
   *
   * @param edgeRealNs absolute CLOCK_REALTIME at which the edge is due
   * @throws {TargetError} with ESRCH when the task has ended
   */
  async run(
    armedMapFd: number,
    run: number,
    edgeRealNs: bigint,
    _wake?: string,
    stack = true,
  ): Promise<TargetRun> {
    const request = {
      ...requestOf(armedMapFd, run, edgeRealNs, this.#trigger, this.inside),
      stack: BigInt(stack),
    };
    const result = await this.call(
      run,
      request,
      (native, from, to) => native.symbols.existing_run(from, this.#pid, to),
    );
    return {
      tgid: null,
      pid: this.inside.ownPids ? null : this.#pid,
      ...edgeOf(result),
      value_ns: null,
      clock_step_ns: null,
      clock_step_uncertainty_ns: null,
      realtime_step_ns: null,
      ...clocksOf(result),
    };
  }
}

/** The fields of a request that both kinds of target fill. */
function requestOf(
  armedMapFd: number,
  run: number,
  edgeRealNs: bigint,
  { index, fd }: NativeTrigger,
  { monotonicOffsetNs }: Inside,
): Request {
  return {
    armed_map_fd: BigInt(armedMapFd),
    run: BigInt(run),
    wake: 0n,
    stack: 1n,
    edge_real_ns: edgeRealNs,
    lead_ns: 0n,
    hold_ns: 0n,
    trigger: BigInt(index),
    trigger_fd: BigInt(fd),
    cpus: 0n,
    cpus_bytes: 0n,
    monotonic_offset_ns: monotonicOffsetNs,
    ...attributeFields(AS_IT_IS),
  };
}

/** The fields of a result that both kinds of target give. */
function edgeOf(
  { edge_ns, edge_uncertainty_ns, sequence }: Result,
): Pick<TargetRun, "edge_ns" | "edge_uncertainty_ns" | "sequence"> {
  const edge = edge_uncertainty_ns < 0n
    ? { edge_ns: null, edge_uncertainty_ns: null }
    : { edge_ns, edge_uncertainty_ns: Number(edge_uncertainty_ns) };
  return { ...edge, sequence: sequence < 0n ? null : Number(sequence) };
}

/** Where the clocks stood after the run. */
function clocksOf(result: Result): Pick<TargetRun, "counter" | "host_clock"> {
  const { counter, counter_mono_ns, host_real_ns, host_mono_ns } = result;
  const [own, host] = [Number(result.counter_uncertainty_ns), Number(result.host_uncertainty_ns)];
  return {
    counter: { value: counter, mono_ns: counter_mono_ns, uncertainty_ns: own },
    host_clock: host < 0 ? null : { value: host_real_ns, mono_ns: host_mono_ns, uncertainty_ns: host },
  };
}

function addressOf(bytes: Uint8Array<ArrayBuffer>): bigint {
  return BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)));
}

/** What clock_step_ns is measured against here: the name of the machine's own counter, or CLOCK_MONOTONIC_RAW. */
export function clockStepCounter(native: NativeLibrary): string {
  return Deno.UnsafePointerView.getCString(native.symbols.clock_step_counter()!);
}

const MOST_TASKS = 64;

/** Pids of all tasks of that name, as /proc shows it or as the kernel keeps it; as /proc counts, at most {@linkcode MOST_TASKS}. */
export function tasksNamed(native: NativeLibrary, comm: string): number[] {
  const pids = new Int32Array(MOST_TASKS);
  const count = native.symbols.tasks_named(
    new TextEncoder().encode(`${comm}\0`),
    new Uint8Array(pids.buffer),
    MOST_TASKS,
  );
  return [...pids.subarray(0, Math.min(count, MOST_TASKS))];
}
