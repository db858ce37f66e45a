/** Axes of durations: a scale that fits the values, and ticks that a reader can distinguish. */

import { scaleLinear, scaleLog, scaleSymlog } from "d3-scale";
import { formatChosen } from "../../units/format_value.ts";

export interface Tick {
  /** Position along the axis, 0 to 1. */
  readonly share: number;
  readonly label: string;
}

export interface Axis {
  readonly kind: "linear" | "logarithmic" | "linear within the margin, logarithmic beyond";
  /** Position of a value in ns along the axis, 0 to 1. */
  at(ns: number): number;
  readonly ticks: readonly Tick[];
}

/** Ranges with more than this ratio are drawn logarithmically. */
const LOG_FROM = 10;
/** Intervals that reach beyond so many margins are drawn with a logarithmic scale outside the margin. */
const SYMLOG_FROM = 4;
const PADDING = 0.03;
const UNITS = [["ns", 1], ["us", 1e3], ["ms", 1e6], ["s", 1e9]] as const;
const LONG_LABEL = 9;
const TICKS = 4;
/** Size of a label's character, and of the narrowest drawing with labels, in pixels. */
const CHARACTER = 7;
const GAP = 8;
const NARROWEST = 200;
const LINE = 0.09;

/** Whether an axis lies across a drawing, where labels compete for width, or goes up. */
export type Course = "across" | "up";

/** An axis for durations from `low` to `high` in ns; logarithmic when they span magnitudes. */
export function durationAxis(low: number, high: number, course: Course = "across"): Axis {
  if (low > 0 && high / low > LOG_FROM) return logAxis(low, high, course);
  const room = high > low ? (high - low) * PADDING : Math.max(1, Math.abs(low) * PADDING);
  const scale = scaleLinear([low - room, high + room], [0, 1]);
  return { kind: "linear", at: (ns) => scale(ns), ticks: roomy(linearTicks(scale), course) };
}

/** A logarithmic axis; `low` > 0. */
export function logAxis(low: number, high: number, course: Course = "across"): Axis {
  const ratio = Math.max(high / low, 1.5) ** PADDING;
  const scale = scaleLog([low / ratio, Math.max(high, low * 1.5) * ratio], [0, 1]);
  const decades = Math.log10(high / low);
  const all = scale.ticks(10);
  const powers = all.filter((tick) => Number.isInteger(Math.round(Math.log10(tick) * 1e9) / 1e9));
  const steps = all.filter((tick) => /^[125]/.test(tick.toExponential()));
  const chosen = decades > 1.5 && powers.length > 1 ? powers : steps;
  const every = Math.ceil(chosen.length / (TICKS + 1));
  return {
    kind: "logarithmic",
    at: (ns) => scale(ns),
    ticks: roomy(
      chosen.filter((_, index) => index % every === 0)
        .map((tick) => ({ share: scale(tick), label: formatChosen(tick) })),
      course,
    ),
  };
}

/** An axis of shifts around 0 that shows +-margin and all of the ends; in ns. */
export function shiftAxis(ends: readonly number[], marginNs: number): Axis {
  const reach = Math.max(marginNs, ...ends.map(Math.abs));
  const far = reach > SYMLOG_FROM * marginNs;
  const domain = [-reach * (1 + 3 * PADDING), reach * (1 + 3 * PADDING)];
  const scale = far ? scaleSymlog(domain, [0, 1]).constant(marginNs) : scaleLinear(domain, [0, 1]);
  const inner = scale(marginNs) - scale(0);
  const label = formatChosen(marginNs);
  const centre: Tick[] = inner < 0.13 ? [{ share: 0.5, label: `0 +-${label}` }] : [
    { share: scale(-marginNs), label: `-${label}` },
    { share: 0.5, label: "0" },
    { share: scale(marginNs), label: `+${label}` },
  ];
  const outer = scale(reach);
  const ends_: Tick[] = outer - Math.max(...centre.map(({ share }) => share)) < 0.2 ? [] : [
    { share: 1 - outer, label: formatRounded(-reach) },
    { share: outer, label: formatRounded(reach) },
  ];
  return {
    kind: far ? "linear within the margin, logarithmic beyond" : "linear",
    at: (ns) => scale(ns),
    ticks: [...centre, ...ends_].sort((x, y) => x.share - y.share),
  };
}

function formatRounded(ns: number): string {
  const text = formatChosen(Number(ns.toPrecision(2)));
  return ns > 0 ? `+${text}` : text;
}

function linearTicks(
  scale: { (ns: number): number; domain(): number[]; ticks(count: number): number[] },
): Tick[] {
  const largest = Math.max(...scale.domain().map(Math.abs));
  const [unit, factor] = UNITS.findLast(([, factor]) => largest >= factor) ?? UNITS[0];
  const labelled = (count: number): Tick[] => {
    const ticks = scale.ticks(count);
    const step = ticks.length > 1 ? ticks[1]! - ticks[0]! : largest;
    const decimals = Math.min(9, Math.max(0, Math.ceil(-Math.log10(step / factor) - 1e-9)));
    const text = (tick: number) => (tick === 0 ? 0 : tick / factor).toFixed(decimals);
    return ticks.map((tick) => ({ share: scale(tick), label: `${text(tick)} ${unit}` }));
  };
  const ticks = labelled(TICKS);
  return ticks.some(({ label }) => label.length > LONG_LABEL) ? labelled(2) : ticks;
}

/** Ticks without those whose label would overlap an earlier one in the narrowest drawing. */
function roomy(ticks: readonly Tick[], course: Course): Tick[] {
  const kept: Tick[] = [];
  let taken = -Infinity;
  for (const tick of ticks) {
    const width = course === "up" ? LINE : (tick.label.length * CHARACTER + GAP) / NARROWEST;
    const side = course === "up" ? "middle" : anchor(tick.share);
    const start = tick.share - (side === "start" ? 0 : side === "end" ? width : width / 2);
    if (start < taken) continue;
    kept.push(tick);
    taken = start + width;
  }
  return kept;
}

/** Labels near an edge begin or end there. */
export function anchor(share: number): "start" | "middle" | "end" {
  return share < 0.06 ? "start" : share > 0.94 ? "end" : "middle";
}
