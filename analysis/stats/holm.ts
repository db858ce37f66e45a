/**
 * Holm's step-down adjustment for the family-wise error rate, as R's `p.adjust(p, "holm")`. The family is the
 * array; the order of the results is that of the input.
 *
 * @throws RangeError when a p is outside [0, 1]
 */
export function holm(p: readonly number[]): number[] {
  const adjusted = new Array<number>(p.length);
  let largest = 0;
  for (const [step, index] of ascending(p).entries()) {
    largest = Math.max(largest, (p.length - step) * p[index]!);
    adjusted[index] = Math.min(1, largest);
  }
  return adjusted;
}

/**
 * Benjamini and Hochberg's step-up adjustment for the false discovery rate, as R's `p.adjust(p, "BH")`.
 *
 * @throws RangeError when a p is outside [0, 1]
 */
export function benjaminiHochberg(p: readonly number[]): number[] {
  const adjusted = new Array<number>(p.length);
  let smallest = 1;
  for (const [step, index] of ascending(p).reverse().entries()) {
    smallest = Math.min(smallest, (p.length / (p.length - step)) * p[index]!);
    adjusted[index] = smallest;
  }
  return adjusted;
}

/** Indices in ascending order of p; equal ones stay in input order. */
function ascending(p: readonly number[]): number[] {
  for (const [index, value] of p.entries()) {
    if (!(value >= 0 && value <= 1)) {
      throw new RangeError(`p-value ${index + 1} is ${value}, must lie in [0, 1]`);
    }
  }
  return p.map((_, index) => index).sort((i, j) => p[i]! - p[j]!);
}
