/** One file compared with the baseline: the answers first, then what they are based on. */

import type { Comparison } from "../../compare/comparison.ts";
import { OF_STRATA, WHOLES } from "../../compare/questions.ts";
import { joined } from "../../print/said.ts";
import type { ToldComparison } from "../../print/compare/told.ts";
import { tableOf } from "../html/blocks.ts";
import { sideKey } from "../html/labels.ts";
import { markup } from "../html/markup.ts";
import type { ReportSide } from "../html/runs.ts";
import { answers } from "./answers.ts";
import { chain } from "./chain.ts";
import { keyNumbers, keyVerdicts } from "./mechanisms.ts";
import { numbers } from "./numbers.ts";
import { distributions, runOrders } from "./overview.ts";
import { throughHypervisor } from "./hypervisor.ts";
import { partsOfBoth } from "./parts.ts";
import { CHAIN, DISTRIBUTIONS, ORDER, type Section, section, STACKS, warnings } from "./section.ts";
import { sideFacts } from "./side_facts.ts";
import { crossTable, icicles } from "./stacks.ts";
import { stratification } from "./strata.ts";
import { tailSection } from "./tails.ts";

/** The first screen. */
export function firstScreen(told: ToldComparison, comparison: Comparison): Section[] {
  return [
    section(["The answers", ""], answers(told, comparison)),
    ...keyVerdicts(told.mechanisms),
    ...warnings(told.warnings),
  ];
}

/** @param sides of the comparison, the baseline first */
export function details(
  told: ToldComparison,
  comparison: Comparison,
  sides: readonly ReportSide[],
): Section[] {
  const [distributed, share] = DISTRIBUTIONS;
  const [ordered, dots] = ORDER;
  return [
    section(
      [distributed, share],
      [
        markup`<p>${sides.map(({ letter, file }) => [sideKey(letter), ` ${file.meta.env} `])}</p>`,
        distributions(sides),
      ],
    ),
    section(
      [
        ordered,
        `${dots} Tests assume that the order does not matter: a drift or a change of level shows that it does.`,
      ],
      runOrders(sides, WHOLES.map(({ name }) => comparison[name].series)),
    ),
    tailSection(told.tails, sides),
    section(CHAIN, chain(sides)),
    ...partsOfBoth(told.parts, sides),
    ...throughHypervisor(sides),
    keyNumbers(told.mechanisms),
    section(
      [
        "Is it the same in each group of runs?",
        `${OF_STRATA.name} of the runs that share a value. Groups are explored, not decided: beside each p-value stands its adjustment by Benjamini and Hochberg (BH).`,
      ],
      comparison.strata.map((shown, index) => stratification(told.strata[index]!, shown, comparison, sides)),
    ),
    section(STACKS, [
      icicles(sides),
      told.association.map((cross, index) => crossTable(cross, comparison.association[index]!)),
    ]),
    section(
      ["Every number, and how it was made", joined(told.methods, " ").text],
      told.questions.map(numbers),
    ),
    section(["What the files say of themselves", ""], [
      sideFacts(sides),
      told.context.rows.length > 0 && tableOf(told.context, { columns: ["a", "b"], what: "facts" }),
    ]),
  ];
}
