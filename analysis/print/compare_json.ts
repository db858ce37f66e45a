import type { Comparison } from "../compare/comparison.ts";
import { jsonText } from "./json.ts";

/**
 * One comparison as JSON: the fields are those of `Comparison`, in its order. Several, of one baseline, as the list
 * `comparisons`.
 */
export function compareJson(comparisons: readonly Comparison[]): string {
  return jsonText(comparisons.length === 1 ? comparisons[0]! : { comparisons });
}
