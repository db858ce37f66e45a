/** What the time of one file's runs went into, in words. */

import type { Parts, PartsOfDuration } from "../../parts/shares.ts";
import type { Count } from "../../sample/counts.ts";
import { percentileNeeds } from "../../sample/description.ts";
import type { Cell, Said, Table } from "../model.ts";
import { duration, exact, plain, say, share } from "../said.ts";
import {
  causeName,
  leftOutInWords,
  nameInWords,
  NO_PART,
  orderName,
  SPLIT_PARTS,
  TOGETHER,
} from "./words.ts";

export type PartShareColumn = "mean" | "median" | "p95" | "share" | "spread";
export type CountColumn = "runs" | "share";

export interface ToldParts {
  /** One for each duration that has parts; empty for a file of an older program. */
  readonly tables: readonly Table<PartShareColumn>[];
  /** What to know before believing the tables. */
  readonly notes: readonly Said[];
  /** A VM's offset by host, hypervisor and guest, with what to know of it; null without its host's part. */
  readonly split: { readonly table: Table<PartShareColumn>; readonly notes: readonly Said[] } | null;
  /** By the largest part of each duration. */
  readonly causes: readonly Table<CountColumn>[];
  readonly orders: Table<CountColumn>;
}

/** So many orders are told; the JSON has all. */
const MOST_ORDERS = 5;

export function tellParts({ durations, split, causes, edge_causes, orders, methods }: Parts): ToldParts {
  const most = orders.slice(0, MOST_ORDERS);
  const others = orders.length - most.length;
  return {
    tables: durations.map(partTable),
    notes: durations.length === 0 ? [] : [
      ...durations.flatMap(({ name, left_out }) => leftOutInWords(name, left_out, null)),
      say`Means add up, medians do not; spread: ${methods.share_of_spread}.`,
    ],
    split: split === null ? null : {
      table: partTable(split),
      notes: [SPLIT_PARTS, ...leftOutInWords(split.name, split.left_out, null)],
    },
    causes: [
      countTable("cause: the largest part of ttwu_to_tkread", causes, causeName),
      ...edge_causes.length === 0
        ? []
        : [countTable("edge_cause: the largest part of edge_to_ttwu", edge_causes, causeName)],
    ],
    orders: countTable(
      `order of locks, clocks and stages${
        others > 0 ? `, the ${most.length} most frequent of ${orders.length}` : ""
      }`,
      most,
      orderName,
      orders,
    ),
  };
}

function partTable({ name, runs, mean_ns, parts }: PartsOfDuration): Table<PartShareColumn> {
  return {
    caption: `parts of ${nameInWords(name)}, n ${runs}`,
    head: "part",
    lines: [],
    columns: [
      { id: "mean", name: "mean", per: "row" },
      { id: "median", name: "median", per: "row" },
      { id: "p95", name: "P95", per: "row" },
      { id: "share", name: "of mean", per: "row" },
      { id: "spread", name: "of spread", per: "row" },
    ],
    rows: [
      ...parts.map((part) => ({
        head: plain(part.title),
        cells: {
          mean: [duration(part.mean_ns)],
          median: [duration(part.median_ns)],
          p95: [percentileOf(part.p95_ns)],
          share: [share(part.share)],
          spread: [share(part.share_of_spread)],
        },
        bins: [],
      })),
      ...mean_ns === null ? [] : [{
        head: TOGETHER,
        cells: { mean: [duration(mean_ns)], median: [null], p95: [null], share: [null], spread: [null] },
        bins: [],
      }],
    ],
    range: null,
    empty: NO_PART,
  };
}

function percentileOf(ns: number | null): Cell {
  return ns === null ? plain(`n < ${percentileNeeds(0.95)}`) : duration(ns);
}

/** @param all whose runs are the whole */
function countTable(
  caption: string,
  counts: readonly Count[],
  nameOf: (value: string | null) => Said,
  all: readonly Count[] = counts,
): Table<CountColumn> {
  const runs = all.reduce((sum, { runs }) => sum + runs, 0);
  return {
    caption,
    head: "value",
    lines: [],
    columns: [{ id: "runs", name: "runs", per: "row" }, { id: "share", name: "share", per: "row" }],
    rows: counts.map((count) => ({
      head: nameOf(count.value),
      cells: { runs: [exact(count.runs)], share: [plain(share(count.runs / runs).text)] },
      bins: [],
    })),
    range: null,
    empty: "no runs",
  };
}
