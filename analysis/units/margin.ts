/** A margin: the shift that still counts as equal, as a duration or as a share of the baseline's median. */

import { EXIT, Failure } from "../failure.ts";
import { parseDuration } from "./duration.ts";

export type Margin =
  | { readonly kind: "duration"; readonly ns: number }
  /** Of the median of the baseline A. */
  | { readonly kind: "share"; readonly percent: number };

/** Largest share; what is wide is warned of, not refused. */
const MOST_PERCENT = 1000;

const NUMBER = /^(\d{1,4}(?:\.\d{1,6})?) ?%$/;

const REMEDY = 'give a duration or a percentage of A\'s median, such as "4ms" or "10 %"';

/**
 * A margin as a user writes it: `4ms`, or `10 %` of A's median.
 *
 * @throws {Failure} exit code 2, for anything else, and for 0
 *
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(parseMargin("10 %"), { kind: "share", percent: 10 });
 * assert.deepEqual(parseMargin("4ms"), { kind: "duration", ns: 4_000_000 });
 * ```
 */
export function parseMargin(text: string): Margin {
  if (!text.endsWith("%")) {
    if (/^\d+(\.\d+)?$/.test(text)) throw new Failure(EXIT.usage, `the margin ${text} has no unit`, REMEDY);
    return { kind: "duration", ns: parseDuration(text) };
  }
  const [, number] = NUMBER.exec(text) ?? [];
  const percent = Number(number);
  if (percent > 0 && percent <= MOST_PERCENT) return { kind: "share", percent };
  throw new Failure(EXIT.usage, `"${text}" is not a margin`, `${REMEDY}; at most ${MOST_PERCENT} %`);
}

const UNITS = [["s", 1e9], ["ms", 1e6], ["us", 1e3], ["ns", 1]] as const;

/**
 * The one spelling of a margin, which the runbook's hash has.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(spelledMargin(parseMargin("1500us")), "1500us");
 * assert.equal(spelledMargin(parseMargin("1000us")), "1ms");
 * assert.equal(spelledMargin(parseMargin("10%")), "10 %");
 * ```
 */
export function spelledMargin(margin: Margin): string {
  if (margin.kind === "share") return `${margin.percent} %`;
  const [unit, ns] = UNITS.find(([, ns]) => margin.ns % ns === 0)!;
  return `${margin.ns / ns}${unit}`;
}
