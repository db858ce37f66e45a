import { printableJson } from "./printable.ts";

/** Of the form of each JSON answer: a field that goes or changes its meaning makes it grow, a new field does not. */
const VERSION = 1;

/** The commands that answer in JSON, and the files in it; docs/schema has a JSON Schema of each. */
type AnswerKind = "compare" | "fleet" | "gate" | "history" | "show" | "power" | "doctor" | "run" | "slow";

/**
 * An answer as JSON with a final LF: the version of its form, its kind, then its fields in their order; never NaN,
 * Infinity or -0.
 *
 * @param indent blanks a level; 0: one line
 * @throws RangeError for a number that JSON cannot hold: a bug in the analysis, not bad input
 */
export function answerJson(kind: AnswerKind, fields: object, indent = 2): string {
  const json = JSON.stringify(
    { version: VERSION, kind, ...fields },
    (key, value) => {
      if (typeof value !== "number") return value;
      if (!Number.isFinite(value)) throw new RangeError(`${key}: is ${value}, must be finite`);
      return value === 0 ? 0 : value;
    },
    indent,
  );
  return `${printableJson(json)}\n`;
}
