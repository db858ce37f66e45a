/** What can be drawn of one side or of two: how the durations are distributed, and the order of the runs. */

import { QUESTIONS } from "../../compare/comparison.ts";
import { sortedSample } from "../../sample/sample.ts";
import type { Duration } from "../../result/row.ts";
import { ecdf } from "../plots/ecdf.ts";
import { sideKey } from "../html/labels.ts";
import { type Markup, markup } from "../html/markup.ts";
import { type OrderChecks, rangeOf, runOrder } from "../plots/run_order.ts";
import { type ReportSide, seriesOf } from "../html/runs.ts";
import { ASKS } from "../html/words.ts";

const SERIES = ["offset", "ttwu_to_tkread"] as const;

export function distributions(sides: readonly ReportSide[]): Markup {
  const figures = QUESTIONS.map((name) => {
    const curves = sides.map(({ letter, file }) => ({
      letter,
      sorted: sortedSample(file, durationOf(name)),
    }));
    return ecdf(name, `${name}: ${ASKS[name]}`, curves);
  });
  return markup`<div class="figures">${figures}</div>`;
}

/** @param checks of each of the durations, side by side */
export function runOrders(sides: readonly ReportSide[], checks: readonly (readonly OrderChecks[])[]): Markup {
  const figures = SERIES.map((name, index) => {
    const series = sides.map(({ file }) => seriesOf(file, durationOf(name)));
    const range = rangeOf(series);
    return sides.map(({ letter }, side) =>
      runOrder(name, [sideKey(letter), ` ${name}`], letter, series[side]!, checks[index]![side]!, range)
    );
  });
  return markup`<div class="figures two">${figures}</div>`;
}

function durationOf(name: (typeof QUESTIONS)[number]): Duration {
  return `${name}_ns`;
}
