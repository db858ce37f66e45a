/** Outliers in the order of the runs: a dot each, which tells its run, value and path. */

import { fencesOf } from "../../sample/sample.ts";
import { formatDuration } from "../../units/format_value.ts";
import { sideClass, typeset } from "../html/labels.ts";
import { coordinate, type Markup, markup, percent } from "../html/markup.ts";
import type { RunSeries } from "../html/runs.ts";

/** How many have a dot of their own: those farthest out. */
const MOST = 60;

/** @param x position of a run, 0 to 1; @param y position of a value, in pixels */
export function outlierDots(
  { runs, values, pathOf }: RunSeries,
  letter: string,
  x: (run: number) => number,
  y: (ns: number) => number,
): Markup[] {
  const fences = fencesOf(values.toSorted());
  if (fences === null) return [];
  const beyond = (ns: number) => Math.max(fences.low - ns, ns - fences.high);
  return Array.from(values.keys())
    .filter((index) => beyond(values[index]!) > 0)
    .sort((one, other) => beyond(values[other]!) - beyond(values[one]!) || one - other)
    .slice(0, MOST)
    .map((index) => {
      const says = `run ${runs[index]!}: ${formatDuration(values[index]!)}, path ${
        pathOf(index) ?? "not observed"
      }`;
      return markup`<circle class="outlier ${sideClass(letter)}" cx="${percent(x(runs[index]!))}" cy="${
        coordinate(y(values[index]!))
      }" r="4"><title>${typeset(says)}</title></circle>`;
    });
}
