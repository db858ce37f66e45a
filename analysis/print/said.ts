/** Turns numbers into words: each kind of number is formatted here and nowhere else. */

import type { ExploratoryP } from "../compare/comparison.ts";
import type { Ratio } from "../sample/ratio.ts";
import type { Pair, PValue } from "../sample/summary.ts";
import {
  formatChosen,
  formatDuration,
  formatInUnit,
  formatP,
  formatProbability,
  formatShift,
  formatSigned,
  formatStatistic,
  type RowUnit,
  rowUnit,
} from "../units/format_value.ts";
import type { Cell, Finding, Said } from "./model.ts";

/** A template for sentences: plain texts stay, and what is said already brings its numbers along. */
export function say(literals: TemplateStringsArray, ...parts: readonly (Said | string)[]): Said {
  return {
    text: literals.reduce((text, literal, index) => text + textOf(parts[index - 1]!) + literal),
    numbers: parts.flatMap((part) => typeof part === "string" ? [] : part.numbers),
  };
}

/** A text that contains no number of the analysis. */
export function plain(text: string): Said {
  return { text, numbers: [] };
}

/** Joins parts with a separator; null parts are left out. */
export function joined(parts: readonly Cell[], separator: string): Said {
  const known = parts.filter((part) => part !== null);
  return {
    text: known.map(({ text }) => text).join(separator),
    numbers: known.flatMap(({ numbers }) => numbers),
  };
}

/** `what value, certainty` */
export function inWords({ what, value, certainty }: Pick<Finding, "what" | "value" | "certainty">): Said {
  const found = joined([value, certainty], ", ");
  return what === null ? found : say`${what} ${found}`;
}

/** `what value, certainty (method)` */
export function withMethod(finding: Finding): Said {
  const words = inWords(finding);
  return finding.method === null ? words : say`${words} (${finding.method})`;
}

function textOf(part: Said | string): string {
  return typeof part === "string" ? part : part.text;
}

function made(text: string, ...numbers: readonly (number | null)[]): Said {
  return { text, numbers: numbers.filter((number) => number !== null) };
}

/** @param ns null: `-` */
export function duration(ns: number | null): Said {
  return made(formatDuration(ns), ns);
}

/** A duration that a person chose. */
export function chosen(ns: number): Said {
  return made(formatChosen(ns), ns);
}

/** A margin on both sides of zero: the percentage of A's median that was declared, and what that is. */
export function marginInWords(
  { margin_ns: ns, margin_percent: percent }: {
    readonly margin_ns: number | null;
    readonly margin_percent: number | null;
  },
): Said {
  if (percent === null) return ns === null ? made("-") : say`+-${chosen(ns)}`;
  const declared = made(`${percent} %`, percent);
  return ns === null ? say`+-${declared}` : say`+-${declared} (${duration(ns)})`;
}

/** A margin as it was declared. */
export function declaredMargin(
  { margin_ns: ns, margin_percent: percent }: {
    readonly margin_ns: number | null;
    readonly margin_percent: number | null;
  },
): Said {
  return percent !== null ? made(`${percent} %`, percent) : ns === null ? made("-") : chosen(ns);
}

/** Of questions that were asked with --question. */
export const NOT_DECLARED = "by --question, not declared before the runs: explored";

/** A shift in percent of A's median; null: `-` */
export function percentShift(percent: number | null): Said {
  if (percent === null) return made("-");
  const size = Math.abs(percent);
  const text = size >= 1000 ? percent.toPrecision(3) : percent.toFixed(size >= 100 ? 0 : 1);
  const shown = Number(text) === 0
    ? "0.0"
    : String(Number(text) >= 1000 || Number(text) <= -1000 ? Number(text) : text);
  return made(`${Number(text) > 0 ? "+" : ""}${shown}%`, percent);
}

/** A unit for the numbers of one line: in it the largest is short, and those of `small` keep two digits. */
export function rowUnitOf(all: readonly (number | null)[], small: readonly (number | null)[]): RowUnit {
  const known = (values: readonly (number | null)[]) => values.filter((value) => value !== null);
  return rowUnit(known(all), known(small));
}

/** A duration in a given unit, which is not printed. */
export function inUnit(ns: number, unit: RowUnit): Said {
  return made(formatInUnit(ns, unit), ns);
}

/** A difference in a given unit, which is not printed. */
export function shiftInUnit(ns: number, unit: RowUnit): Said {
  const text = formatInUnit(ns, unit);
  return made(Number(text) > 0 ? `+${text}` : text, ns);
}

/** A difference in ns; null: `-` */
export function shift(ns: number | null): Said {
  return made(formatShift(ns), ns);
}

/** Cliff's delta and similar effect sizes; null: `-` */
export function signed(value: number | null): Said {
  return made(formatSigned(value), value);
}

/** An index such as Cramer's V. */
export function number(value: number): Said {
  return made(value.toFixed(2), value);
}

/** A number of runs that need not be whole. */
export function runsWorth(value: number): Said {
  return made(String(Number(value.toPrecision(3))), value);
}

export function statistic(value: number): Said {
  return made(formatStatistic(value), value);
}

/** A number printed in full: a count, a chosen level. */
export function exact(n: number): Said {
  return made(String(n), n);
}

export function probability(p: number): Said {
  return made(p.toFixed(3), p);
}

/** The same for both sides. */
export function sizes(n: Pair<number>): Said {
  return made(n.join(" + "), ...n);
}

/** Both ends in ns; null: `-` */
export function interval(ends: Pair<number> | null): Said {
  return ends === null ? made("-") : say`[${shift(ends[0])}, ${shift(ends[1])}]`;
}

/** The confidence that belongs to an error rate, such as `95 %` for 0.05. */
export function confidence(beside: number): Said {
  return made(`${Number((100 * (1 - beside)).toPrecision(6))} %`, beside);
}

/** A fraction of a whole, such as `12.5%` for 0.125; null: `-` */
export function share(of: number | null): Said {
  if (of === null) return made("-");
  const text = (100 * of).toFixed(1);
  return made(`${text === "-0.0" ? "0.0" : text}%`, of);
}

/** A difference of two fractions of a whole. */
export function points(of: number): Said {
  const text = (100 * of).toFixed(1);
  const value = text === "-0.0" ? "0.0" : text;
  return made(`${Number(value) > 0 ? "+" : ""}${value} points`, of);
}

export function pValue({ p, p_capped }: PValue): Said {
  return made(formatP(p, p_capped), p);
}

/** Without its `p = `, for places that already say it. */
export function bareP(p: number, capped: boolean): Said {
  return made(capped ? formatP(p, true) : formatProbability(p), p);
}

/** An exploratory p-value before and after its adjustment. */
export function exploredP(explored: ExploratoryP): Said {
  return say`${pValue(explored)}, BH ${bareP(explored.p_bh, false)}`;
}

/** A ratio and its interval. */
export function ratio({ ratio, ci: [low, high] }: Ratio): Said {
  return say`${times(ratio)} [${end(low)}, ${end(high)}]`;
}

export function ratioInterval({ ci: [low, high] }: Ratio): Said {
  return say`[${end(low)}, ${end(high)}]`;
}

/** A ratio without its interval. */
export function times(ratio: number): Said {
  const isFar = ratio >= 1000 || (ratio > 0 && ratio < 0.01);
  return made(isFar ? ratio.toExponential(1) : ratio.toFixed(2), ratio);
}

function end(ratio: number | null): Said {
  return ratio === null ? made("open") : times(ratio);
}
