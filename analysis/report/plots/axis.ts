/** Axes of durations: a scale that fits the values, its ticks, and the unit of their labels. */

import { scaleLinear, scaleLog, scaleSymlog } from "d3-scale";
import { type Course, farTicks, linearTicks, logTicks, shiftTicks, type Ticks } from "./ticks.ts";

export interface Axis extends Ticks {
  readonly kind: "linear" | "logarithmic" | "linear within the margin, logarithmic beyond";
  /** Position of a value in ns along the axis, 0 to 1. */
  at(ns: number): number;
}

/** Smallest and largest value in ns of all drawings that share an axis. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Ranges with more than this ratio are drawn logarithmically. */
const LOG_FROM = 10;
/** Intervals that reach beyond so many margins are drawn with a logarithmic scale outside the margin. */
const SYMLOG_FROM = 4;
const PADDING = 0.03;

/** @returns null when there is no value */
export function rangeOf(all: readonly Float64Array[]): Range | null {
  let [low, high] = [Infinity, -Infinity];
  for (const values of all) {
    for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  }
  return low > high ? null : { low, high };
}

/** An axis for durations from `low` to `high` in ns; logarithmic when they span magnitudes. */
export function durationAxis({ low, high }: Range, course: Course = "across"): Axis {
  if (low > 0 && high / low > LOG_FROM) return logAxis({ low, high }, course);
  const room = high > low ? (high - low) * PADDING : Math.max(1, Math.abs(low) * PADDING);
  const [from, to] = [low - room, high + room];
  const scale = scaleLinear([from, to], [0, 1]);
  return { kind: "linear", at: (ns) => scale(ns), ...linearTicks(from, to, scale, course) };
}

/** A logarithmic axis; `low` > 0. */
export function logAxis({ low, high }: Range, course: Course = "across"): Axis {
  const ratio = Math.max(high / low, 1.5) ** PADDING;
  const [from, to] = [low / ratio, Math.max(high, low * 1.5) * ratio];
  const scale = scaleLog([from, to], [0, 1]);
  return { kind: "logarithmic", at: (ns) => scale(ns), ...logTicks(from, to, scale, course) };
}

/** An axis of shifts around 0 that shows the margin on both sides and all of the ends; in ns. */
export function shiftAxis(ends: readonly number[], marginNs: number): Axis {
  const reach = Math.max(marginNs, ...ends.map(Math.abs));
  const far = reach > SYMLOG_FROM * marginNs;
  const end = reach * (1 + 3 * PADDING);
  if (far) {
    const scale = scaleSymlog([-end, end], [0, 1]).constant(marginNs);
    return {
      kind: "linear within the margin, logarithmic beyond",
      at: (ns) => scale(ns),
      ...farTicks(marginNs, reach, scale),
    };
  }
  const scale = scaleLinear([-end, end], [0, 1]);
  return { kind: "linear", at: (ns) => scale(ns), ...shiftTicks(end, scale) };
}

/** What an axis shows, with its unit. */
export function axisName(what: string, { unit, kind }: Axis): string {
  return [what, ...unit === "" ? [] : [unit], ...kind === "logarithmic" ? [kind] : []].join(", ");
}
