/** What is said of one file alone. */

import type { ColumnName } from "../../result/columns.ts";
import { OF_STRATA, QUESTIONS, WHOLES } from "../../compare/questions.ts";
import { noteText } from "../../print/notes.ts";
import { sortedSample } from "../../sample/sample.ts";
import { formatDuration } from "../../units/format_value.ts";
import { type Sample, type Strata, summaryOf } from "../../show/strata.ts";
import { chain } from "./chain.ts";
import { keyName, stacksOf, valuesName } from "../html/labels.ts";
import { type Markup, markup, type Part } from "../html/markup.ts";
import { distributions, runOrders } from "./overview.ts";
import type { ReportSide } from "../html/runs.ts";
import { CHAIN_SAYS, section, STACKS_SAY, warnings } from "./section.ts";
import { sideFacts } from "./side_facts.ts";
import { icicles } from "./stacks.ts";
import { strataFigures } from "./strata.ts";
import { table } from "../html/table.ts";

const SHOWN = 24;

export function oneFile(side: ReportSide): Markup {
  const { series } = side.show;
  return markup`<section aria-label="The durations">${durations(side)}</section>
${warnings(side.file.notes.map(noteText))}
${
    section(
      "How the times are distributed",
      "Share of the complete runs that took at most so long.",
      distributions([side]),
    )
  }
${
    section(
      "In the order of the runs",
      "Each dot a run, the line the running median, red strokes at the upper edge the runs without a read (censored).",
      runOrders([side], WHOLES.map(({ name }) => [series[name]])),
    )
  }
${section("Where the time goes", CHAIN_SAYS, chain([side]))}
${section("Groups of runs", `Runs that share a value. All drawings are of ${OF_STRATA.name}.`, strata(side))}
${section("What wakes and what reads", STACKS_SAY, icicles([side]))}
${section("What the file says of itself", "", sideFacts([side]))}`;
}

function durations({ file }: ReportSide): Markup {
  const rows = QUESTIONS.map(({ name, duration, asks }) => {
    const { n, ...numbers } = summaryOf(sortedSample(file, duration));
    return { head: `${asks} (${name})`, cells: [n, ...cells(numbers)] };
  });
  return table("Complete runs in which it was observed", ["duration", "n", "median", "IQR", "MAD"], rows);
}

function strata(side: ReportSide): Markup[] {
  return side.show.strata.map((by) => oneKey(side, by));
}

function oneKey(side: ReportSide, { keys, groups }: Strata): Markup {
  const stacks = stacksOf([side]);
  const name = keyName(keys);
  const rows = groups.slice(0, SHOWN).map(({ values, runs, complete, censored, offset, ttwu_to_tkread }) => ({
    head: nameOf(values, keys, stacks),
    cells: [
      runs,
      complete,
      censored,
      both(cells(offset), cells(ttwu_to_tkread), 0),
      ...[1, 2].map((i) => both(cells(offset), cells(ttwu_to_tkread), i)),
    ],
  }));
  const observed = groups.flatMap(({ values }) =>
    values.some((value) => value === null) ? [] : [values as string[]]
  );
  return markup`<h3>By ${name}</h3>${
    table(
      `offset and, below it, ttwu_to_tkread by ${name}`,
      ["stratum", "runs", "complete", "censored", "median", "IQR", "MAD"],
      rows,
    )
  }${groups.length > SHOWN && markup`<p>and ${groups.length - SHOWN} more strata, with fewer runs</p>`}${
    strataFigures([side], keys as readonly ColumnName[], observed, stacks)
  }`;
}

function nameOf(
  values: readonly (string | null)[],
  keys: readonly string[],
  stacks: Readonly<Record<string, readonly string[]>>,
): string {
  return values.map((value, i) => value === null ? "not observed" : valuesName([keys[i]!], [value], stacks))
    .join(", ");
}

function cells({ median_ns, iqr_ns, mad_ns }: Omit<Sample, "n">): string[] {
  return [median_ns, iqr_ns, mad_ns].map(formatDuration);
}

function both(offset: readonly string[], latency: readonly string[], index: number): Part {
  return markup`<span class="pair"><span>${offset[index]!}</span><span>${latency[index]!}</span></span>`;
}
