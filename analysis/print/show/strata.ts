/** One file, stratum by stratum. */

import type { Show } from "../../show/show.ts";
import type { Description } from "../../sample/description.ts";
import type { OneStratum, Strata } from "../../show/strata.ts";
import { placeAndSpread } from "../measured.ts";
import type { Cell, Table } from "../model.ts";
import { keyName, type Stacks, stratumName } from "../names.ts";
import { duration, exact, plain, say } from "../said.ts";

export type StrataColumn = "runs" | "complete" | "censored" | "median" | "iqr" | "mad";

export function strataTables(show: Show): Table<StrataColumn>[] {
  const stacks = Object.fromEntries(
    [...show.ttwu_stacks, ...show.tkread_stacks].flatMap(({ value, frames }) =>
      value === null ? [] : [[value, frames]]
    ),
  );
  return show.strata.map((strata) => strataTable(strata, stacks));
}

function strataTable({ keys, bins, groups }: Strata, stacks: Stacks): Table<StrataColumn> {
  return {
    caption: `strata by ${keyName(keys)}`,
    head: "stratum",
    lines: ["offset", "ttwu"],
    columns: [
      { id: "runs", name: "runs", per: "row" },
      { id: "complete", name: "complete", per: "row" },
      { id: "censored", name: "censored", per: "row" },
      ...placeAndSpread("line"),
    ],
    rows: groups.map((group) => ({
      head: plain(stratumName(keys, group.values, stacks)),
      cells: cells(group),
      bins: group.ttwu_to_tkread.n === 0 ? [] : [[], group.histogram],
    })),
    range: bins === null
      ? null
      : say`ttwu ${duration(bins.low_ns)} to ${duration(bins.low_ns + bins.width_ns * bins.count)}`,
    empty: "no runs",
  };
}

function cells(group: OneStratum): Record<StrataColumn, readonly Cell[]> {
  const both = (of: (sample: Description) => number | null) =>
    [group.offset, group.ttwu_to_tkread].map((sample) => duration(of(sample)));
  return {
    runs: [exact(group.runs)],
    complete: [exact(group.complete)],
    censored: [exact(group.censored)],
    median: both(({ median_ns }) => median_ns),
    iqr: both(({ iqr_ns }) => iqr_ns),
    mad: both(({ mad_ns }) => mad_ns),
  };
}
