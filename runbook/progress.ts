/** What a waiting user sees on stderr: one line that renews itself on a terminal, start and finish elsewhere. */

export interface ProgressOutput {
  readonly isTerminal: boolean;
  write(text: string): void;
}

export interface ProgressOptions {
  readonly runs: number;
  /** `--quiet`: nothing at all. */
  readonly quiet: boolean;
  readonly output: ProgressOutput;
  /** Milliseconds from any origin that only go forward. */
  now(): number;
}

const MS_PER_S = 1000;

export class Progress {
  readonly #options: ProgressOptions;
  readonly #started: number;
  #losses = 0;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#started = options.now();
  }

  /** A line of its own: what begins, a notice, what ended. */
  say(line: string): void {
    if (this.#options.quiet) return;
    this.#options.output.write(`${this.#options.output.isTerminal ? CLEAR_LINE : ""}${line}\n`);
  }

  /** @param lost events lost in that run */
  ran(run: number, lost: number): void {
    this.#losses += lost;
    const { quiet, output } = this.#options;
    if (quiet || !output.isTerminal) return;
    output.write(`${CLEAR_LINE}${this.#line(run)}`);
    if (run === this.#options.runs) output.write(CLEAR_LINE);
  }

  #line(run: number): string {
    const { runs, now } = this.#options;
    const seconds = (now() - this.#started) / MS_PER_S;
    const rate = seconds > 0 ? run / seconds : 0;
    const left = rate > 0 ? `  ${timeLeft((runs - run) / rate)} left` : "";
    return `run ${run}/${runs}  ${rate.toFixed(2)}/s${left}  ${this.#losses} lost`;
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
