/**
 * What can be drawn for one side or for two: the distributions of the durations, and the order of the runs.
 */

import { QUESTIONS, WHOLES } from "../../compare/questions.ts";
import { sortedSample } from "../../sample/sample.ts";
import { ecdf } from "../plots/ecdf.ts";
import { sideKey } from "../html/labels.ts";
import { type Markup, markup } from "../html/markup.ts";
import { rangeOf } from "../plots/axis.ts";
import { lastRun, runOrder } from "../plots/run_order.ts";
import type { SeriesCheck } from "../../sample/series.ts";
import { type ReportSide, seriesOf } from "../html/runs.ts";

export function distributions(sides: readonly ReportSide[]): Markup {
  const figures = QUESTIONS.map(({ name, duration, title }) => {
    const curves = sides.map(({ letter, file }) => ({
      letter,
      sorted: sortedSample(file, duration),
    }));
    return ecdf(name, `${name}: ${title}`, curves, { duration: name, range: null });
  });
  return markup`<div class="figures">${figures}</div>`;
}

/** @param checks for each of the WHOLES, all sides of it together */
export function runOrders(sides: readonly ReportSide[], checks: readonly (readonly SeriesCheck[])[]): Markup {
  const figures = WHOLES.map(({ name, duration }, index) => {
    const series = sides.map(({ file }) => seriesOf(file, duration));
    const axes = { range: rangeOf(series.map(({ values }) => values)), last: lastRun(series) };
    return sides.map(({ letter }, side) =>
      runOrder(name, [sideKey(letter), ` ${name}`], letter, series[side]!, checks[index]![side]!, axes)
    );
  });
  return markup`<div class="figures two">${figures}</div>`;
}
