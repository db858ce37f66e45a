/** The chain of a run from the edge to the read, drawn and counted, and which of its links makes the spread. */

import { CHAIN_STAGES, type Link } from "../../show/chain.ts";
import { formatDuration } from "../../units/format_value.ts";
import { type Markup, markup, type Part } from "../html/markup.ts";
import { perSide } from "../html/labels.ts";
import { ridge } from "../plots/ridge.ts";
import { linkName, linkSamples, type ReportSide } from "../html/runs.ts";
import { table } from "../html/table.ts";

const COLUMNS = [
  "link",
  "n",
  "median",
  "IQR",
  "share of offset",
  "share of ttwu_to_tkread",
  "share of its spread",
  "the same, robust",
];

export function chain(sides: readonly ReportSide[]): Markup {
  const letters = sides.map(({ letter }) => letter);
  const links = sides.flatMap(({ show }) => show.chain.links);
  const names = [...new Map(links.map((link) => [linkName(link), link])).values()]
    .sort((x, y) => stageOf(x.from) - stageOf(y.from) || stageOf(x.to) - stageOf(y.to)).map(linkName);
  const rows = names.map((name) => {
    const found = sides.map(({ show }) => show.chain.links.find((link) => linkName(link) === name) ?? null);
    const cell = (of: (link: Link) => string): Part =>
      perSide(letters, found.map((link) => link === null ? "-" : of(link)));
    return {
      head: name,
      cells: [
        cell(({ n }) => String(n)),
        cell(({ median_ns }) => formatDuration(median_ns)),
        cell(({ iqr_ns }) => formatDuration(iqr_ns)),
        cell(({ share_of_offset }) => percentage(share_of_offset)),
        cell(({ share_of_ttwu_to_tkread }) => percentage(share_of_ttwu_to_tkread)),
        cell(({ share_of_spread }) => percentage(share_of_spread)),
        cell(({ share_of_spread_robust }) => percentage(share_of_spread_robust)),
      ],
    };
  });
  const drawn = sides.map((side) => ({ letter: side.letter, links: linkSamples(side) }));
  const methods = sides[0]?.show.chain.methods;
  return markup`${sides.map(explanation)}${ridge("Time in each link", drawn)}${
    rows.length > 0 && table("The chain, link by link", COLUMNS, rows)
  }${
    methods !== undefined &&
    markup`<p class="note">Spread: ${methods.share_of_spread}. Robust: ${methods.share_of_spread_robust}.</p>`
  }`;
}

function explanation({ letter, show }: ReportSide): Markup {
  const { explains_most: most, explains_most_robust: robust } = show.chain;
  if (most === null) {
    return markup`<p>${letter}: nothing to explain, ttwu_to_tkread does not vary or has too few runs.</p>`;
  }
  const second = robust === null
    ? "no robust share"
    : linkName(robust) === linkName(most)
    ? `${percentage(robust.share)} by the robust share`
    : `by the robust share it is ${linkName(robust)}, ${percentage(robust.share)}`;
  return markup`<p>${letter}: <strong>${
    linkName(most)
  }</strong> explains most of the spread of ttwu_to_tkread, ${percentage(most.share)}; ${second}.</p>`;
}

function stageOf(stage: Link["from"]): number {
  return CHAIN_STAGES.indexOf(stage);
}

function percentage(share: number | null): string {
  if (share === null) return "-";
  const text = String(Number((100 * share).toPrecision(3)));
  return `${text === "-0" ? "0" : text} %`;
}
