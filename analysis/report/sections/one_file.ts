/** The sections about a single file. */

import { OF_STRATA, WHOLES } from "../../compare/questions.ts";
import { durationsTable } from "../../print/show/durations.ts";
import { tellShow, type ToldShow } from "../../print/show/told.ts";
import type { KeyName } from "../../sample/key_columns.ts";
import { tableOf } from "../html/blocks.ts";
import { typeset } from "../html/labels.ts";
import { type Markup, markup } from "../html/markup.ts";
import { type ReportSide, stacksOf } from "../html/runs.ts";
import { chain } from "./chain.ts";
import { distributions, runOrders } from "./overview.ts";
import { throughHypervisor } from "./hypervisor.ts";
import { partsOfOne } from "./parts.ts";
import { SLOWEST, tailPlots } from "./tails.ts";
import { CHAIN, DISTRIBUTIONS, ORDER, type Section, section, STACKS, warnings } from "./section.ts";
import { sideFacts } from "./side_facts.ts";
import { icicles } from "./stacks.ts";
import { FEWER, strataFigures } from "./strata.ts";

export function oneFile(side: ReportSide): Section[] {
  const { series } = side.show;
  const told = tellShow(side.show);
  const durations = tableOf(durationsTable(side.file), {
    columns: ["n", "median", "iqr", "mad"],
    what: "durations",
  });
  return [
    section(["The durations", ""], durations),
    ...warnings(told.warnings),
    section(DISTRIBUTIONS, distributions([side])),
    section(ORDER, runOrders([side], WHOLES.map(({ name }) => [series[name]]))),
    section(SLOWEST, tailPlots([side])),
    section(CHAIN, chain([side])),
    ...partsOfOne(side),
    ...throughHypervisor([side]),
    section(
      ["Groups of runs", `Runs that share a value. All drawings are of ${OF_STRATA.name}.`],
      strata(side, told),
    ),
    section(STACKS, icicles([side])),
    section(["What the file says of itself", ""], sideFacts([side])),
  ];
}

function strata(side: ReportSide, told: ToldShow): Markup[] {
  return side.show.strata.map(({ keys, groups }, index) => {
    const table = told.strata[index]!;
    const observed = groups.flatMap(({ values }) =>
      values.some((value) => value === null) ? [] : [values as string[]]
    );
    return markup`<h3>${typeset(table.caption)}</h3>${
      tableOf(table, {
        caption: "Each stratum",
        columns: ["runs", "complete", "censored", "median", "iqr", "mad"],
        what: FEWER,
      })
    }${strataFigures([side], keys as readonly KeyName[], observed, stacksOf([side]))}`;
  });
}
