import { absoluteDeviationsSorted } from "./quantile.ts";
import { fSurvival } from "./special.ts";

export interface TwoWaySpread {
  readonly f: number;
  readonly df1: 1;
  readonly df2: number;
  /** 0 only by underflow, that is below 1e-307. */
  readonly p: number;
}

/** Smallest cell: below it a median leaves nothing to deviate. */
const CELL_NEEDS = 2;

/**
 * Brown-Forsythe's test in two ways: does the difference of spread between two groups depend on the side? The
 * interaction in the analysis of variance of |x - median of the cell|, two by two, of any sizes. In units of the
 * spread, not as a ratio: twice as wide on both sides is an interaction where one side is wider.
 *
 * @param cells sorted ascending: the first and the second group of one side, then those of the other
 * @returns null when a cell has fewer than 2 values, or no deviation varies inside its cell
 */
export function twoWaySpread(
  cells: readonly [Float64Array, Float64Array, Float64Array, Float64Array],
): TwoWaySpread | null {
  if (cells.some((cell) => cell.length < CELL_NEEDS)) return null;
  let within = 0;
  let contrast = 0;
  let inverse = 0;
  let total = 0;
  for (const [index, cell] of cells.entries()) {
    const deviations = absoluteDeviationsSorted(cell);
    let mean = 0;
    for (let i = 0; i < deviations.length; i++) mean += deviations[i]! / deviations.length;
    for (let i = 0; i < deviations.length; i++) within += (deviations[i]! - mean) ** 2;
    contrast += (index === 0 || index === 3 ? 1 : -1) * mean;
    inverse += 1 / cell.length;
    total += cell.length;
  }
  const df2 = total - cells.length;
  if (within === 0 || df2 < 1) return null;
  const f = contrast ** 2 / inverse / (within / df2);
  return { f, df1: 1, df2, p: fSurvival(f, 1, df2) };
}
