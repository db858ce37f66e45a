/** The family of exploratory p-values of a comparison: everything that is tested beside the verdicts. */

import { pValue } from "../sample/sample.ts";
import type { ExploratoryP } from "./comparison.ts";
import { benjaminiHochberg } from "../stats/holm.ts";

type Adjusted = { -readonly [K in keyof ExploratoryP]: ExploratoryP[K] };

/** Takes p-values as they are found and adjusts all of them together once the last one is in. */
export class Exploration {
  readonly #found: Adjusted[] = [];

  /** How many p-values there are. */
  get size(): number {
    return this.#found.length;
  }

  /**
   * @param floor the smallest p that the method can give, or null
   * @returns the fields of `rest` and the p-value, whose `p_bh` is not valid before `adjust`; not to be copied
   */
  add<T extends object>(p: number, floor: number | null, rest: T): T & ExploratoryP {
    const found = { ...rest, ...pValue(p, floor), p_bh: p };
    this.#found.push(found);
    return found;
  }

  /** Benjamini and Hochberg's adjustment. */
  adjust(): void {
    const adjusted = benjaminiHochberg(this.#found.map(({ p }) => p));
    for (const [index, found] of this.#found.entries()) found.p_bh = adjusted[index]!;
  }
}
