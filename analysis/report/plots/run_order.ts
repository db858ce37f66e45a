/** A duration in the order of the runs: does its level change, does it drift, where are the censored runs? */

import { curveLinear, line } from "d3-shape";
import { IN_ORDER, orderOrNone } from "../../print/measured.ts";
import { joined, withMethod } from "../../print/said.ts";
import { formatShift } from "../../units/format_value.ts";
import type { SeriesCheck } from "../../sample/series.ts";
import { medianSorted } from "../../stats/quantile.ts";
import { type Axis, axisName, durationAxis, type Range } from "./axis.ts";
import { sideClass, unbroken } from "../html/labels.ts";
import { coordinate, type Markup, markup, type Part, percent } from "../html/markup.ts";
import { outlierDots } from "./outliers.ts";
import { BOX, EMPTY, figure, plot, sameValue } from "./plot.ts";
import type { RunSeries } from "../html/runs.ts";
import { blocksOf } from "./thin.ts";
import { countTicks } from "./ticks.ts";

const HEIGHT = 190;
/**
 * Up to this many runs are drawn one by one; more are drawn as bars from the smallest to the largest value of
 * a block.
 */
const MOST_DOTS = 600;
const BARS = 300;
const MEDIANS = 60;
const MOST_CENSORED = 300;
/** A change of level is marked below this p, that of its own check: the warning's is adjusted for the others. */
const CHANGED = 0.01;

/** What drawings next to each other share. */
export interface OrderAxes {
  /** null: no side has a value. */
  readonly range: Range | null;
  /** Number of the last run. */
  readonly last: number;
}

export function lastRun(all: readonly RunSeries[]): number {
  return Math.max(1, ...all.flatMap(({ runs, censored }) => [largest(runs), largest(censored)]));
}

/** @param name of the duration, as a text; @param caption the same for the page */
export function runOrder(
  name: string,
  caption: Part,
  letter: string,
  series: RunSeries,
  checks: SeriesCheck,
  { range, last }: OrderAxes,
): Markup {
  const { values, censored } = series;
  if (values.length === 0 || range === null) {
    return figure(caption, EMPTY);
  }
  if (range.low === range.high) return figure(caption, sameValue(values.length, range.low));
  const y = durationAxis(range, "up");
  const x = (run: number) => last === 1 ? 0.5 : 0.01 + (0.98 * (run - 1)) / (last - 1);
  const change = checks.change_point;
  const changes = change !== null && change.p < CHANGED;
  const words = joined(orderOrNone(name, { ...checks, n: values.length }).map(withMethod), "; ").text;
  const found = unbroken(changes ? `${words}; ${changeWords(series, change.after_run)}` : words);
  return figure(
    caption,
    plot({
      title: `${name} of ${letter} ${IN_ORDER}`,
      says: `${values.length} complete and ${censored.length} censored runs. ${found}.`,
      height: HEIGHT,
      x: countTicks(last, x),
      xName: "run",
      y: y.ticks,
      yName: axisName(name, y),
      shapes: [
        values.length > MOST_DOTS && bars(series, letter, x, y),
        medianLine(series, x, y),
        values.length <= MOST_DOTS && dots(series, letter, x, y),
        censoredMarks(censored, x),
      ],
      labels: [
        outlierDots(series, letter, x, (ns) => HEIGHT * (1 - y.at(ns))),
        changes && changeMark(x(change.after_run + 0.5), change.after_run),
      ],
    }),
    [
      found,
      values.length > MOST_DOTS &&
      `; drawn: ${BARS} bars of about ${
        Math.round(values.length / BARS)
      } runs each, from the smallest to the largest, and the medians of ${MEDIANS} blocks`,
      censored.length > MOST_CENSORED && `; ${censored.length} censored runs, not all drawn`,
    ],
  );
}

/** By how much the median changes at the change of level. */
function changeWords({ runs, values }: RunSeries, afterRun: number): string {
  const before = values.filter((_, i) => runs[i]! <= afterRun).sort();
  const after = values.filter((_, i) => runs[i]! > afterRun).sort();
  return `the median changes by ${formatShift(medianSorted(after) - medianSorted(before))}`;
}

function largest(values: Float64Array): number {
  let found = 0;
  for (const value of values) found = Math.max(found, value);
  return found;
}

/** Strokes of zero length with round ends: they stay round however the box is stretched. */
function dots({ runs, values }: RunSeries, letter: string, x: (run: number) => number, y: Axis): Markup {
  const d = Array.from(
    runs,
    (run, i) => `M${coordinate(x(run) * BOX)},${coordinate(HEIGHT * (1 - y.at(values[i]!)))}h0`,
  );
  return markup`<path class="dots ${sideClass(letter)}" d="${d.join("")}"/>`;
}

function bars({ runs, values }: RunSeries, letter: string, x: (run: number) => number, y: Axis): Markup {
  const d = blocksOf(runs.length, BARS).map(([start, end]) => {
    let [low, high] = [values[start]!, values[start]!];
    for (let i = start; i < end; i++) {
      low = Math.min(low, values[i]!);
      high = Math.max(high, values[i]!);
    }
    const at = (ns: number) => coordinate(HEIGHT * (1 - y.at(ns)));
    return `M${coordinate(x(runs[(start + end) >> 1]!) * BOX)},${at(low)}V${at(high)}`;
  });
  return markup`<path class="bars ${sideClass(letter)}" d="${d.join("")}"/>`;
}

/** Running median: over a window around each run, or over blocks when there are many runs. */
function medianLine({ runs, values }: RunSeries, x: (run: number) => number, y: Axis): Part {
  if (runs.length < 8) return null;
  const half = Math.max(2, Math.round(runs.length / 20));
  const windows = runs.length <= MOST_DOTS
    ? Array.from(runs, (_, i) => [Math.max(0, i - half), Math.min(runs.length, i + half + 1), i] as const)
    : blocksOf(runs.length, MEDIANS).map(([start, end]) => [start, end, (start + end) >> 1] as const);
  const points = windows.map(([start, end, middle]): [number, number] => [
    x(runs[middle]!) * BOX,
    HEIGHT * (1 - y.at(medianSorted(values.slice(start, end).sort()))),
  ]);
  const d = line().curve(curveLinear).digits(1)(points) ?? "";
  return markup`<path class="median" d="${d}"/>`;
}

/** At the upper edge, because their values are not known. */
function censoredMarks(censored: Float64Array, x: (run: number) => number): Part {
  if (censored.length === 0) return null;
  const every = Math.ceil(censored.length / MOST_CENSORED);
  const d = Array.from(censored).filter((_, i) => i % every === 0)
    .map((run) => `M${coordinate(x(run) * BOX)},0V7`);
  return markup`<path class="censored" d="${d.join("")}"/>`;
}

function changeMark(share: number, run: number): Markup {
  const at = percent(share);
  const side = share < 0.5 ? "start" : "end";
  return markup`<line class="change" x1="${at}" x2="${at}" y1="0" y2="${HEIGHT}"/><text class="mark ${side}" x="${at}" dx="${
    share < 0.5 ? 5 : -5
  }" y="${HEIGHT - 6}">after run ${run}</text>`;
}
