/** Watches the pulses of this machine's device for a VM that has none. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import type { LatestEdge } from "../../ffi/trigger.ts";
import type { Foreseen } from "../protocol/foreseen.ts";
import type { CounterScale, HostSample } from "./clock_map.ts";
import { foresee } from "./pulses.ts";

/** Of an open device. */
interface PulseSource extends Disposable {
  /** For messages. */
  readonly path: string;
  latest(): LatestEdge | null;
}

/** Each pulse is seen, however busy the machine. */
const POLL_MS = 200;
/** Without a pulse for so many polls, ten seconds, the device has stopped. */
const SILENT_POLLS = 50;
/** With so many, two minutes, its pulses do not come every second. */
const MOST_POLLS = 600;
/** What is older says little of the pulses to come. */
const OLDEST_NS = 300_000_000_000n;

export class PulseWatch implements Disposable {
  /** In the order of time. */
  readonly asserts: LatestEdge[] = [];
  readonly #source: PulseSource;
  readonly #sample: () => HostSample;
  readonly #pollMs: number;
  #samples: HostSample[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;

  /**
   * @param source is disposed with the watch
   * @param sample reads this machine's clocks
   */
  constructor(source: PulseSource, sample: () => HostSample, pollMs: number = POLL_MS) {
    this.#source = source;
    this.#sample = sample;
    this.#pollMs = pollMs;
  }

  /** Path of the device. */
  get path(): string {
    return this.#source.path;
  }

  /** Watches from now on; not while this machine itself is measured, which that would disturb. */
  begin(): void {
    this.#poll();
    this.#timer ??= setInterval(() => this.#poll(), this.#pollMs);
  }

  pause(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /**
   * When the next pulses come; waits until one has come since the call, and enough of them to tell.
   *
   * @param scale of the VM's counter; null: on this machine's CLOCK_REALTIME
   * @throws Failure when none comes any more
   */
  async foresee(scale: CounterScale | null, interrupt: AbortSignal): Promise<Foreseen> {
    this.begin();
    const before = this.asserts.length;
    let seen = before;
    let [polls, silent] = [0, 0];
    for (; silent < SILENT_POLLS && polls < MOST_POLLS; silent++, polls++) {
      const found = this.asserts.length > before ? foresee(this.asserts, this.#samples, scale) : null;
      if (found !== null) return found;
      if (interrupt.aborted) break;
      await new Promise((resolve) => setTimeout(resolve, this.#pollMs));
      if (this.asserts.length > seen) silent = 0;
      seen = this.asserts.length;
    }
    throw new Failure(
      EXIT.failed,
      interrupt.aborted
        ? "interrupted while pulses were awaited"
        : polls === MOST_POLLS
        ? `${this.path} gives no pulse every second: none can be foreseen`
        : `${this.path} has stopped: no pulse came for ${SILENT_POLLS * POLL_MS / 1000} s`,
      "look after the device's signal and call probe ab again",
    );
  }

  #poll(): void {
    const latest = this.#source.latest();
    const known = this.asserts.at(-1);
    if (latest !== null && (known === undefined || latest.realNs !== known.realNs)) this.asserts.push(latest);
    const sample = this.#sample();
    this.#samples = this.#samples.filter(({ mono_ns }) => sample.mono_ns - mono_ns < OLDEST_NS);
    this.#samples.push(sample);
  }

  [Symbol.dispose](): void {
    this.pause();
    this.#source[Symbol.dispose]();
  }
}
