/** One file against the baseline: the answers first, then what they rest on. */

import { lettersOf } from "../../print/reasons.ts";
import { warningText } from "../../print/warnings.ts";
import { percent } from "../../print/compare_text_words.ts";
import type { Comparison } from "../../compare/comparison.ts";
import { OF_STRATA, QUESTIONS, WHOLES } from "../../compare/questions.ts";
import { answers } from "./answers.ts";
import { chain } from "./chain.ts";
import { context } from "./facts.ts";
import { type Markup, markup } from "../html/markup.ts";
import { numbers } from "./numbers.ts";
import { distributions, runOrders } from "./overview.ts";
import type { ReportSide } from "../html/runs.ts";
import { CHAIN_SAYS, section, STACKS_SAY, warnings } from "./section.ts";
import { sideFacts } from "./side_facts.ts";
import { crossTable, icicles } from "./stacks.ts";
import { stratification } from "./strata.ts";

/** The first screen. */
export function firstScreen(comparison: Comparison): Markup {
  return markup`<section aria-label="The answers">${answers(comparison)}</section>
${warnings(comparison.warnings.map((warning) => warningText(warning, lettersOf(comparison))))}`;
}

/** @param sides of the comparison, the baseline first */
export function details(comparison: Comparison, sides: readonly ReportSide[]): Markup {
  const [a, b] = comparison.sides;
  return markup`${
    section(
      "How the times are distributed",
      `Share of the complete runs that took at most so long. ${a.side}: solid line, ${b.side}: dashed line.`,
      distributions(sides),
    )
  }
${
    section(
      "In the order of the runs",
      "Each dot a run, the line the running median, red strokes at the upper edge the runs without a read (censored). Tests assume that the order does not matter: a drift or a change of level says it does.",
      runOrders(sides, WHOLES.map(({ name }) => comparison[name].series)),
    )
  }
${section("Where the time goes", CHAIN_SAYS, chain(sides))}
${
    section(
      "Is it the same in each group of runs?",
      `${OF_STRATA.name} of the runs that share a value. Groups are explored, not decided: a p-value stands beside what Benjamini and Hochberg's adjustment (BH) makes of it.`,
      comparison.strata.map((shown) => stratification(shown, comparison, sides)),
    )
  }
${
    section("What wakes and what reads", STACKS_SAY, [
      icicles(sides),
      comparison.association.map((cross) => crossTable(cross, comparison)),
    ])
  }
${
    section(
      "Every number, and how it was made",
      methods(comparison),
      QUESTIONS.map((question) => numbers(question, comparison[question.name], comparison)),
    )
  }
${
    section("What the files say of themselves", "", [sideFacts(sides), context(comparison, [a.side, b.side])])
  }`;
}

function methods({ alpha, holm_family, bh_family, sides: [a, b] }: Comparison): string {
  return `alpha ${alpha}. EQUIVALENT: the ${
    percent(2 * alpha)
  } interval of the shift lies inside the margin. ` +
    `Shift: Hodges-Lehmann, ${b.side} - ${a.side}. MAD unscaled. Verdicts: Holm's adjustment in a family of ` +
    `${holm_family}. All else is explored: BH is Benjamini and Hochberg's adjustment in a family of ${bh_family}. ` +
    "Runs that would settle an open answer: interval width scaled by 1 / sqrt(n).";
}
