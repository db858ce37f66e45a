/**
 * What a reader must know besides the rows: said as soon as it is known, and kept for the summary and the end
 * line.
 */

import type { Symbols } from "../row/symbols.ts";
import type { DecodeTable } from "../row/wake_flags.ts";

/** Limits the end line when the clock keeps being set. */
const MOST_REPEATS = 20;

export class Notices {
  readonly #say: (line: string) => void;
  readonly #ofMachine: string[] = [];
  readonly #repeats: string[] = [];
  readonly #disagreements: string[] = [];

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  /**
   * What the rows of this machine lack in every run.
   *
   * @param kernel release
   * @param decode null: no table covers its wake flags
   */
  ofMachine(symbols: Pick<Symbols, "hidden">, decode: DecodeTable | null, kernel: string): void {
    if (symbols.hidden) {
      this.#note(this.#ofMachine, "symbols are hidden (kptr_restrict or no CAP_SYSLOG): no stacks");
    }
    if (decode === null) {
      this.#note(
        this.#ofMachine,
        `no table of wake flags for kernel ${kernel}: raw flags only, no signatures`,
      );
    }
  }

  /** Notes a repeated run. All are said; the first {@linkcode MOST_REPEATS} are kept. */
  repeated(run: number, why: string): void {
    const kept = this.#repeats.length < MOST_REPEATS ? this.#repeats : [];
    this.#note(kept, `run ${run} was done again: ${why}`);
  }

  /** @param texts one for each fact on which two observers disagreed */
  disagreements(texts: readonly string[]): void {
    for (const text of texts) this.#note(this.#disagreements, text);
  }

  /** The notices about the runs, for the end line. */
  ofRuns(): string[] {
    return [...this.#repeats, ...this.#disagreements];
  }

  all(): string[] {
    return [...this.#ofMachine, ...this.ofRuns()];
  }

  #note(kept: string[], text: string): void {
    this.#say(`notice: ${text}`);
    kept.push(text);
  }
}
