/** Intervals of shifts against the margin. */

import type { Pair } from "../../sample/summary.ts";
import { formatChosen, formatShift } from "../../units/format_value.ts";
import { type Axis, axisName, shiftAxis } from "./axis.ts";
import { coordinate, type Markup, markup } from "../html/markup.ts";
import { boxX, plot } from "./plot.ts";

const ROW = 26;

/** One shift; all in ns. */
export interface ShownShift {
  readonly shift: number | null;
  /** With confidence 1 - alpha. */
  readonly interval: Pair<number> | null;
  /** With confidence 1 - 2 alpha: the interval that decides; null when nothing is decided. */
  readonly deciding: Pair<number> | null;
}

/** An axis with room for all of the shifts and the margin. */
export function axisOf(shifts: readonly ShownShift[], marginNs: number): Axis {
  const ends = shifts.flatMap((
    { shift, interval, deciding },
  ) => [shift ?? 0, ...interval ?? [], ...deciding ?? []]);
  return shiftAxis(ends, marginNs);
}

/** The shift of one question or stratum against +-margin; drawings below each other share `axis`. */
export function intervalPlot(
  name: string,
  [a, b]: Pair<string>,
  shown: ShownShift,
  marginNs: number,
  axis: Axis,
): Markup {
  const difference = `${b} - ${a}`;
  const margin = `margin +-${formatChosen(marginNs)}`;
  return plot({
    title: `Shift of ${name} against the margin`,
    says: `${saysOf(shown, difference)}, ${margin}.`,
    height: ROW,
    x: axis.ticks,
    xName: `${axisName(difference, axis)}; ${margin}`,
    y: [],
    shapes: shapesOf(shown, marginNs, axis),
  });
}

function saysOf({ shift, interval }: ShownShift, difference: string): string {
  const ends = interval === null
    ? "no interval"
    : `interval ${formatShift(interval[0])} to ${formatShift(interval[1])}`;
  return `Shift ${difference} ${formatShift(shift)}, ${ends}`;
}

function shapesOf({ shift, interval, deciding }: ShownShift, marginNs: number, axis: Axis): Markup {
  const x = (ns: number) => coordinate(boxX(axis, ns));
  const middle = ROW / 2;
  const [low, high] = [x(-marginNs), x(marginNs)];
  return markup`<rect class="margin" x="${low}" width="${
    coordinate(boxX(axis, marginNs) - boxX(axis, -marginNs))
  }" height="${ROW}"/><path class="margin-end" d="M${low},0V${ROW}M${high},0V${ROW}"/><path class="zero" d="M${
    x(0)
  },0V${ROW}"/>${
    interval !== null &&
    markup`<path class="ci" d="M${x(interval[0])},${middle - 5}v10M${x(interval[0])},${middle}H${
      x(interval[1])
    }m0,-5v10"/>`
  }${
    deciding !== null && markup`<path class="deciding" d="M${x(deciding[0])},${middle}H${x(deciding[1])}"/>`
  }${shift !== null && markup`<path class="estimate" d="M${x(shift)},${middle}h0"/>`}`;
}
