import type { Comparison } from "./comparison.ts";

/**
 * A comparison as indented JSON with a final LF. The fields are those of `Comparison`, in its order.
 *
 * @throws RangeError for a number that JSON cannot hold: a mistake in the analysis, not in its input
 */
export function compareJson(comparison: Comparison): string {
  return JSON.stringify(comparison, (key, value) => {
    if (typeof value !== "number") return value;
    if (!Number.isFinite(value)) throw new RangeError(`${key}: is ${value}, must be finite`);
    return value === 0 ? 0 : value;
  }, 2) + "\n";
}
