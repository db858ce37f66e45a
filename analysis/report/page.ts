/**
 * The report as one HTML page: no side effects, no script, nothing fetched, and the same bytes for the same
 * input.
 */

import { said } from "./html/blocks.ts";
import { answerInWords } from "../print/compare/brief.ts";
import { side } from "../print/compare/sides.ts";
import { compareText } from "../print/compare/text.ts";
import { tellComparison } from "../print/compare/told.ts";
import type { Comparison } from "../compare/comparison.ts";
import { details, firstScreen } from "./sections/comparison.ts";
import { facts, type ReportFile } from "./sections/facts.ts";
import { htmlDocument, literal } from "./html/document.ts";
import { sideKey } from "./html/labels.ts";
import { join, type Markup, markup } from "./html/markup.ts";
import { oneFile } from "./sections/one_file.ts";
import type { ReportSide } from "./html/runs.ts";
import { type Section, section } from "./sections/section.ts";

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

export function reportPage({ version, command, files, comparisons }: Page): string {
  const letters = ["A", ...comparisons.map(({ sides }) => sides[1].side)];
  const sides = files.map((file, index): ReportSide => ({ ...file, letter: letters[index]! }));
  const [baseline, ...others] = sides;
  const title = others.length === 0
    ? `${baseline!.file.meta.env}: what a wakeup takes`
    : `${others.map(({ file }) => file.meta.env).join(", ")} against ${
      baseline!.file.meta.env
    }: is it the same?`;
  const answers = comparisons.map((comparison) => {
    const [a, b] = comparison.sides;
    const which = comparisons.length === 1 ? "" : `${b.side} against ${a.side}: `;
    return `${which}${said(answerInWords(comparison))}`;
  });
  const groups = [
    ...others.length === 0 ? [group(oneFile(baseline!))] : compared(comparisons, baseline!, others),
    group([
      section(["Where this comes from", ""], [
        markup`<p>Made by <code>${command}</code>, probe ${version}.</p>`,
        facts(sides, files),
      ]),
    ]),
  ];
  return htmlDocument(
    [title, answers.map((answer) => ` ${answer}`).join(";")],
    markup`<header><h1>${title}</h1>
${answers.map((answer) => markup`<p class="answer-in-short">${answer}</p>`)}
<ul class="sides">${sides.map(sideLine)}</ul></header>
<nav aria-label="Contents">${contents(groups)}</nav>
${groups.map(sections)}
${comparisons.length > 0 && textReport(comparisons)}`,
  );
}

/** Sections under a heading of their own, or under that of the page. */
interface Group {
  readonly heading: Markup | null;
  /** Distinguishes the anchors of this group from those of others. */
  readonly suffix: string;
  readonly sections: readonly Section[];
}

function group(sections: readonly Section[]): Group {
  return { heading: null, suffix: "", sections };
}

/** All answers first, then what each comparison is based on. */
function compared(
  comparisons: readonly Comparison[],
  baseline: ReportSide,
  others: readonly ReportSide[],
): Group[] {
  const headed = (index: number, says: Markup, sections: readonly Section[]): Group => {
    if (comparisons.length === 1) return group(sections);
    const { letter } = others[index]!;
    return {
      heading: markup`${letter} against ${baseline.letter}${says}`,
      suffix: `-${letter.replace("#", "")}`,
      sections,
    };
  };
  const told = comparisons.map((comparison) => tellComparison(comparison));
  return [
    ...comparisons.map((comparison, index) =>
      headed(index, markup`: ${others[index]!.file.name}`, firstScreen(told[index]!, comparison))
    ),
    ...comparisons.map((comparison, index) =>
      headed(index, markup`, in detail`, details(told[index]!, comparison, [baseline, others[index]!]))
    ),
  ];
}

/** A list for each pair of files, under the heading of its first group, and one for what is about no pair. */
function contents(groups: readonly Group[]): Markup[] {
  return [...Map.groupBy(groups, ({ suffix }) => suffix).values()].map((alike) => {
    const [{ heading }] = alike as [Group, ...Group[]];
    const items = alike.flatMap(({ suffix, sections }) =>
      sections.map(({ title }) => markup`<li><a href="#${anchorOf(title, suffix)}">${title}</a></li>`)
    );
    return markup`${heading !== null && markup`<p>${heading}</p>`}<ul>${items}</ul>`;
  });
}

function sections({ heading, suffix, sections }: Group): Markup {
  return markup`${heading !== null && markup`<h2 class="pair-of-files">${heading}</h2>`}${
    sections.map(({ title, content }) =>
      markup`<section><h2 id="${anchorOf(title, suffix)}">${title}</h2>${content}</section>\n`
    )
  }`;
}

function anchorOf(title: string, suffix: string): string {
  return `${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, "")}${suffix}`;
}

function sideLine({ letter, show }: ReportSide): Markup {
  return markup`<li>${sideKey(letter)} ${
    said(side({ ...show, ...show.runs, cut_off: show.integrity.cut_off }))
  }</li>`;
}

/** The report as a terminal shows it. */
function textReport(comparisons: readonly Comparison[]): Markup {
  const lines = compareText(comparisons).trimEnd().split("\n");
  return markup`<details class="text"><summary>The same as text</summary><pre>${
    join(lines, literal("\n"))
  }</pre></details>`;
}
