/**
 * The file beside a VM's result file: what this machine, its host, saw of the vCPUs around each run. The first line
 * says what was hooked, each further line is one run. docs/hypervisor.md describes it.
 */

import type { HookFact } from "../result/meta.ts";

const HOST_EVENTS_VERSION = 1;

/** The first line. */
export interface HostEventsHead {
  readonly probe_host_events: typeof HOST_EVENTS_VERSION;
  /** Of the VM, on its host. */
  readonly process: number;
  readonly hooks: readonly HookFact[];
}

/** One event. Times in ns of the VM's CLOCK_MONOTONIC, counted from the run's ttwu_ns. */
export interface HostEvent {
  readonly at: number;
  /** When the wait, or the time out of guest mode, that ends here began. */
  readonly since?: number;
  readonly kind: "waking" | "in" | "out" | "wakeup" | "accept" | "run" | "other";
  /** null: another task's. */
  readonly vcpu: number | null;
  /** Of the host. */
  readonly cpu: number;
  /** waking: what began it. */
  readonly by?: string;
  /** in, out, other: the other task, COMM/PID. */
  readonly task?: string;
  /** out: the thread did not go by itself. */
  readonly preempted?: true;
  /** accept: of the interrupt. */
  readonly vector?: number;
  /** run: why the guest was left; null: not known. */
  readonly reason?: string | null;
}

/** The host's record of one run. */
export interface HostRun {
  readonly run: number;
  /** The key to the VM's row. */
  readonly correlation_id: string | null;
  /** Of the VM's row, ns, as decimal text: it may exceed what JSON's numbers hold exactly. */
  readonly ttwu_ns: string;
  /** ns of the host's CLOCK_MONOTONIC at that instant, likewise. */
  readonly host_ttwu_at_ns: string;
  readonly uncertainty_ns: number;
  /** Events that were more than {@linkcode MOST_HOST_EVENTS}. */
  readonly left_out: number;
  readonly events: readonly HostEvent[];
}

/** What one turn of the VM was placed by: with it the uncertainties can be derived again. */
export interface HostTurn {
  /** Number of its first run. */
  readonly turn: number;
  /** The VM's counter = the host's * ratio / 2^fraction_bits + offset, in 64 bits, as decimal text; null: not known. */
  readonly counter:
    | { readonly offset: string; readonly ratio: string; readonly fraction_bits: number }
    | null;
  /**
   * The host's clocks before and after each run: CLOCK_MONOTONIC, its counter, both as decimal text, how far apart the
   * two can be, CLOCK_REALTIME less CLOCK_MONOTONIC as decimal text, and how far that can be off. ns.
   */
  readonly samples: readonly (readonly [
    mono: string,
    counter: string,
    uncertainty: number,
    realtime: string,
    uncertainty: number,
  ])[];
  /**
   * Pulses of the host's device, where those of the VM were foreseen: CLOCK_REALTIME as decimal text, ns, and the
   * device's number.
   */
  readonly pulses?: readonly (readonly [realtime: string, sequence: number])[];
}

/** Of one run. */
export const MOST_HOST_EVENTS = 1000;

export function formatHostEventsHead(head: Omit<HostEventsHead, "probe_host_events">): string {
  return `${JSON.stringify({ probe_host_events: HOST_EVENTS_VERSION, ...head })}\n`;
}

export function formatHostLine(line: HostRun | HostTurn): string {
  return `${JSON.stringify(line)}\n`;
}

export interface HostEvents {
  readonly head: HostEventsHead;
  readonly turns: readonly HostTurn[];
  readonly runs: readonly HostRun[];
}

/**
 * @param text of the whole file; a last line that is cut off is passed over
 * @returns why it cannot be used
 */
export function parseHostEvents(text: string): HostEvents | string {
  const lines = text.split("\n").slice(0, -1);
  const [head, ...further]: unknown[] = lines.map((line) => {
    try {
      return JSON.parse(line);
    } catch {
      return null;
    }
  });
  if (!isHead(head)) return "its first line does not say probe_host_events 1";
  const broken = further.findIndex((line) => !isRun(line) && !isTurn(line));
  if (broken >= 0) return `line ${broken + 2} is neither a turn nor a run`;
  return { head, turns: further.filter(isTurn), runs: further.filter(isRun) };
}

function isHead(value: unknown): value is HostEventsHead {
  return isObject(value) && value.probe_host_events === HOST_EVENTS_VERSION && Array.isArray(value.hooks);
}

function isRun(value: unknown): value is HostRun {
  return isObject(value) && Number.isSafeInteger(value.run) && Array.isArray(value.events) &&
    /^\d+$/.test(String(value.ttwu_ns)) &&
    value.events.every((event) =>
      isObject(event) && Number.isSafeInteger(event.at) && typeof event.kind === "string"
    );
}

function isTurn(value: unknown): value is HostTurn {
  return isObject(value) && Number.isSafeInteger(value.turn) && Array.isArray(value.samples) &&
    value.samples.every((sample) => Array.isArray(sample) && sample.length === 5);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
