/** Durations as bars that are stacked of their parts, on one axis. */

import { formatDuration } from "../../units/format_value.ts";
import { axisName, durationAxis } from "./axis.ts";
import { typeset } from "../html/labels.ts";
import { coordinate, type Markup, markup, percent } from "../html/markup.ts";
import { legend, PATTERNS } from "./mosaic.ts";
import { figure, plot } from "./plot.ts";

const ROW = 17;
const BAR = 12;

/** One bar; its parts have the order of the names. */
export interface PartBar {
  /** Beside the bar, short. */
  readonly label: string;
  /** What it is, in words. */
  readonly says: string;
  /** ns of each part. */
  readonly parts: readonly number[];
}

/** A part with a pattern of its own, or several that share one. */
export interface PartPattern {
  readonly name: string;
  /** Indices of its parts. */
  readonly of: readonly number[];
}

/**
 * As many parts as there are patterns, in their order; those with the least time share the last pattern but for the
 * parts in `always`, which have their own.
 *
 * @param bars that decide which parts are large
 */
export function patternsOf(
  names: readonly string[],
  always: readonly number[],
  bars: readonly PartBar[],
): PartPattern[] {
  const all = names.map((_, part) => part);
  const times = all.map((part) => bars.reduce((sum, { parts }) => sum + Math.abs(parts[part]!), 0));
  const present = all.filter((part) => times[part]! > 0 || always.includes(part));
  const rank = (part: number) => always.includes(part) ? Infinity : times[part]!;
  const byTime = present.toSorted((x, y) => rank(y) - rank(x) || x - y);
  const own = byTime.slice(0, byTime.length > PATTERNS ? PATTERNS - 1 : PATTERNS);
  const others = present.filter((part) => !own.includes(part));
  return [
    ...present.filter((part) => own.includes(part)).map((part) => ({ name: names[part]!, of: [part] })),
    ...others.length === 0 ? [] : [{ name: `${others.length} others`, of: others }],
  ];
}

/** What bars stand for: the drawing's name, what their lengths are, and what their labels are. */
export interface PartBarNames {
  readonly what: string;
  readonly duration: string;
  readonly rows: string;
}

/**
 * @param largest end of the axis, ns, so that several drawings may share it
 */
export function partBars(
  { what, duration, rows }: PartBarNames,
  bars: readonly PartBar[],
  patterns: readonly PartPattern[],
  largest: number,
): Markup {
  const axis = durationAxis({ low: 0, high: largest });
  const height = ROW * bars.length;
  const from = axis.at(0);
  const drawn = bars.map(({ says, parts }, row) => {
    let end = 0;
    const slices = patterns.map(({ name, of }, index) => {
      const ns = of.reduce((sum, part) => sum + parts[part]!, 0);
      // A slack below zero takes nothing from the bar's length.
      if (!(ns > 0)) return null;
      const begin = end;
      end += ns;
      const width = axis.at(end) - axis.at(begin);
      return markup`<g><title>${
        typeset(`${says}: ${formatDuration(ns)} ${name}`)
      }</title><rect class="part bar p${index}" x="${percent(axis.at(begin))}" width="${percent(width)}" y="${
        coordinate(ROW * row + (ROW - BAR) / 2)
      }" height="${BAR}"/></g>`;
    });
    return markup`<g>${slices}</g>`;
  });
  return figure(
    typeset(what),
    markup`${
      plot({
        title: what,
        says: bars.map(({ says, parts }) =>
          `${says}: ${
            patterns.map(({ name, of }) =>
              `${formatDuration(of.reduce((sum, part) => sum + parts[part]!, 0))} ${name}`
            ).join(", ")
          }.`
        ).join(" "),
        height,
        x: axis.ticks,
        xName: axisName(duration, axis),
        yName: rows,
        y: bars.map(({ label }, row) => ({ share: 1 - (ROW * (row + 0.5)) / height, label })),
        shapes: markup`<path class="zero" d="M${coordinate(1000 * from)},0V${height}"/>`,
        yRoom: "narrow",
        labels: drawn,
      })
    }${legend(patterns.map(({ name }) => name))}`,
  );
}
