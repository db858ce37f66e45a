/**
 * The slowest runs: which share of the runs took longer than each duration, on a logarithmic axis. A run that
 * timed out counts as slower than all others, so that no curve ends below its share.
 */

import { curveStepAfter, line } from "d3-shape";
import { axisName, durationAxis, type Range, rangeOf } from "./axis.ts";
import { sideClass, unbroken } from "../html/labels.ts";
import { type Markup, markup, type Part } from "../html/markup.ts";
import { BOX, boxX, EMPTY, figure, plot, sameValue } from "./plot.ts";
import { thinnedRanks } from "./thin.ts";
import { shareTicks } from "./ticks.ts";

const HEIGHT = 220;
/** The axis of the shares has at least one magnitude. */
const LEAST_SHARE = 0.1;
/** How many points a curve has. */
const MOST = 400;

/** A duration of a side. */
export interface TailSample {
  readonly letter: string;
  /** ns, of the complete runs, sorted. */
  readonly sorted: Float64Array;
  readonly timeouts: number;
}

/** @param name of the duration; @param caption the same for the page */
export function tailPlot(name: string, caption: Part, sides: readonly TailSample[]): Markup {
  const drawn = sides.filter(({ sorted }) => sorted.length > 0);
  const range = rangeOf(drawn.map(({ sorted }) => sorted));
  const sizes = sides.map(({ letter, sorted, timeouts }) =>
    `n ${letter} ${sorted.length}${timeouts === 0 ? "" : ` + ${timeouts} timed out`}`
  ).join(", ");
  if (range === null) return figure(caption, EMPTY, sizes);
  if (range.low === range.high) {
    return figure(caption, sameValue(drawn.reduce((sum, { sorted }) => sum + sorted.length, 0), range.low));
  }
  const lowest = Math.min(LEAST_SHARE, 1 / Math.max(...drawn.map(runsOf)));
  const heightOf = (share: number) => 1 - Math.log(share) / Math.log(lowest);
  const axis = durationAxis(range);
  return figure(
    caption,
    plot({
      title: `Tail of ${name}`,
      says: `Share of the runs that took longer than each duration; ${sizes}.`,
      height: HEIGHT,
      x: axis.ticks,
      xName: axisName(name, axis),
      y: shareTicks(lowest, heightOf),
      yName: "slower runs, %, logarithmic",
      yRoom: "narrow",
      shapes: drawn.map((side) => curve(side, range, (ns) => boxX(axis, ns), heightOf)),
    }),
    unbroken(sizes),
  );
}

function runsOf({ sorted, timeouts }: TailSample): number {
  return sorted.length + timeouts;
}

/** After its slowest complete run a curve goes on at the share of its timeouts, or ends at that run. */
function curve(
  { letter, sorted, timeouts }: TailSample,
  { low }: Range,
  x: (ns: number) => number,
  heightOf: (share: number) => number,
): Markup {
  const runs = sorted.length + timeouts;
  const y = (longer: number) => HEIGHT * (1 - heightOf(longer / runs));
  const points = thinnedRanks(sorted.length, MOST).map((rank): [number, number] => [
    x(sorted[rank]!),
    y(Math.max(runs - rank - 1, 1)),
  ]);
  const end: [number, number][] = timeouts > 0 ? [[BOX, y(timeouts)]] : [];
  const d = line().curve(curveStepAfter).digits(1)([[x(low), 0], ...points, ...end]) ?? "";
  return markup`<path class="line ${sideClass(letter)}" d="${d}"/>`;
}
