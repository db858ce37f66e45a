/** Ticks that a reader can tell apart: at least four where there is room, none on another, one unit an axis. */

import { scaleLinear } from "d3-scale";

export interface Tick {
  /** Position along the axis, 0 to 1. */
  readonly share: number;
  readonly label: string;
}

/** Ticks, and the unit in which all their labels are; empty when each label has its own. */
export interface Ticks {
  readonly ticks: readonly Tick[];
  readonly unit: string;
}

/** Whether an axis lies across a drawing, where labels compete for width, or goes up. */
export type Course = "across" | "up";

/** So many ticks make a scale readable. */
const ENOUGH = 4;
const FEWEST = 3;
/** More ticks are too many to begin with. */
const MOST = 14;
/** Size of a label's character, and of the narrowest drawing with labels, in pixels. */
const CHARACTER = 7;
const GAP = 6;
const NARROWEST = 208;
const LINE = 0.09;

const UNITS = [["ns", 1], ["\u00b5s", 1e3], ["ms", 1e6], ["s", 1e9]] as const;
type Unit = (typeof UNITS)[number];
/** Labels with more characters say what comes after a base instead. */
const LONGEST_LABEL = 6;
/** Within so many decades a logarithmic axis has one unit. */
const ONE_UNIT = 4.5;
const STEPS = [[1, 3], [1, 2, 5], [1, 2.5, 5], [1, 2, 4, 7], [1.5, 3, 6], [1, 1.5, 2.5, 4, 6], [
  1,
  1.5,
  2,
  3,
  5,
  7,
], [
  1,
  1.5,
  2,
  3,
  4,
  5,
  6,
  7,
  8,
  9,
]];
const OTHER_STEPS = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8];
const COUNTS = [5, 4];
const MORE_COUNTS = [6, 8, 10];

/** Position of a value, 0 to 1. */
type Place = (value: number) => number;

/**
 * Ticks of durations in ns on a linear axis. Where they would have many digits in common, they say how long
 * after a base: `µs after 1.111 s`.
 */
export function linearTicks(low: number, high: number, at: Place, course: Course): Ticks {
  const whole = ticksAfter({ base: 0, unit: unitOf(Math.max(-low, high)) }, low, high, at, course);
  const isLong = whole.ticks.some(({ label }) => label.length > LONGEST_LABEL);
  if (whole.ticks.length >= ENOUGH && !isLong || low <= 0 && high >= 0) return whole;
  const magnitude = 10 ** Math.ceil(Math.log10(high - low));
  const base = Math.floor(low / magnitude) * magnitude;
  return ticksAfter({ base, unit: unitOf(high - low) }, low, high, at, course);
}

/** @param unit of the labels; @param base is left out of them, ns */
function ticksAfter(
  { base, unit: [name, factor] }: { base: number; unit: Unit },
  low: number,
  high: number,
  at: Place,
  course: Course,
): Ticks {
  const chosen = best(
    linearValues(low, high).map((values) => {
      const decimals = decimalsOf((values[1] ?? values[0]! + factor) - values[0]!, factor);
      return values.map((value) => ({
        share: at(value),
        label: minus(((value - base) / factor).toFixed(decimals)),
      }));
    }),
    course,
  );
  return { ticks: chosen, unit: base === 0 ? name : `${name} after ${exactly(base)}` };
}

/** Ticks of durations in ns on a logarithmic axis; `low` > 0. */
export function logTicks(low: number, high: number, at: Place, course: Course): Ticks {
  const decades = Math.log10(high / low);
  const unit = decades <= ONE_UNIT ? unitOf(high / 10 ** (decades / 2)) : null;
  const label = (ns: number) => {
    const [name, factor] = unit ?? unitOf(ns);
    return `${short(ns / factor)}${unit === null ? ` ${name}` : ""}`;
  };
  return {
    ticks: best(
      logValues(low, high).map((values) =>
        values.map((value) => ({ share: at(value), label: label(value) }))
      ),
      course,
    ),
    unit: unit?.[0] ?? "",
  };
}

/** Shares on a logarithmic axis from `low` to 1, in %. */
export function shareTicks(low: number, at: Place): readonly Tick[] {
  return best(
    logValues(low, 1).map((values) =>
      values.map((value) => ({ share: at(value), label: short(100 * value) }))
    ),
    "up",
  );
}

/** Ticks of shifts around 0 on a linear axis from -end to end: 0, and two on each side; in ns. */
export function shiftTicks(end: number, at: Place): Ticks {
  const step = stepsWithin(end / 4, end / 2, OTHER_STEPS).at(-1)!;
  const [unit, factor] = unitOf(end);
  const values = [-2 * step, -step, 0, step, 2 * step];
  return { ticks: values.map((value) => ({ share: at(value), label: signed(value / factor) })), unit };
}

/** Ticks of shifts around 0 on an axis that is logarithmic beyond the margin; in ns. */
export function farTicks(marginNs: number, reach: number, at: Place): Ticks {
  const candidates = [[1], [1, 3]].flatMap((steps) =>
    [1, 2, 3, 4, 5, 6, 7, 8].map((every) =>
      stepsWithin(marginNs, reach, steps).filter((_, i, all) => (all.length - 1 - i) % every === 0)
    )
  );
  const unit = Math.log10(reach / marginNs) < ONE_UNIT ? unitOf(reach / 10) : null;
  const label = (ns: number) => {
    const [name, factor] = unit ?? unitOf(Math.abs(ns));
    return `${signed(ns / factor)}${unit === null && ns !== 0 ? ` ${name}` : ""}`;
  };
  return {
    ticks: best(
      [...candidates, [reach]].map((values) =>
        [...values.map((value) => -value).reverse(), 0, ...values]
          .map((value) => ({ share: at(value), label: label(value) }))
      ),
      "across",
    ),
    unit: unit?.[0] ?? "",
  };
}

/** Whole numbers from 1 to `last`, such as those of runs. */
export function countTicks(last: number, at: Place): readonly Tick[] {
  const labelled = (values: readonly number[]) =>
    values.map((value) => ({ share: at(value), label: String(value) }));
  return best(
    [...COUNTS, ...MORE_COUNTS].map((count) => {
      const whole = scaleLinear([1, last], [0, 1]).ticks(count).filter((value) => Number.isInteger(value));
      return labelled(last > 9 && whole[0] !== 1 ? [1, ...whole] : whole);
    }),
    "across",
  );
}

/** Multiples of a step within the ends, first of round steps, then of others. */
function linearValues(low: number, high: number): number[][] {
  const round = (counts: readonly number[]) =>
    counts.map((count) => scaleLinear([low, high], [0, 1]).ticks(count));
  const others = stepsWithin((high - low) / 6, (high - low) / 3, OTHER_STEPS).reverse().map((step) => {
    const first = Math.ceil(low / step);
    return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step);
  });
  return [...round(COUNTS), ...others, ...round(MORE_COUNTS)];
}

/** Values of the form step * 10^k within the ends, in lists from few to many. */
function logValues(low: number, high: number): number[][] {
  const even = [1, 3, 5, 2].flatMap((step) => thinned(stepsWithin(low, high, [step])));
  const uneven = STEPS.map((steps) => stepsWithin(low, high, steps)).filter(({ length }) => length <= MOST);
  return [
    ...even,
    ...uneven,
    ...linearValues(low, high).map((values) => values.filter((value) => value > 0)),
  ];
}

/** Every second, every third and so on, from each possible start. */
function thinned(values: readonly number[]): number[][] {
  const lists: number[][] = [];
  for (let every = 1; every * (ENOUGH - 1) < values.length; every++) {
    for (let start = 0; start < every; start++) {
      lists.push(values.filter((_, index) => index >= start && (index - start) % every === 0));
    }
  }
  return lists;
}

function stepsWithin(low: number, high: number, steps: readonly number[]): number[] {
  const values: number[] = [];
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power++) {
    for (const step of steps) {
      const value = Number(`${step}e${power}`);
      if (value >= low && value <= high) values.push(value);
    }
  }
  return values;
}

/** The first candidate with enough ticks that all fit; otherwise the longest that fits, or what fits of one. */
function best(candidates: readonly (readonly Tick[])[], course: Course): readonly Tick[] {
  const longest = (lists: readonly (readonly Tick[])[]) =>
    lists.reduce((most, list) => list.length > most.length ? list : most, []);
  const fit = candidates.flatMap((one) => one.length > ENOUGH ? [one, one.slice(0, -1), one.slice(1)] : [one])
    .filter((candidate) => roomy(candidate, course).length === candidate.length);
  const enough = fit.find((candidate) => candidate.length >= ENOUGH) ?? longest(fit);
  return enough.length >= FEWEST ? enough : longest(candidates.map((candidate) => roomy(candidate, course)));
}

/** Ticks without those whose label would overlap an earlier one in the narrowest drawing, or repeat it. */
function roomy(ticks: readonly Tick[], course: Course): Tick[] {
  const kept: Tick[] = [];
  let taken = -Infinity;
  for (const tick of ticks) {
    const width = course === "up" ? LINE : (tick.label.length * CHARACTER + GAP) / NARROWEST;
    const side = course === "up" ? "middle" : anchor(tick.share);
    const start = tick.share - (side === "start" ? 0 : side === "end" ? width : width / 2);
    if (start < taken || tick.label === kept.at(-1)?.label) continue;
    kept.push(tick);
    taken = start + width;
  }
  return kept;
}

/** Labels near an edge begin or end there. */
export function anchor(share: number): "start" | "middle" | "end" {
  return share < 0.025 ? "start" : share > 0.975 ? "end" : "middle";
}

/** The largest unit of which the value has at least one. */
function unitOf(ns: number): Unit {
  return UNITS.findLast(([, factor]) => Number(ns.toPrecision(12)) >= factor) ?? UNITS[0];
}

/** So many decimals write multiples of the step exactly. */
function decimalsOf(step: number, factor: number): number {
  let decimals = 0;
  const isWhole = (value: number) => Math.abs(value - Math.round(value)) < 1e-3 && Math.round(value) !== 0;
  while (decimals < 9 && !isWhole((step / factor) * 10 ** decimals)) decimals++;
  return decimals;
}

/** All digits of a duration. */
function exactly(ns: number): string {
  const [name, factor] = unitOf(Math.abs(ns));
  return `${short(Math.round(1e3 * ns) / 1e3 / factor)} ${name}`;
}

function short(value: number): string {
  return minus(String(Number(value.toPrecision(12))));
}

function signed(value: number): string {
  return value > 0 ? `+${short(value)}` : short(value);
}

function minus(label: string): string {
  return Number(label) === 0 ? label.replace("-", "") : label.replace("-", "\u2212");
}
