/**
 * The host's side of a VM's turns: follows the VM while it measures, and completes its rows afterwards. Whatever fails
 * here costs no row: its cells stay empty, and the reason is told.
 */

import { formatHostEventsHead, formatHostLine } from "../../analysis/host/host_events.ts";
import { kernelFileExists, readKernelFile, readKernelLink } from "../../ffi/kernel_file.ts";
import type { NativeLibrary } from "../../ffi/native_library.ts";
import type { LatestEdge } from "../../ffi/trigger.ts";
import { architectureOf } from "../machine/arch.ts";
import { currentClocksource, readMachineText } from "../machine/machine.ts";
import { readNamespaces } from "../machine/namespaces.ts";
import { openNativeParts } from "../probes/native_parts.ts";
import { Symbols } from "../row/symbols.ts";
import { readClocks } from "../../ffi/clocks.ts";
import type { CounterScale, HostSample } from "./clock_map.ts";
import type { Span } from "./events.ts";
import { Follower } from "./follower.ts";
import { HOST_HOOKS } from "./hooks.ts";
import { completed, type HostMeta, runsOf, type TurnCells } from "./rows.ts";
import { counterScale, type Folders, vcpuThreads } from "./threads.ts";
import { type Followed, tellTurn, type Told } from "./turn.ts";

const KVM_TYPES = "/sys/kernel/btf/kvm";
/** How often the ring is read: it has room for what a VM does in a second. */
const DRAIN_MS = 200;
const NAMES_BYTES = 1 << 16;

/** What the VM's turn gives back, with the file so far. */
interface TurnResult {
  readonly file: Uint8Array | undefined;
}

/** What a turn says besides its rows. */
export interface HostNotes {
  /** Called with each line for the user. */
  tell(line: string): void;
  /** Appends to the file of the host's events. */
  write(text: string): void;
}

/** Reads folders of /proc and /sys. */
export function kernelFolders(native: NativeLibrary): Folders {
  return {
    read: readMachineText,
    list(path) {
      const names = new Uint8Array(NAMES_BYTES);
      const bytes = native.symbols.directory_entries(
        new TextEncoder().encode(`${path}\0`),
        names,
        NAMES_BYTES,
      );
      if (bytes < 0) return null;
      return new TextDecoder().decode(names.subarray(0, Math.min(bytes, NAMES_BYTES))).split("\0").slice(
        0,
        -1,
      );
    },
  };
}

/** What follows needs, once it is loaded. */
interface Able {
  readonly follower: Follower;
  readonly native: NativeLibrary;
  /** This process's CLOCK_MONOTONIC minus the kernel's own, ns. */
  readonly offsetNs: bigint;
}

/** Pulses of this machine that are the edges of a VM. */
interface Pulses {
  /** All so far, in the order of time. */
  readonly asserts: readonly LatestEdge[];
}

/** Where this machine's clocks stand; CLOCK_MONOTONIC as the kernel has it. */
export function sampleHost(native: NativeLibrary, offsetNs: bigint): HostSample {
  const clocks = readClocks(native);
  return { ...clocks, mono_ns: clocks.mono_ns - offsetNs, realtime_ns: clocks.realtime_ns + offsetNs };
}

/** How KVM derives the counter of a VM from this machine's, or why that is not known. */
function readScale(process: number, folders: Folders): CounterScale | string {
  const { counter } = architectureOf();
  const flags = /^flags\s*:\s*(.*)$/m.exec(readMachineText("/proc/cpuinfo") ?? "")?.[1];
  const { steady } = counter.steadiness(flags === undefined ? null : new Set(flags.split(/\s+/)));
  if (steady !== true && currentClocksource(readMachineText) !== counter.clocksource) {
    return `this machine's ${counter.title} is not steady`;
  }
  return counterScale(process, counter.guestScale, folders);
}

/** What this machine can follow VMs with. */
export class HostSide implements Disposable {
  readonly #notes: HostNotes;
  /** Or why nothing can be followed at all. */
  readonly #able: Able | string;
  readonly #told = new Set<string>();
  #isBegun = false;

  private constructor(notes: HostNotes, able: Able | string) {
    this.#notes = notes;
    this.#able = able;
  }

  /** @param unable why the VM cannot be followed, where that is known before */
  static async open(notes: HostNotes, unable: string | null = null): Promise<HostSide> {
    if (unable !== null) return new HostSide(notes, unable);
    try {
      const namespaces = readNamespaces(readMachineText, readKernelLink);
      if (namespaces.pid !== null) {
        return new HostSide(notes, "this process counts pids of its own namespace: run probe outside of it");
      }
      const { native, runtime, vcpuObject } = await openNativeParts();
      const names = HOST_HOOKS.map(({ hook }) => hook);
      const offered = runtime().tracepointsInKernelBtf(names);
      // A module's types are found by libbpf; a tracepoint that they lack is refused when it is loaded.
      if (kernelFileExists(KVM_TYPES)) {
        for (const { hook, ofKvm } of HOST_HOOKS) if (ofKvm) offered.add(hook);
      }
      const follower = Follower.load(runtime(), vcpuObject, offered);
      return new HostSide(notes, { follower, native, offsetNs: namespaces.monotonicOffsetNs });
    } catch (error) {
      return new HostSide(notes, words(error));
    }
  }

  /** Why no VM can be followed; null: one can. */
  get unable(): string | null {
    return typeof this.#able === "string" ? this.#able : null;
  }

  /**
   * A VM that was started.
   *
   * @param process of the VM; null: not known
   * @param begun the file that it was given to go on with, as it was completed; null: it begins one
   * @param pulses that were foreseen for it; null: it has edges of its own
   */
  session(
    process: number | null,
    begun: Uint8Array<ArrayBuffer> | null,
    pulses: Pulses | null = null,
  ): HostSession {
    const able = typeof this.#able !== "string" && process === null
      ? "the VM's process is not known"
      : this.#able;
    return new HostSession(able, process, begun ?? new Uint8Array(), pulses, {
      say: (what, reason, runs) => this.#say(what, reason, runs),
      write: (told) => this.#write(process, told),
    });
  }

  #say(what: "host's part" | "edge", reason: string, runs: number): void {
    const of = runs === 0 ? "the VM's rows" : `${runs} ${runs === 1 ? "row" : "rows"} of the VM`;
    if (this.#told.has(`${what}: ${reason}`)) return;
    this.#told.add(`${what}: ${reason}`);
    this.#notes.tell(`notice: the ${what} of ${of} is empty: ${reason}`);
  }

  #write(process: number | null, { turn, runs }: Told): void {
    if (turn === null || process === null || typeof this.#able === "string") return;
    const head = this.#isBegun ? "" : formatHostEventsHead({ process, hooks: this.#able.follower.hooks });
    this.#isBegun = true;
    this.#notes.write(head + [turn, ...runs].map(formatHostLine).join(""));
  }

  [Symbol.dispose](): void {
    if (typeof this.#able !== "string") this.#able.follower[Symbol.dispose]();
  }
}

interface SessionNotes {
  /** @param runs how many it is about; 0: all */
  say(what: "host's part" | "edge", reason: string, runs: number): void;
  write(told: Told): void;
}

/** Follows one VM through its turns, and completes its file. */
class HostSession {
  readonly #able: Able | string;
  readonly #process: number | null;
  readonly #pulses: Pulses | null;
  readonly #notes: SessionNotes;
  /** Bytes of the VM's file that have been completed, before and after. */
  #taken: number;
  #completed: Uint8Array<ArrayBuffer>;
  #lastRun: number;
  /** The last run before the VM was started: its clocks began anew after that. */
  readonly #lastBefore: number;

  constructor(
    able: Able | string,
    process: number | null,
    begun: Uint8Array<ArrayBuffer>,
    pulses: Pulses | null,
    notes: SessionNotes,
  ) {
    this.#able = able;
    this.#process = process;
    this.#pulses = pulses;
    this.#notes = notes;
    this.#taken = begun.length;
    this.#completed = begun;
    this.#lastRun = this.#lastBefore = begun.length === 0 ? 0 : lastOf(runsOf(begun), 0);
  }

  /** How the VM's counter is derived from this machine's, or why that is not known. */
  scale(): CounterScale | string {
    if (typeof this.#able === "string") return this.#able;
    return this.#process === null
      ? "the VM's process is not known"
      : readScale(this.#process, kernelFolders(this.#able.native));
  }

  /**
   * Follows the VM while `turn` runs.
   *
   * @returns the turn's result, with completed rows in its file
   */
  async during<R extends TurnResult>(turn: () => Promise<R>): Promise<R> {
    using watch = typeof this.#able === "string" || this.#process === null
      ? null
      : new Watch(this.#able, this.#process);
    const result = await turn();
    if (result.file === undefined) return result;
    return { ...result, file: this.#complete(result.file, watch?.end() ?? `${this.#able}`) };
  }

  #complete(file: Uint8Array, watched: Watched | string): Uint8Array {
    const fresh = file.subarray(this.#taken);
    const whole = fresh.subarray(0, fresh.lastIndexOf(0x0a) + 1);
    const told = this.#tell(file, watched);
    const { cells, reasons, edgeless } = told;
    for (const [reason, count] of reasons) this.#notes.say("host's part", reason, count);
    for (const [reason, count] of edgeless) this.#notes.say("edge", reason, count);
    const hooks = typeof this.#able === "string" ? [] : this.#able.follower.hooks;
    const said = [...reasons.keys(), ...[...edgeless.keys()].map((reason) => `edge: ${reason}`)];
    const meta = { host_part: { hooks, reasons: said }, ...edgeUncertainty(cells.values()) };
    let text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(whole);
    try {
      text = completed(text, cells, meta, this.#taken > 0);
      this.#notes.write(told);
    } catch (error) {
      this.#notes.say("host's part", words(error), cells.size);
    }
    this.#completed = joined(this.#completed, new TextEncoder().encode(text));
    this.#taken += whole.length;
    return joined(this.#completed, fresh.subarray(whole.length));
  }

  /** What the turn's rows are completed with: nothing, with the reason, where anything fails. */
  #tell(file: Uint8Array, watched: Watched | string): Told {
    const none = (reason: string): Told => ({
      cells: new Map(),
      runs: [],
      turn: null,
      reasons: new Map([[reason, 0]]),
      edgeless: new Map(this.#pulses === null ? [] : [[reason, 0]]),
    });
    if (typeof watched === "string") return none(watched);
    try {
      const runs = runsOf(file).filter(({ run }) => run > this.#lastBefore);
      const asserts = this.#pulses?.asserts ?? null;
      const told = tellTurn({ ...watched, asserts }, runs, this.#lastRun + 1);
      this.#lastRun = lastOf(runs, this.#lastRun);
      return told;
    } catch (error) {
      return none(words(error));
    }
  }
}

/** The largest number of a run. */
function lastOf(runs: readonly { readonly run: number }[], least: number): number {
  return runs.reduce((last, { run }) => Math.max(last, run), least);
}

/** What a watch alone knows of a turn. */
type Watched = Omit<Followed, "asserts">;

/** How far the edges are off that were placed, at most; the VM could not tell. */
function edgeUncertainty(cells: Iterable<TurnCells>): Partial<Pick<HostMeta, "edge_uncertainty_ns">> {
  const placed = [...cells].filter(({ edge_ns }) => edge_ns !== undefined);
  const most = placed.reduce((most, cell) => Math.max(most, Number(cell.clock_map_uncertainty_ns)), 0);
  return placed.length === 0 ? {} : { edge_uncertainty_ns: most };
}

/** One turn while it lasts. */
class Watch implements Disposable {
  readonly #follower: Follower;
  readonly #native: NativeLibrary;
  readonly #process: number;
  readonly #offsetNs: bigint;
  readonly #folders: Folders;
  readonly #samples: HostSample[] = [];
  readonly #vcpus = new Map<number, number>();
  readonly #lost: Span[] = [];
  #lostEvents = 0;
  #scale: CounterScale | string = "it was not followed";
  /** Why the rest of the turn is not known. */
  #broken: string | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #isAttached = false;

  constructor({ follower, native, offsetNs }: Able, process: number) {
    this.#follower = follower;
    this.#native = native;
    this.#process = process;
    this.#offsetNs = offsetNs;
    this.#folders = kernelFolders(native);
    this.#attempt(() => {
      this.#scale = readScale(process, this.#folders);
      follower.begin(process);
      this.#isAttached = true;
      this.#look();
      if (this.#vcpus.size === 0) this.#broken = `no thread of process ${process} is known to run a vCPU`;
    });
    this.#timer = setInterval(() => this.#attempt(() => this.#look()), DRAIN_MS);
  }

  /** @returns what was followed, or why nothing was */
  end(): Watched | string {
    this.#attempt(() => {
      this.#look();
      const scale = readScale(this.#process, this.#folders);
      if (typeof scale === "string" || typeof this.#scale === "string") return;
      if (scale.offset !== this.#scale.offset || scale.ratio !== this.#scale.ratio) {
        this.#scale = "the VM's counter was set while it measured";
      }
    });
    this[Symbol.dispose]();
    if (this.#broken !== null) return this.#broken;
    let symbols: Symbols | undefined;
    return {
      log: this.#follower.log,
      lost: this.#lost,
      samples: this.#samples,
      scale: this.#scale,
      vcpus: this.#vcpus,
      seesEntries: this.#follower.sees("kvm_entry"),
      seesGuestMode: this.#follower.sees("kvm_entry") && this.#follower.sees("kvm_exit"),
      functionAt(address) {
        symbols ??= Symbols.parse(readKernelFile("/proc/kallsyms") ?? new Uint8Array());
        return symbols.symbolise(address);
      },
    };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    if (!this.#isAttached) return;
    this.#isAttached = false;
    this.#attempt(() => this.#follower.end());
  }

  #look(): void {
    if (this.#broken !== null) return;
    const threads = vcpuThreads(this.#process, this.#folders);
    if (threads === null) {
      this.#broken = `the VM's process ${this.#process} ended while it was followed`;
      return;
    }
    for (const [tid, vcpu] of threads) {
      if (this.#vcpus.has(tid)) continue;
      this.#vcpus.set(tid, vcpu);
      this.#follower.add(tid);
    }
    const before = this.#samples.at(-1)?.mono_ns;
    this.#follower.drain();
    const sample = sampleHost(this.#native, this.#offsetNs);
    this.#samples.push(sample);
    const lost = this.#follower.lost;
    if (lost > this.#lostEvents && before !== undefined) {
      this.#lost.push({ from: before, to: sample.mono_ns });
    }
    this.#lostEvents = lost;
  }

  #attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#broken ??= words(error);
    }
  }
}

function words(error: unknown): string {
  return error instanceof Error ? error.message.split("\n")[0]! : String(error);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
