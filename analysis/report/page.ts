/**
 * The report as one HTML page: no side effects, no script, nothing fetched, and the same bytes for the same
 * input. The page itself forbids what a policy can forbid.
 */

import { said } from "./html/blocks.ts";
import { side } from "../print/compare/sides.ts";
import { compareText } from "../print/compare/text.ts";
import { tellComparison } from "../print/compare/told.ts";
import type { Comparison } from "../compare/comparison.ts";
import { details, firstScreen } from "./sections/comparison.ts";
import { facts, type ReportFile } from "./sections/facts.ts";
import { sideKey } from "./html/labels.ts";
import { join, type Markup, markup } from "./html/markup.ts";
import { oneFile } from "./sections/one_file.ts";
import type { ReportSide } from "./html/runs.ts";
import { STYLE } from "./html/style.ts";

export interface Page {
  /** Version of this program. */
  readonly version: string;
  /** The command that produces this page. */
  readonly command: string;
  /** One file, or several with the baseline first. */
  readonly files: readonly ReportFile[];
  /** Comparisons of each further file with the first, in their order. */
  readonly comparisons: readonly Comparison[];
}

const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

export function reportPage({ version, command, files, comparisons }: Page): string {
  const letters = ["A", ...comparisons.map(({ sides }) => sides[1].side)];
  const sides = files.map((file, index): ReportSide => ({ ...file, letter: letters[index]! }));
  const [baseline, ...others] = sides;
  const title = others.length === 0
    ? `${baseline!.file.meta.env}: what a wakeup takes`
    : `${others.map(({ file }) => file.meta.env).join(", ")} against ${
      baseline!.file.meta.env
    }: is it the same?`;
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
${others.length === 0 ? oneFile(baseline!) : compared(comparisons, baseline!, others)}
<section><h2>Where this comes from</h2>
<p>Made by <code>${command}</code>, probe ${version}.</p>
${facts(sides, files)}</section>
${comparisons.length > 0 && textReport(comparisons)}
</main>
</body>
</html>
`;
  return page.toString();
}

/** All answers first, then what each comparison is based on. */
function compared(
  comparisons: readonly Comparison[],
  baseline: ReportSide,
  others: readonly ReportSide[],
): Markup[] {
  const headed = (index: number, content: Markup): Markup =>
    comparisons.length === 1
      ? content
      : markup`<h2 class="pair-of-files">${others[index]!.letter} against ${baseline.letter}: ${
        others[index]!.file.name
      }</h2>
${content}`;
  const told = comparisons.map(tellComparison);
  return [
    ...comparisons.map((comparison, index) => headed(index, firstScreen(told[index]!, comparison))),
    ...comparisons.map((comparison, index) =>
      headed(index, details(told[index]!, comparison, [baseline, others[index]!]))
    ),
  ];
}

function sideLine({ letter, show }: ReportSide): Markup {
  return markup`<li>${sideKey(letter)} ${
    said(side({ ...show, ...show.runs, cut_off: show.integrity.cut_off }))
  }</li>`;
}

/** The report as a terminal shows it. */
function textReport(comparisons: readonly Comparison[]): Markup {
  const lines = compareText(comparisons).trimEnd().split("\n");
  return markup`<details><summary>The same as text</summary><pre>${
    join(lines, literal("\n"))
  }</pre></details>`;
}

/** Text of this program, without any text of a file. */
function literal(text: string): Markup {
  return markup([text] as unknown as TemplateStringsArray);
}
