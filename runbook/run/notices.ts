/**
 * What a reader must know besides the rows: said as soon as it is known, and kept for the summary and the end
 * line.
 */

import type { Meta } from "../../analysis/result/meta.ts";
import { SIZES_OF_KERNEL } from "../probes/types_file.ts";
import type { Symbols } from "../row/symbols.ts";
import type { DecodeTable } from "../row/wake_flags.ts";

/** Limits the end line when the clock keeps being set. */
const MOST_REPEATS = 20;
/** The same for a task that keeps changing its name. */
const MOST_NAMES = 20;

export class Notices {
  readonly #say: (line: string) => void;
  readonly #ofMachine: string[] = [];
  readonly #chosen: string;
  readonly #names = new Set<string>();
  readonly #otherNames: string[] = [];
  readonly #repeats: string[] = [];
  readonly #disagreements: string[] = [];

  /** @param chosen the name that the kernel had for the target when it was chosen */
  constructor(say: (line: string) => void, chosen: string) {
    this.#say = say;
    this.#chosen = chosen;
    this.#names.add(chosen);
  }

  /**
   * What the rows of this machine lack in every run.
   *
   * @param kernel release
   * @param decode null: no table covers its wake flags
   * @param types the file that gives the kernel's types; null: its own do
   */
  ofMachine(
    symbols: Pick<Symbols, "hidden">,
    decode: DecodeTable | null,
    kernel: string,
    types: Meta["btf"] | null = null,
  ): void {
    if (types?.agreed_sizes === 0) {
      this.#note(
        this.#ofMachine,
        `the types of ${types.name} were not checked: ${SIZES_OF_KERNEL} shows no size to compare`,
      );
    }
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

  /** @param loads those with more threads than there are CPUs */
  ofLoads(loads: readonly string[], cpus: number): void {
    for (const load of loads) {
      this.#note(
        this.#ofMachine,
        `load ${load} has more threads than the ${cpus} CPUs: they take turns, and the target waits behind them`,
      );
    }
  }

  /** Notes a repeated run. All are said; the first {@linkcode MOST_REPEATS} are kept. */
  repeated(run: number, why: string): void {
    const kept = this.#repeats.length < MOST_REPEATS ? this.#repeats : [];
    this.#note(kept, `run ${run} was done again: ${why}`);
  }

  /** Notes the target's name in a row, once for each name that is not the chosen one: a task may change it. */
  named(run: number, comm: string): void {
    if (this.#names.has(comm) || this.#names.size > MOST_NAMES) return;
    this.#names.add(comm);
    const more = this.#names.size > MOST_NAMES ? "; further names are in the rows only" : "";
    const [now, chosen] = [comm, this.#chosen].map((name) => JSON.stringify(name));
    this.#note(
      this.#otherNames,
      `run ${run}: the target is named ${now}, it was ${chosen} when chosen${more}`,
    );
  }

  /** @param texts one for each fact on which two observers disagreed */
  disagreements(texts: readonly string[]): void {
    for (const text of texts) this.#note(this.#disagreements, text);
  }

  /** The notices about the runs, for the end line. */
  ofRuns(): string[] {
    return [...this.#otherNames, ...this.#repeats, ...this.#disagreements];
  }

  all(): string[] {
    return [...this.#ofMachine, ...this.ofRuns()];
  }

  #note(kept: string[], text: string): void {
    this.#say(`notice: ${text}`);
    kept.push(text);
  }
}
