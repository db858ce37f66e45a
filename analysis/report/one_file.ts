/** What is said of one file alone: its durations and its strata. */

import { QUESTIONS } from "../comparison.ts";
import { sortedSample } from "../compare_sample.ts";
import { formatDuration } from "../format_value.ts";
import type { TextName } from "../result_row.ts";
import { type Sample, type Strata, summaryOf } from "../show_strata.ts";
import { keyName, stacksOf, valueName } from "./labels.ts";
import { type Markup, markup, type Part } from "./markup.ts";
import { type ReportSide, samplesBy } from "./runs.ts";
import { strataFigures } from "./strata.ts";
import { table } from "./table.ts";
import { ASKS } from "./words.ts";

const SHOWN = 24;

/** The first screen of one file. */
export function durations({ file }: ReportSide): Markup {
  const rows = QUESTIONS.map((name) => {
    const { n, ...numbers } = summaryOf(sortedSample(file, `${name}_ns`));
    return { head: `${ASKS[name]} (${name})`, cells: [n, ...cells(numbers)] };
  });
  return table("Complete runs in which it was observed", ["duration", "n", "median", "IQR", "MAD"], rows);
}

export function strata(side: ReportSide): Markup[] {
  return side.show.strata.map((by) => oneKey(side, by));
}

function oneKey(side: ReportSide, { keys, groups }: Strata): Markup {
  const stacks = stacksOf([side]);
  const name = keys.map(keyName).join(", ");
  const rows = groups.slice(0, SHOWN).map(({ values, runs, complete, censored, offset, ttwu_to_tkread }) => ({
    head: values.map((value) => value === null ? "not observed" : valueName(value, stacks)).join(", "),
    cells: [
      runs,
      complete,
      censored,
      both(cells(offset), cells(ttwu_to_tkread), 0),
      ...[1, 2].map((i) => both(cells(offset), cells(ttwu_to_tkread), i)),
    ],
  }));
  const key = keys.length === 1 ? keys[0] as TextName : null;
  const samples = key === null ? null : samplesBy(side.file, "ttwu_to_tkread_ns", key);
  return markup`<h3>By ${name}</h3>${
    table(
      `offset and, below it, ttwu_to_tkread by ${name}`,
      ["stratum", "runs", "complete", "censored", "median", "IQR", "MAD"],
      rows,
    )
  }${groups.length > SHOWN && markup`<p>and ${groups.length - SHOWN} more strata, with fewer runs</p>`}${
    samples !== null && strataFigures([side], [...samples.keys()], [samples])
  }`;
}

function cells({ median_ns, iqr_ns, mad_ns }: Omit<Sample, "n">): string[] {
  return [median_ns, iqr_ns, mad_ns].map(formatDuration);
}

function both(offset: readonly string[], latency: readonly string[], index: number): Part {
  return markup`<span class="pair"><span>${offset[index]!}</span><span>${latency[index]!}</span></span>`;
}
