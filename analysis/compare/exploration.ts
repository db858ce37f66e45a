/** The family of exploratory p-values of a comparison: all tests besides the verdicts. */

import { cappedP } from "../sample/sample.ts";
import type { ExploratoryP } from "./comparison.ts";
import { benjaminiHochberg } from "../stats/holm.ts";

/** Placeholder for the adjusted p-value, until all p-values are known. */
class Handle {
  constructor(readonly index: number) {}
}

/** A result whose exploratory p-values are not adjusted yet. */
export type Unadjusted<T> = T extends object ? {
    readonly [K in keyof T]: K extends "p_bh" ? Handle | Extract<T[K], null> : Unadjusted<T[K]>;
  }
  : T;

/** Collects p-values as they are found; the first adjustment closes the family. */
export class Exploration {
  readonly #found: number[] = [];
  #adjusted: readonly number[] | null = null;

  /** How many p-values there are. */
  get size(): number {
    return this.#found.length;
  }

  /**
   * @param floor the smallest p that the method can give, or null
   * @returns the fields of `rest`, the p-value, and a placeholder for its adjusted value
   */
  add<T extends object>(p: number, floor: number | null, rest: T): T & Unadjusted<ExploratoryP> {
    if (this.#adjusted !== null) throw new RangeError("p-values are adjusted already: none can be added");
    const value = cappedP(p, floor);
    return { ...rest, ...value, p_bh: new Handle(this.#found.push(value.p) - 1) };
  }

  /** The result with Benjamini and Hochberg's adjustment for all p-values that were added. */
  adjust<T>(result: Unadjusted<T>): T {
    this.#adjusted ??= benjaminiHochberg(this.#found);
    return resolved(result, this.#adjusted) as T;
  }
}

function resolved(value: unknown, adjusted: readonly number[]): unknown {
  if (value instanceof Handle) return adjusted[value.index];
  if (Array.isArray(value)) return value.map((item) => resolved(item, adjusted));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, resolved(part, adjusted)]));
}
