/**
 * The report as one HTML page: pure, no script, nothing that is fetched, and the same bytes for the same input.
 * What a policy can forbid is forbidden in the page itself.
 */

import { compareText } from "../compare_text.ts";
import { type Comparison, QUESTIONS } from "../comparison.ts";
import { answers } from "./answers.ts";
import { chain } from "./chain.ts";
import { context, facts, type ReportFile, statusCount } from "./facts.ts";
import { sideKey } from "./labels.ts";
import { join, type Markup, markup, type Part } from "./markup.ts";
import { numbers } from "./numbers.ts";
import { durations, strata } from "./one_file.ts";
import { distributions, runOrders } from "./overview.ts";
import type { ReportSide } from "./runs.ts";
import { sideFacts } from "./side_facts.ts";
import { crossTable, icicles } from "./stacks.ts";
import { stratification } from "./strata.ts";
import { STYLE } from "./style.ts";
import { confidence } from "./words.ts";

export interface Report {
  /** Version of this program. */
  readonly version: string;
  /** The command that gives this page. */
  readonly command: string;
  /** One file, or the two that are compared. */
  readonly files: readonly ReportFile[];
  /** Null for one file. */
  readonly comparison: Comparison | null;
}

const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

const CHAIN_SAYS =
  "The chain of a run from the trigger's edge to the first clock read: from each stage to the next one seen.";
const STACKS_SAY =
  "Call chains, the outermost function above; hold the pointer over a frame for its full name and its runs.";

/** Error rate of the tests of drift where no comparison sets one. */
const ALPHA = 0.05;

export function reportPage(report: Report): string {
  const { comparison, files } = report;
  const sides = files.map(({ file, show, links }, index): ReportSide => ({
    letter: comparison?.sides[index]?.side ?? "A",
    file,
    show,
    links,
  }));
  const title = comparison === null
    ? `${sides[0]!.file.meta.env}: what a wakeup takes`
    : `${comparison.sides[1].env} against ${comparison.sides[0].env}: is it the same?`;
  const page = markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>probe: ${title}</title>
<style>${literal(STYLE)}</style>
</head>
<body>
<main>
<header><h1>${title}</h1>
<ul class="sides">${sides.map(sideLine)}</ul></header>
${comparison === null ? oneFile(sides[0]!) : twoFiles(comparison, sides)}
<section><h2>Where this comes from</h2>
<p>Made by <code>${report.command}</code>, probe ${report.version}.</p>
${comparison !== null && context(comparison, sides.map(({ letter }) => letter))}
${facts(sides, files)}</section>
${comparison !== null && textReport(comparison)}
</main>
</body>
</html>
`;
  return page.toString();
}

function sideLine({ letter, file }: ReportSide): Markup {
  const { env, host, kernel, tier } = file.meta;
  return markup`<li>${
    sideKey(letter)
  } <strong>${file.name}</strong>: ${env} on ${host}, Linux ${kernel}, ${tier} tier, ${
    statusCount(file, "complete")
  } of ${file.rows} runs complete</li>`;
}

function twoFiles(comparison: Comparison, sides: readonly ReportSide[]): Markup {
  const [a, b] = comparison.sides;
  return markup`<section aria-label="The answers">${answers(comparison)}</section>
${warnings(comparison.warnings)}
${
    section(
      "How the times are distributed",
      `Share of the complete runs that took at most so long. ${a.side}: solid line, ${b.side}: dashed line.`,
      distributions(sides),
    )
  }
${
    section(
      "In the order of the runs",
      "Each dot a run, the dark line the running median, red strokes at the upper edge the runs without a read (censored). Tests assume that the order does not matter: a drift or a change of level says it does.",
      runOrders(sides, comparison.alpha),
    )
  }
${
    section(
      "Where the time goes",
      CHAIN_SAYS,
      chain(sides),
    )
  }
${
    section(
      "Is it the same in each group of runs?",
      "ttwu_to_tkread of the runs that share a flag signature, a path or a stack. Shifts of groups are explored, not decided.",
      comparison.strata.map((shown) => stratification(shown, comparison, sides)),
    )
  }
${
    section(
      "What wakes and what reads",
      STACKS_SAY,
      [icicles(sides), comparison.association.map((cross) => crossTable(cross, comparison.stacks))],
    )
  }
${section("What the files say of themselves", "", sideFacts(sides))}
${
    section(
      "Every number, and how it was made",
      `alpha ${comparison.alpha}. EQUIVALENT: the ${
        confidence(2 * comparison.alpha)
      } interval of the shift lies inside the margin. Shift: Hodges-Lehmann, ${b.side} - ${a.side}. MAD unscaled. Runs that would settle an open answer: interval width scaled by 1 / sqrt(n).`,
      QUESTIONS.map((name) => numbers(name, comparison[name], comparison)),
    )
  }`;
}

function oneFile(side: ReportSide): Markup {
  return markup`<section aria-label="The durations">${durations(side)}</section>
${warnings(side.file.notes)}
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
      "Each dot a run, the dark line the running median, red strokes at the upper edge the runs without a read (censored).",
      runOrders([side], ALPHA),
    )
  }
${section("Where the time goes", CHAIN_SAYS, chain([side]))}
${section("Groups of runs", "Runs that share a value. All drawings are of ttwu_to_tkread.", strata(side))}
${section("What wakes and what reads", STACKS_SAY, icicles([side]))}
${section("What the file says of itself", "", sideFacts([side]))}`;
}

function section(title: string, says: string, content: Part): Markup {
  return markup`<section><h2>${title}</h2><p class="soft">${says}</p>
${content}</section>`;
}

function warnings(all: readonly string[]): Part {
  if (all.length === 0) return null;
  return markup`<section><h2>Warnings</h2><ul class="warnings">${
    all.map((one) => markup`<li>${one}</li>`)
  }</ul></section>`;
}

/** The report that a terminal shows. */
function textReport(comparison: Comparison): Markup {
  const lines = compareText([comparison]).trimEnd().split("\n");
  return markup`<details><summary>The same as text</summary><pre>${
    join(lines, literal("\n"))
  }</pre></details>`;
}

/** Text of this program that holds no text of a file. */
function literal(text: string): Markup {
  return markup([text] as unknown as TemplateStringsArray);
}
