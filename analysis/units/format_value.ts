/** Formats values for the text report. A missing value is `-`. */

const UNITS = ["ns", "us", "ms", "s"] as const;
const DIGITS = 4;

/**
 * A duration with four significant digits and the unit that fits it.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(formatDuration(1_111_234_567), "1.111 s");
 * assert.equal(formatDuration(850), "850 ns");
 * assert.equal(formatDuration(null), "-");
 * ```
 */
export function formatDuration(ns: number | null): string {
  if (ns === null) return "-";
  let value = Math.abs(ns);
  let unit = 0;
  while (unit < UNITS.length - 1 && Number(value.toPrecision(DIGITS)) >= 1000) {
    value /= 1000;
    unit++;
  }
  const digits = value >= 1000
    ? String(Math.round(value))
    : unit === 0
    ? String(Number(value.toPrecision(DIGITS)))
    : value.toPrecision(DIGITS);
  return `${ns < 0 && Number(digits) !== 0 ? "-" : ""}${digits} ${UNITS[unit]}`;
}

/** A duration that a person chose: without the trailing zeros of a measured one. */
export function formatChosen(ns: number): string {
  const text = formatDuration(ns);
  return text.includes(".") ? text.replace(/\.?0+(?= )/, "") : text;
}

/** A difference: a duration with its sign. */
export function formatShift(ns: number | null): string {
  return ns !== null && ns > 0 ? `+${formatDuration(ns)}` : formatDuration(ns);
}

/** Cliff's delta and similar effect sizes. */
export function formatSigned(value: number | null): string {
  if (value === null) return "-";
  const text = value.toFixed(2);
  if (Number(text) === 0) return "0.00";
  return value > 0 ? `+${text}` : text;
}

/** A p-value with its relation: a p that the method cannot distinguish from 0 is never shown as 0. */
export function formatP(p: number, capped: boolean): string {
  const text = formatProbability(p);
  return capped ? `p <= ${text} (capped)` : `p = ${text}`;
}

export function formatProbability(p: number): string {
  return p < 0.001 ? p.toExponential(1) : p.toPrecision(2);
}

/** A test statistic. */
export function formatStatistic(value: number): string {
  return value >= 1e6 ? value.toExponential(2) : String(Number(value.toPrecision(4)));
}
