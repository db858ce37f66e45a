/** The levels of one question over time, with their intervals, the stretches between changes, and the changes. */

import type { History, QuestionHistory } from "../../history/history.ts";
import { sideClass } from "../html/labels.ts";
import { coordinate, type Markup, markup, percent } from "../html/markup.ts";
import { axisName, durationAxis, rangeOf } from "../plots/axis.ts";
import { BOX, EMPTY, figure, plot } from "../plots/plot.ts";
import { countTicks } from "../plots/ticks.ts";

const HEIGHT = 220;

export function levelPlot(
  { name, observed, segments, changes }: QuestionHistory,
  { series }: History,
): Markup {
  const levels = observed.map((index) => ({ index, ...series[index]!.levels.get(name)! }));
  const ends = levels.flatMap(({ median_ns, ci_ns }) => [median_ns, ...ci_ns].filter((ns) => ns !== null));
  const range = rangeOf([Float64Array.from(ends)]);
  if (range === null) return figure(name, EMPTY);
  const y = durationAxis(range, "up");
  const count = series.length;
  const x = (index: number) => count === 1 ? 0.5 : 0.01 + (0.98 * index) / (count - 1);
  const at = (index: number, ns: number) =>
    `${coordinate(x(index) * BOX)},${coordinate(HEIGHT * (1 - y.at(ns)))}`;
  const intervals = levels.flatMap(({ index, ci_ns: [low, high] }) =>
    low === null || high === null ? [] : [`M${at(index, low)}L${at(index, high)}`]
  );
  const dots = levels.map(({ index, median_ns }) => `M${at(index, median_ns!)}h0`);
  const stretches = segments.map(({ from, to, level_ns }) => `M${at(from, level_ns)}L${at(to, level_ns)}`);
  return figure(
    name,
    plot({
      title: `${name} over time`,
      says: `Medians of ${levels.length} series with their intervals; ${changes.length} changes of level.`,
      height: HEIGHT,
      x: countTicks(count, (place) => x(place - 1)),
      xName: "series in the order of time",
      y: y.ticks,
      yName: axisName(name, y),
      shapes: [
        markup`<path class="line ${sideClass("A")}" stroke-opacity="0.35" d="${intervals.join("")}"/>`,
        markup`<path class="line ${sideClass("A")}" d="${stretches.join("")}"/>`,
        markup`<path class="dots ${sideClass("A")}" d="${dots.join("")}"/>`,
      ],
      labels: changes.map(({ at }) => changeMark(x(at - 0.5), series[at]!.file)),
    }),
  );
}

function changeMark(share: number, file: string): Markup {
  const at = percent(share);
  const [side, beside] = share < 0.5 ? ["start", 5] : ["end", -5];
  return markup`<line class="change" x1="${at}" x2="${at}" y1="0" y2="${HEIGHT}"/><text class="mark ${side}" x="${at}" dx="${beside}" y="${
    HEIGHT - 6
  }">${file}</text>`;
}
