/**
 * The chain of a run link by link, for one file or for both sides of a comparison, and which link varies
 * most.
 */

import { type Link, LINK_STAGES } from "../../show/chain.ts";
import type { Show } from "../../show/show.ts";
import type { Cell, Said, Table } from "../model.ts";
import { linkName } from "../names.ts";
import { duration, exact, plain, say, share } from "../said.ts";

export type ChainColumn = "n" | "median" | "iqr" | "offset" | "stage" | "spread" | "robust";

const COLUMNS: readonly (readonly [id: ChainColumn, name: string, of: (link: Link) => Cell])[] = [
  ["n", "n", ({ n }) => exact(n)],
  ["median", "median", ({ median_ns }) => duration(median_ns)],
  ["iqr", "IQR", ({ iqr_ns }) => duration(iqr_ns)],
  ["offset", "share of offset", ({ share_of_offset }) => share(share_of_offset)],
  ["stage", "of ttwu_to_tkread", (link) => share(link.share_of_ttwu_to_tkread)],
  ["spread", "of its spread", ({ share_of_spread }) => share(share_of_spread)],
  ["robust", "the same, robust", (link) => share(link.share_of_spread_robust)],
];

/** @param sides by letter; for a single file the letter is not used */
export function chainTable(
  sides: readonly { readonly letter: string; readonly chain: Show["chain"] }[],
): Table<ChainColumn> {
  const links = sides.flatMap(({ chain }) => chain.links);
  const all = [...new Map(links.map((link) => [linkName(link), link])).values()].sort((x, y) =>
    stageOf(x.from) - stageOf(y.from) || stageOf(x.to) - stageOf(y.to)
  );
  return {
    caption: "delta chain, with each link's share of offset, of ttwu_to_tkread, of its spread",
    head: "link",
    lines: sides.length === 1 ? [] : sides.map(({ letter }) => letter),
    columns: COLUMNS.map(([id, name]) => ({ id, name, per: sides.length === 1 ? "row" : "line" })),
    rows: all.map((one) => {
      const found = sides.map(({ chain }) =>
        chain.links.find((link) => linkName(link) === linkName(one)) ?? null
      );
      const cells = (of: (link: Link) => Cell) => found.map((link) => link === null ? null : of(link));
      return {
        head: plain(linkName(one)),
        cells: Object.fromEntries(COLUMNS.map(([id, , of]) => [id, cells(of)])) as Record<
          ChainColumn,
          Cell[]
        >,
        bins: [],
      };
    }),
    range: null,
    empty: "not observed in any complete run",
  };
}

function stageOf(stage: Link["from"]): number {
  return LINK_STAGES.indexOf(stage);
}

/** The link that contributes most of the spread, by both shares. */
export function spreadSource({ chain, ttwu_to_tkread: { n } }: Show): Said {
  const { explains_most: most, explains_most_robust: robust } = chain;
  if (most === null) {
    return say`nothing to explain: ttwu_to_tkread does not vary or has too few runs (n ${exact(n)})`;
  }
  const second = robust === null
    ? "no robust share"
    : linkName(robust) === linkName(most)
    ? say`${share(robust.share)} by the robust share`
    : say`by the robust share it is ${linkName(robust)}, ${share(robust.share)}`;
  return say`${linkName(most)} explains most of the spread of ttwu_to_tkread: ${
    share(most.share)
  }; ${second}`;
}

export function shareMethods({ methods }: Show["chain"]): Said {
  return plain(`spread: ${methods.share_of_spread}; robust: ${methods.share_of_spread_robust}`);
}
