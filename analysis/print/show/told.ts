/** All that is said about one file. */

import type { Share, Show, StackShare } from "../../show/show.ts";
import { THIN_BELOW } from "../../sample/sample.ts";
import { machine, orderOrNone, runs } from "../measured.ts";
import { betweenInWords, noteInWords } from "../notes.ts";
import type { Field, Finding, Note, Said, Table } from "../model.ts";
import { duration, exact, joined, plain, say, share } from "../said.ts";
import { type ChainColumn, chainTable, shareMethods, spreadSource } from "./chain.ts";
import { tellParts, type ToldParts } from "../parts/shares.ts";
import { attributeFields } from "./facts.ts";
import { tellHypervisor, type ToldHypervisor } from "./hypervisor.ts";
import { clocksourceFields, integrityFields } from "./integrity.ts";
import { type DistributionColumn, distributionTable, type SlowestColumn, slowestTable } from "./result.ts";
import { type StrataColumn, strataTables } from "./strata.ts";

export type ShareColumn = "runs" | "share";

export interface ToldShow {
  readonly file: string;
  readonly machine: Said;
  readonly head: readonly Field[];
  readonly durations: Table<DistributionColumn>;
  readonly slowest: Table<SlowestColumn>;
  readonly warnings: readonly Note[];
  /** Empty for a file that does not record them. */
  readonly attributes: readonly Field[];
  readonly strata: readonly Table<StrataColumn>[];
  readonly chain: Table<ChainColumn>;
  readonly spreadSource: Said;
  readonly shareMethods: Said;
  readonly parts: ToldParts;
  /** null for a file that no host of a VM has completed. */
  readonly hypervisor: ToldHypervisor | null;
  readonly clocksource: readonly Field[];
  readonly signatures: Table<ShareColumn>;
  readonly stacks: readonly Table<ShareColumn | "frames">[];
  readonly integrity: readonly Field[];
  readonly order: readonly Finding[];
}

function looks({ looks }: Show["runs"]): Field[] {
  if (looks === undefined) return [];
  const { planned, taken } = looks;
  const says = taken === null
    ? say`${exact(planned)} planned`
    : say`ended at look ${exact(taken)} of ${exact(planned)}`;
  return [{ label: "looks", says }];
}

export function tellShow(show: Show): ToldShow {
  const { runs: counts, series } = show;
  return {
    file: show.file,
    machine: say`${machine(show)}, virtualization ${show.virtualization}`,
    head: [
      ...pooledFiles(show),
      { label: "runs", says: runs(counts, false, counts.declared) },
      ...looks(counts),
      { label: "edges", says: say`known to ${duration(show.edge_uncertainty_ns)}` },
    ],
    durations: distributionTable(show),
    slowest: slowestTable(show),
    warnings: [
      ...show.notes.map(noteInWords),
      ...(show.between ?? []).map(betweenInWords),
      ...thinness(counts.complete),
    ]
      .map((says) => ({ label: "warning", says })),
    attributes: attributeFields(show),
    strata: strataTables(show),
    chain: chainTable([{ letter: "", chain: show.chain }]),
    spreadSource: spreadSource(show),
    shareMethods: shareMethods(show.chain),
    parts: tellParts(show.parts),
    hypervisor: show.hypervisor === null ? null : tellHypervisor(show.hypervisor),
    clocksource: clocksourceFields(show.clocksource),
    signatures: sharesTable(show.signatures),
    stacks: [
      stacksTable("stacks of the wakeup (innermost first)", show.ttwu_stacks),
      stacksTable("stacks of the read (innermost first)", show.tkread_stacks),
    ],
    integrity: integrityFields(show.integrity),
    order: [...orderOrNone("offset", series.offset), ...orderOrNone("ttwu_to_tkread", series.ttwu_to_tkread)],
  };
}

function pooledFiles({ pooled }: Show): Field[] {
  if (pooled === undefined) return [];
  const files = pooled.map(({ file, rows, run_offset }) =>
    say`${file} (${exact(rows)} runs, numbered from ${exact(run_offset + 1)})`
  );
  return [{ label: "files", says: joined(files, ", ") }];
}

function thinness(complete: number): Said[] {
  if (complete >= THIN_BELOW) return [];
  return [
    say`thin: ${exact(complete)} complete runs; below ${String(THIN_BELOW)} a few runs decide everything`,
  ];
}

const SHARES = [{ id: "runs", name: "runs", per: "row" }, {
  id: "share",
  name: "share",
  per: "row",
}] as const;

export function sharesTable(shares: readonly Share[]): Table<ShareColumn> {
  return {
    caption: "signatures",
    head: "signature",
    lines: [],
    columns: SHARES,
    rows: shares.map((one) => ({ head: nameOf(one), cells: cells(one), bins: [] })),
    range: null,
    empty: "no runs",
  };
}

function stacksTable(caption: string, stacks: readonly StackShare[]): Table<ShareColumn | "frames"> {
  return {
    caption,
    head: "stack",
    lines: [],
    columns: [...SHARES, { id: "frames", name: "frames", per: "row" }],
    rows: stacks.map((one) => ({
      head: nameOf(one),
      cells: { ...cells(one), frames: [one.value === null ? null : plain(one.frames.join(" < "))] },
      bins: [],
    })),
    range: null,
    empty: "no runs",
  };
}

function nameOf({ value }: Share): Said {
  return plain(value ?? "not observed");
}

function cells(of: Share) {
  return { runs: [exact(of.runs)], share: [share(of.share)] };
}
