/** What a waiting user sees on stderr: one line that is rewritten on a terminal, start and end elsewhere. */

import { printable } from "../../analysis/print/printable.ts";
import type { RunOutcome } from "../row/outcome.ts";

export interface ProgressOutput {
  readonly isTerminal: boolean;
  /** Width of the terminal at the moment; null: not known. */
  columns(): number | null;
  write(text: string): void;
}

export interface ProgressOptions {
  /** Number of the last run. */
  readonly runs: number;
  /** `--quiet`: print nothing. */
  readonly quiet: boolean;
  readonly output: ProgressOutput;
  /** Milliseconds of a clock that only goes forward, from any origin. */
  now(): number;
}

const MS_PER_S = 1000;
const SHOWN_EVERY_MS = 100;

export class Progress {
  readonly #options: ProgressOptions;
  #started: number;
  #first = 1;
  #lost = 0;
  #timedOut = 0;
  #shown = -Infinity;
  #waits = false;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#started = options.now();
  }

  /** Starts the clock for the rate and the time left; `first` is the number of the first run. */
  begin(first: number): void {
    this.#first = first;
    this.#started = this.#options.now();
  }

  /** Prints a line of its own: what begins, a notice, what ended; names in it cannot act on the terminal. */
  say(line: string): void {
    if (this.#options.quiet) return;
    this.#options.output.write(`${this.#options.output.isTerminal ? CLEAR_LINE : ""}${printable(line)}\n`);
  }

  /**
   * Shows which edge the first run waits for, once where the line cannot be rewritten.
   *
   * @param edge ns of CLOCK_REALTIME, like `now`
   */
  waits(edge: bigint, now: bigint): void {
    const at = new Date(Number(edge / 1_000_000n)).toISOString().slice(11, 19);
    const line = `waiting for edge ${at} UTC (${timeLeft(Number(edge - now) / 1e9)})`;
    if (!this.#options.output.isTerminal) {
      if (!this.#waits) this.say(line);
    } else if (!this.#options.quiet) this.#show([line]);
    this.#waits = true;
  }

  /** @param missed edges so far that came between runs */
  ran({ run, status, losses }: Pick<RunOutcome, "run" | "status" | "losses">, missed: number): void {
    this.#lost += losses.ring_full;
    if (status === "timeout") this.#timedOut++;
    const { runs, quiet, output, now } = this.#options;
    if (quiet || !output.isTerminal) return;
    // Writing to a terminal would take longer than a short period leaves.
    if (now() - this.#shown >= SHOWN_EVERY_MS) {
      this.#shown = now();
      this.#show(this.#lines(run, missed));
    }
    if (run === runs) output.write(CLEAR_LINE);
  }

  /** The first that fits the terminal; a line that wraps could not be rewritten. */
  #show(lines: readonly string[]): void {
    const { output } = this.#options;
    const room = output.columns() ?? Infinity;
    const line = lines.find(({ length }) => length <= room) ?? lines.at(-1)!.slice(0, room);
    output.write(`${CLEAR_LINE}${line}`);
  }

  /** From all that is known to what matters most. */
  #lines(run: number, missed: number): string[] {
    const { runs, now } = this.#options;
    const seconds = (now() - this.#started) / MS_PER_S;
    const rate = seconds > 0 ? (run - this.#first + 1) / seconds : 0;
    const left = rate > 0 ? `  ${timeLeft((runs - run) / rate)} left` : "";
    const timedOut = this.#timedOut > 0 ? `  ${this.#timedOut} timed out` : "";
    const edges = missed > 0 ? `  ${missed} edges missed` : "";
    const which = `run ${run}/${runs}`;
    const lost = `  ${this.#lost} lost${timedOut}${edges}`;
    return [
      `${which}  ${rate.toFixed(2)}/s${left}${lost}`,
      `${which}${left}${lost}`,
      `${which}${lost}`,
      which,
    ];
  }
}

const CLEAR_LINE = "\r\x1b[K";

function timeLeft(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
