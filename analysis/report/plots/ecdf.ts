/** Empirical distribution functions of the sides, one figure for each stratum. */

import { curveStepAfter, line } from "d3-shape";
import { formatDuration } from "../../units/format_value.ts";
import { medianSorted } from "../../stats/quantile.ts";
import { axisName, durationAxis, type Range, rangeOf } from "./axis.ts";
import { sideClass, unbroken } from "../html/labels.ts";
import { type Markup, markup, type Part } from "../html/markup.ts";
import { boxX, EMPTY, figure, plot, sameValue } from "./plot.ts";
import { thinnedRanks } from "./thin.ts";

const HEIGHT = 170;
/** How many points a curve has. */
const MOST = 400;
const SHARES = [0, 0.25, 0.5, 0.75, 1].map((share) => ({ share, label: `${100 * share} %` }));

export interface Curve {
  readonly letter: string;
  /** In ns, ascending. */
  readonly sorted: Float64Array;
}

/** What figures next to each other have in common. */
export interface EcdfAxes {
  /** Name of the duration, for the axis. */
  readonly duration: string;
  /** Their common axis; null: that of the curves themselves. */
  readonly range: Range | null;
}

/** @param name what the curves show, as a text; @param caption the same for the page */
export function ecdf(name: string, caption: Part, curves: readonly Curve[], axes: EcdfAxes): Markup {
  const drawn = curves.filter(({ sorted }) => sorted.length > 0);
  const sizes = curves.map(({ letter, sorted }) => `n ${letter} ${sorted.length}`).join(", ");
  const own = rangeOf(drawn.map(({ sorted }) => sorted));
  if (own === null) return figure(caption, EMPTY, sizes);
  if (own.low === own.high) {
    return figure(
      caption,
      sameValue(drawn.reduce((sum, { sorted }) => sum + sorted.length, 0), own.low),
      sizes,
    );
  }
  const axis = durationAxis(axes.range ?? own);
  const paths = drawn.map(({ letter, sorted }) => {
    const step = line().curve(curveStepAfter).digits(1);
    const ranks = thinnedRanks(sorted.length, MOST);
    const points = ranks.map((rank): [number, number] => [
      boxX(axis, sorted[rank]!),
      HEIGHT * (1 - (rank + 1) / sorted.length),
    ]);
    const d = step([[0, HEIGHT], [points[0]![0], HEIGHT], ...points, [1000, 0]]) ?? "";
    return markup`<path class="line ${sideClass(letter)}" d="${d}"/>`;
  });
  const medians = drawn.map(({ letter, sorted }) =>
    `median of ${letter} ${formatDuration(medianSorted(sorted))}`
  );
  const thinned = drawn.filter(({ sorted }) => sorted.length > MOST)
    .map(({ letter, sorted }) => `${letter} by ${MOST} of its ${sorted.length} values`);
  return figure(
    caption,
    plot({
      title: `Distribution of ${name}`,
      says: `Share of the complete runs up to each duration; ${medians.join(", ")}; ${sizes}.`,
      height: HEIGHT,
      x: axis.ticks,
      xName: axisName(axes.duration, axis),
      y: SHARES,
      yName: "share of the runs",
      yRoom: "narrow",
      shapes: paths,
    }),
    unbroken([sizes, ...thinned.length > 0 ? [`drawn: ${thinned.join(", ")}`] : []].join("; ")),
  );
}
