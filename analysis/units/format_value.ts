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

/** A unit for several numbers of one line, and their decimals. */
export interface RowUnit {
  readonly name: string;
  readonly ns: number;
  readonly decimals: number;
}

/** Numbers below the first are shown with so many digits at least. */
const DIGITS_OF_SMALLEST = 2;

/**
 * The unit in which the largest has one to three digits before the point and four in all, with more decimals where the
 * smaller ones would vanish.
 *
 * @param all in ns
 * @param small that have to keep their digits, in ns
 */
export function rowUnit(all: readonly number[], small: readonly number[]): RowUnit {
  const largest = Math.max(0, ...all.map(Math.abs));
  let unit = 0;
  while (unit < UNITS.length - 1 && Number((largest / 1000 ** unit).toPrecision(DIGITS)) >= 1000) unit++;
  const ns = 1000 ** unit;
  const before = (value: number) => value === 0 ? 1 : Math.floor(Math.log10(Math.abs(value) / ns)) + 1;
  const wanted = Math.max(
    DIGITS - Math.max(1, before(largest)),
    ...small.filter((value) => value !== 0).map((value) => DIGITS_OF_SMALLEST - before(value)),
  );
  return { name: UNITS[unit]!, ns, decimals: Math.max(0, Math.min(wanted, unit === 0 ? 1 : 3)) };
}

/** A number of a line, without its unit. */
export function formatInUnit(ns: number, { ns: unit, decimals }: RowUnit): string {
  const text = (ns / unit).toFixed(decimals);
  return Number(text) === 0 ? text.replace("-", "") : text;
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

/** Nobody needs to know how far below this a p-value is, and doubles end there. */
const SMALLEST_P = 1e-300;

/** A p-value with its relation: a p that the method cannot distinguish from 0 is never shown as 0. */
export function formatP(p: number, capped: boolean): string {
  const text = formatProbability(p);
  if (p < SMALLEST_P) return `p ${text}`;
  return capped ? `p <= ${text} (capped)` : `p = ${text}`;
}

export function formatProbability(p: number): string {
  if (p < SMALLEST_P) return `< ${SMALLEST_P}`;
  return p < 0.001 ? p.toExponential(1) : p.toPrecision(2);
}

/** A test statistic. */
export function formatStatistic(value: number): string {
  return value >= 1e6 ? value.toExponential(2) : String(Number(value.toPrecision(4)));
}
