import { printableJson } from "./printable.ts";

/**
 * An answer as indented JSON with a final LF, fields in their order; never NaN, Infinity or -0.
 *
 * @throws RangeError for a number that JSON cannot hold: a bug in the analysis, not bad input
 */
export function jsonText(answer: object): string {
  const json = JSON.stringify(answer, (key, value) => {
    if (typeof value !== "number") return value;
    if (!Number.isFinite(value)) throw new RangeError(`${key}: is ${value}, must be finite`);
    return value === 0 ? 0 : value;
  }, 2);
  return `${printableJson(json)}\n`;
}
