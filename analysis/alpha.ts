import { EXIT, Failure } from "./failure.ts";

/**
 * Significance level as a user writes it.
 *
 * @returns a number in (0, 1/2)
 * @throws {Failure} exit code 2
 *
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(parseAlpha("0.05"), 0.05);
 * ```
 */
export function parseAlpha(text: string): number {
  const alpha = /^\d*\.?\d+$/.test(text) ? Number(text) : NaN;
  if (alpha > 0 && alpha < 0.5) return alpha;
  throw new Failure(
    EXIT.usage,
    `"${text}" is no significance level`,
    "give a number above 0 and below 0.5, such as 0.05",
  );
}
