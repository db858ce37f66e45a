import type { Comparison } from "./comparison.ts";
import { jsonText } from "./json_text.ts";

/** A comparison as JSON: the fields are those of `Comparison`, in its order. */
export function compareJson(comparison: Comparison): string {
  return jsonText(comparison);
}
