/**
 * `probe show`: what one result file contains. Field names are those of `probe show --format json`, where
 * notes and reasons are sentences.
 */

import { ChainColumns, deltaChain, type Link, type LinkColumn } from "./chain.ts";
import type { Attributes } from "../result/attributes.ts";
import { type Count, countsOf, statusesOf } from "../sample/counts.ts";
import { rowsThat, sortedSample } from "../sample/sample.ts";
import { KeyColumns, type KeyName } from "../sample/key_columns.ts";
import type { Loss } from "../result/meta.ts";
import type { FileNote, IntegrityError } from "../result/note.ts";
import type { Between } from "../result/parts.ts";
import type { DictionaryColumn } from "../result/column_store.ts";
import type { ResultFile } from "../result/file.ts";
import type { RowView } from "../result/row_view.ts";
import { type Parts, partsOf } from "../parts/shares.ts";
import { type SeriesChecks, seriesChecks } from "../sample/series.ts";
import { type ClocksourceWindow, SwitchColumns } from "./clocksource.ts";
import { type Distribution, distributionOf } from "../sample/description.ts";
import { type Slowest, SlowestRuns, type SlowRun } from "../sample/slowest.ts";
import { hostCauseOf } from "../sample/host_cause.ts";
import { HostColumns, type ThroughHypervisor } from "./hypervisor.ts";
import { type Strata, strataBy } from "./strata.ts";
import { QUARTILE_SHARE, VARIANCE_SHARE } from "../stats/spread_share.ts";

export interface Show {
  readonly file: string;
  /** The files that are described as one, with what is added to the numbers of their runs; absent for a single file. */
  readonly pooled?: readonly { readonly file: string; readonly rows: number; readonly run_offset: number }[];
  /** What differs between them. */
  readonly between?: readonly Between[];
  readonly env: string;
  readonly host: string;
  readonly kernel: string;
  readonly virtualization: string;
  readonly tier: string;
  readonly started: string;
  /** Number of CPUs that were online. */
  readonly cpus: number;
  /** How the target was scheduled; null: the file does not record it. */
  readonly attributes: Attributes | null;
  readonly runs: {
    readonly declared: number | null;
    readonly rows: number;
    readonly complete: number;
    /** Censored runs: they are in the file, but in no estimate. */
    readonly timeout: number;
    readonly aborted: number;
    /** Looks that could end the measurement; `taken` is null when it did not end. Absent when none were planned. */
    readonly looks?: { readonly planned: number; readonly taken: number | null };
  };
  readonly offset: Distribution;
  readonly ttwu_to_tkread: Distribution;
  readonly slowest: Slowest;
  readonly edge_uncertainty_ns: number;
  readonly strata: readonly Strata[];
  readonly chain: {
    readonly links: readonly Link[];
    /** The link with the largest share of the spread of ttwu_to_tkread; null: nothing to explain. */
    readonly explains_most: LinkName | null;
    /** The same by the robust share. */
    readonly explains_most_robust: LinkName | null;
    readonly methods: { readonly share_of_spread: string; readonly share_of_spread_robust: string };
  };
  readonly parts: Parts;
  /** null for a file that no host of a VM has completed. */
  readonly hypervisor: ThroughHypervisor | null;
  readonly clocksource: ClocksourceWindow;
  readonly signatures: readonly Share[];
  readonly ttwu_stacks: readonly StackShare[];
  readonly tkread_stacks: readonly StackShare[];
  readonly integrity: Integrity;
  readonly series: { readonly offset: SeriesChecks; readonly ttwu_to_tkread: SeriesChecks };
  readonly notes: readonly FileNote[];
}

export interface LinkName extends Pick<Link, "from" | "to"> {
  readonly share: number;
}

/** The runs with one value of a column. */
export interface Share extends Count {
  /** Share of all runs. */
  readonly share: number;
}

export interface StackShare extends Share {
  /** Innermost first. */
  readonly frames: readonly string[];
}

export interface Integrity {
  /** The file has no end line: the run was cut off. */
  readonly cut_off: boolean;
  /** Runs that timed out, by the last stage that was seen. */
  readonly timeouts: readonly { readonly last_stage: string; readonly runs: number }[];
  /** null: no row has a value. */
  readonly lost_events: number | null;
  readonly losses: readonly Loss[];
  /** Runs whose stages contradict each other, such as a stage before one that it must follow. */
  readonly contradictions: number;
  readonly first_contradiction: IntegrityError | null;
  /** Runs with a negative offset_ns or ttwu_to_tkread_ns. */
  readonly negative_deltas: number;
  /** Runs in which CLOCK_REALTIME was set, and the largest step if there was one; null: not observed. */
  readonly realtime_steps: { readonly runs: number; readonly largest_ns: number | null } | null;
  readonly recursion_misses: number | null;
  readonly recursion_misses_of: Readonly<Record<string, number>>;
  readonly self_reads: number | null;
  /** Facts on which two observers of the same run disagreed. */
  readonly notices: readonly string[];
}

/** The usual keys of strata, when the user names none; each makes strata of its own. */
const DEFAULT_KEYS: readonly (readonly KeyName[])[] = [["signature"], ["migrated"], ["path"], [
  "ttwu_stack",
]];

/** Collects what `show` needs besides the columns that every reader keeps. */
export class ShowColumns {
  readonly #keys: readonly (readonly KeyName[])[];
  readonly #keyColumns: KeyColumns;
  readonly #chain = new ChainColumns();
  readonly #switches = new SwitchColumns();
  readonly #slowest = new SlowestRuns();
  /** Which of the rows that were visited is that of a slow run. */
  readonly #rowOf = new WeakMap<SlowRun, number>();
  #rows = 0;
  readonly #host = new HostColumns();

  /** @param keys columns whose values together make a stratum; null: the usual ones, each by itself */
  constructor(keys: readonly KeyName[] | null) {
    this.#keys = keys === null ? DEFAULT_KEYS : [keys];
    this.#keyColumns = new KeyColumns(this.#keys.flat());
  }

  visit(row: RowView): void {
    this.#keyColumns.visit(row);
    this.#chain.visit(row);
    this.#switches.visit(row);
    this.#host.visit(row);
    this.#noteSlow(row);
    this.#rows++;
  }

  #noteSlow(row: RowView): void {
    const [offset, ttwuToTkread] = [row.number("offset_ns"), row.number("ttwu_to_tkread_ns")];
    if (!this.#slowest.takes(offset, ttwuToTkread) || row.text("status") !== "complete") return;
    const host = hostCauseOf(row);
    const run: SlowRun = {
      run: row.number("run"),
      offset_ns: nullable(offset),
      ttwu_to_tkread_ns: nullable(ttwuToTkread),
      path: row.text("path"),
      target_cpu: nullable(row.number("target_cpu")),
      waker_comm: row.text("waker_comm"),
      cause: row.text("cause"),
      edge_cause: row.text("edge_cause"),
      other_task: row.text("other_task"),
      interrupt: row.text("interrupt"),
      idle_state: nullable(row.number("idle_state")),
      events_lost: nullable(row.number("events_lost")),
      ...host === null ? {} : { host },
    };
    this.#slowest.add(run);
    this.#rowOf.set(run, this.#rows);
  }

  /** The runs of several files are numbered on. */
  #slowestOf({ run: numbers }: ResultFile): Slowest {
    const { by, runs } = this.#slowest.slowest();
    return { by, runs: runs.map((run) => ({ ...run, run: numbers[this.#rowOf.get(run)!]! })) };
  }

  /** The links of the chain row by row, in the order of the stages. */
  links(): LinkColumn[] {
    return this.#chain.links();
  }

  /** A column by which runs are grouped. */
  columnOf(file: ResultFile): (name: KeyName) => DictionaryColumn {
    return (name) => this.#keyColumns.column(file, name);
  }

  /**
   * @param file the file whose rows were visited; of several the pooled one
   * @param between what differs between the files that it pools
   */
  show(file: ResultFile, between: readonly Between[] = []): Show {
    const { meta } = file;
    const links = deltaChain(file, this.links());
    const { complete, timeout, aborted } = statusesOf(file);
    return {
      file: file.name,
      ...file.parts === undefined ? {} : {
        pooled: file.parts.map(({ name, rows, runOffset }) => ({ file: name, rows, run_offset: runOffset })),
        between,
      },
      env: meta.env,
      host: meta.host,
      kernel: meta.kernel,
      virtualization: meta.virtualization,
      tier: meta.tier,
      started: meta.started,
      cpus: meta.cpus,
      attributes: meta.attributes ?? null,
      runs: {
        declared: typeof meta.runbook.runs === "number" ? meta.runbook.runs : null,
        rows: file.rows,
        complete,
        timeout,
        aborted,
        ...(meta.looks === undefined
          ? {}
          : { looks: { planned: meta.looks, taken: file.end?.looks ?? null } }),
      },
      offset: distributionOf(sortedSample(file, "offset_ns")),
      ttwu_to_tkread: distributionOf(sortedSample(file, "ttwu_to_tkread_ns")),
      slowest: this.#slowestOf(file),
      edge_uncertainty_ns: meta.edge_uncertainty_ns,
      strata: this.#keys.map((keys) => strataBy(file, keys, this.columnOf(file))),
      chain: {
        links,
        explains_most: mostOf(links, "share_of_spread"),
        explains_most_robust: mostOf(links, "share_of_spread_robust"),
        methods: { share_of_spread: VARIANCE_SHARE, share_of_spread_robust: QUARTILE_SHARE },
      },
      parts: partsOf(file),
      hypervisor: this.#host.through(file),
      clocksource: this.#switches.window(file),
      signatures: sharesOf(file.texts.signature),
      ttwu_stacks: stacksOf(file, file.texts.ttwu_stack),
      tkread_stacks: stacksOf(file, file.texts.tkread_stack),
      integrity: integrityOf(file),
      series: {
        offset: seriesChecks(file, "offset_ns"),
        ttwu_to_tkread: seriesChecks(file, "ttwu_to_tkread_ns"),
      },
      notes: file.notes,
    };
  }
}

function nullable(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

function mostOf(links: readonly Link[], by: "share_of_spread" | "share_of_spread_robust"): LinkName | null {
  let most: LinkName | null = null;
  for (const { from, to, [by]: share } of links) {
    if (share !== null && (most === null || share > most.share)) most = { from, to, share };
  }
  return most;
}

/** Values with at least one run, the most frequent first. */
function sharesOf(column: DictionaryColumn): Share[] {
  return countsOf(column).map((count) => ({ ...count, share: count.runs / column.length }));
}

function stacksOf(file: ResultFile, column: DictionaryColumn): StackShare[] {
  return sharesOf(column).map((share) => ({
    ...share,
    frames: share.value === null ? [] : file.stacks.get(share.value) ?? [],
  }));
}

function integrityOf(file: ResultFile): Integrity {
  const { offset_ns, ttwu_to_tkread_ns } = file.durations;
  const steps = file.realtimeSteps;
  let negative = 0;
  for (let row = 0; row < file.rows; row++) {
    if (offset_ns[row]! < 0 || ttwu_to_tkread_ns[row]! < 0) negative++;
  }
  return {
    cut_off: file.end === null,
    timeouts: timeoutsOf(file),
    lost_events: file.end?.lost_events ?? file.totals.lost_events,
    losses: file.end?.losses ?? [],
    contradictions: file.integrityErrors,
    first_contradiction: file.firstIntegrityError,
    negative_deltas: negative,
    realtime_steps: steps.observed
      ? { runs: steps.runs, largest_ns: steps.runs === 0 ? null : steps.largestNs }
      : null,
    recursion_misses: file.end?.recursion_misses ?? file.totals.recursion_misses,
    recursion_misses_of: file.end?.recursion_misses_of ?? {},
    self_reads: file.end?.self_reads ?? file.totals.self_reads,
    notices: file.end?.notices ?? [],
  };
}

/** In the order of the stages. */
function timeoutsOf(file: ResultFile): Integrity["timeouts"] {
  const { status, last_stage } = file.texts;
  const [codes, timeout] = [status.codes(), status.values.indexOf("timeout")];
  return countsOf(last_stage, rowsThat(file, (row) => codes[row] === timeout))
    .flatMap(({ value, runs }) => value === null ? [] : [{ last_stage: value, runs }])
    .sort((x, y) => last_stage.values.indexOf(x.last_stage) - last_stage.values.indexOf(y.last_stage));
}
