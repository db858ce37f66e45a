/** What the time went into: the mean of each side and the slowest runs, as bars of their parts, and the numbers. */

import {
  DIVIDED,
  type Divided,
  type DividedRuns,
  dividedRuns,
  SPLIT,
  UNEXPLAINED,
} from "../../parts/divided.ts";
import { meanOf } from "../../stats/mean_difference.ts";
import { tellParts } from "../../print/parts/shares.ts";
import type { ToldPartShifts } from "../../print/parts/shifts.ts";
import { nameInWords } from "../../print/parts/words.ts";
import { formatDuration } from "../../units/format_value.ts";
import { said, tableOf } from "../html/blocks.ts";
import { type Markup, markup, type Part } from "../html/markup.ts";
import type { ReportSide } from "../html/runs.ts";
import { type PartBar, partBars, patternsOf } from "../plots/part_bars.ts";
import { type Section, section } from "./section.ts";

const PARTS = [
  "What the time went into",
  "Parts that add up, over the complete runs whose parts are all known. Of single runs the slowest are drawn, the slowest first.",
] as const;

/** Bars of single runs, for each side. */
const MOST_RUNS = 30;

/** A side whose parts are known. */
interface DividedSide extends DividedRuns {
  readonly side: ReportSide;
}

/** Nothing for a file of an older program. */
export function partsOfOne(side: ReportSide): Section[] {
  const { split, tables, notes, causes, orders } = tellParts(side.show.parts);
  if (split === null && tables.length === 0) return [];
  const all = [...split === null ? [] : [split.table], ...tables];
  return [section(PARTS, [
    bars([side]),
    all.map((one) => tableOf(one, { columns: one.columns.map(({ id }) => id), what: "parts" })),
    tables.length > 0 &&
    [...causes, orders].map((one) => tableOf(one, { columns: ["runs", "share"], what: "values" })),
    paragraphs([...split?.notes ?? [], ...notes]),
  ])];
}

/** Nothing unless both sides have parts. */
export function partsOfBoth(
  { split, brief, tables, causes, notes }: ToldPartShifts,
  sides: readonly ReportSide[],
): Section[] {
  if (split.length + brief.length === 0) return [];
  return [section(PARTS, [
    paragraphs([...split, ...brief]),
    bars(sides),
    tables.map((one) => tableOf(one, { columns: one.columns.map(({ id }) => id), what: "parts" })),
    causes.flatMap((one) =>
      one.rows.length === 0
        ? []
        : [tableOf(one, { columns: ["a", "share_a", "b", "share_b"], what: "causes" })]
    ),
    paragraphs(notes),
  ])];
}

function paragraphs(all: ToldPartShifts["notes"]): Part {
  return all.map((one) => markup`<p>${said(one)}</p>`);
}

function bars(sides: readonly ReportSide[]): Markup[] {
  const isSplit = sides.some(({ show }) => show.parts.split !== null);
  const divisions: readonly Divided[] = isSplit ? [SPLIT, ...DIVIDED] : DIVIDED;
  return divisions.map((duration) => {
    const divided = sides.map((side): DividedSide => ({ ...dividedRuns(side.file, duration), side }))
      .filter(({ whole }) => whole.length > 0);
    const runs = divided.map(slowest);
    const means = divided.map(meanBar);
    const unexplained = duration.parts.flatMap(({ name }, part) =>
      UNEXPLAINED.some((one) => one === name) ? [part] : []
    );
    const names = duration.parts.map(({ title }): string => title);
    const patterns = patternsOf(names, unexplained, [...means, ...runs.flat()]);
    const largest = (all: readonly PartBar[]) => Math.max(1, ...all.map(({ parts }) => sumOf(parts)));
    const end = largest(runs.flat());
    const name = nameInWords(duration.name);
    if (means.length === 0) return markup``;
    const meanNames = { what: `${name}: means`, duration: name, rows: "side" };
    return markup`${partBars(meanNames, means, patterns, largest(means))}<div class="figures two">${
      runs.map((one, index) => {
        const what = `${name}: slowest runs${nameOf(divided[index]!.side, sides)}`;
        return partBars({ what, duration: name, rows: "run" }, one, patterns, end);
      })
    }</div>`;
  });
}

function nameOf({ letter }: ReportSide, sides: readonly ReportSide[]): string {
  return sides.length === 1 ? "" : ` of ${letter}`;
}

function meanBar({ side: { letter }, parts, whole }: DividedSide): PartBar {
  return {
    label: letter,
    says: `mean of ${letter}, ${formatDuration(meanOf(whole))}`,
    parts: parts.map(({ values }) => meanOf(values)),
  };
}

function slowest({ side: { file }, rows, whole, parts }: DividedSide): PartBar[] {
  const order = Array.from(whole.keys()).sort((x, y) => whole[y]! - whole[x]! || x - y).slice(0, MOST_RUNS);
  return order.map((index) => {
    const run = String(file.run[rows[index]!]!);
    return {
      label: run,
      says: `run ${run}, ${formatDuration(whole[index]!)}`,
      parts: parts.map(({ values }) => values[index]!),
    };
  });
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + Math.max(0, value), 0);
}
