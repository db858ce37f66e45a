/** The family of exploratory p-values of a comparison: all tests besides the verdicts. */

import { once } from "../lazy.ts";
import { cappedP } from "../sample/sample.ts";
import type { ExploratoryP } from "./comparison.ts";
import { benjaminiHochberg } from "../stats/holm.ts";

/**
 * Collects p-values as they are found. What nobody reads is not explored; the first adjusted p-value that is read closes
 * the family, for which all of it is.
 */
export class Exploration {
  readonly #found: number[] = [];
  /** In the order in which they were announced. */
  readonly #announced: (() => unknown)[] = [];
  readonly #adjusted = once(() => {
    for (const explore of this.#announced) explore();
    this.#isClosed = true;
    return benjaminiHochberg(this.#found);
  });
  #isClosed = false;

  /** How many p-values there are. */
  get size(): number {
    return this.#adjusted().length;
  }

  /** Announces a part of the family, which is explored once: when it is asked for, or when the family is closed. */
  later<T>(explore: () => T): () => T {
    this.#requireOpen();
    const found = once(explore);
    this.#announced.push(found);
    return found;
  }

  /**
   * @param floor the smallest p that the method can give, or null
   * @returns the fields of `rest`, the p-value, and Benjamini and Hochberg's adjustment of it in the whole family
   */
  add<T extends object>(p: number, floor: number | null, rest: T): T & ExploratoryP {
    this.#requireOpen();
    const value = cappedP(p, floor);
    const index = this.#found.push(value.p) - 1;
    const adjusted = this.#adjusted;
    return {
      ...rest,
      ...value,
      get p_bh() {
        return adjusted()[index]!;
      },
    };
  }

  #requireOpen(): void {
    if (this.#isClosed) throw new RangeError("p-values are adjusted already: none can be added");
  }
}
