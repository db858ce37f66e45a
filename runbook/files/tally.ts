/**
 * Running totals of a measurement: counted row by row, in memory that does not grow with the length of a row.
 */

import { type Column, type ColumnName, COLUMNS, type Row } from "../../analysis/result/columns.ts";
import {
  type EdgeCounts,
  type End,
  type HookFact,
  type Loss,
  MOST_LOSSES,
  type Overhead,
  type Stage,
} from "../../analysis/result/meta.ts";
import { NumberColumn } from "../../analysis/result/column_store.ts";
import { type Distribution, distributionOf } from "../../analysis/sample/description.ts";
import { type Slowest, SlowestRuns } from "../../analysis/sample/slowest.ts";
import type { StackCluster } from "../row/row.ts";

export interface ClusterCount {
  readonly ttwu_stack: string;
  readonly runs: number;
  readonly frames: readonly string[];
}

export interface SignatureCount {
  readonly signature: string;
  readonly runs: number;
}

export class Tally {
  readonly #statuses = { complete: 0, timeout: 0, aborted: 0 };
  #lostEvents = 0;
  #recursionMisses: number | null = 0;
  #selfReads = 0;
  #overhead: Overhead | null = null;
  #edges: EdgeCounts | null = null;
  #looks: number | null = null;
  #notices: readonly string[] = [];
  readonly #losses: Loss[] = [];
  #missesOf: Readonly<Record<string, number>> = {};
  readonly #offsets = new NumberColumn();
  readonly #ttwuToTkreads = new NumberColumn();
  readonly #slowest = new SlowestRuns();
  readonly #clusters = new Map<string, { runs: number; frames: readonly string[] }>();
  readonly #signatures = new Map<string, number>();
  readonly #observed = new Set<ColumnName>();

  add(row: Row, stacks: readonly StackCluster[]): void {
    this.#statuses[row.status ?? "aborted"]++;
    this.#lostEvents += Number(row.lost_events ?? 0);
    this.#recursionMisses = this.#recursionMisses === null || row.recursion_misses === null
      ? null
      : this.#recursionMisses + Number(row.recursion_misses);
    this.#selfReads += Number(row.self_reads ?? 0);
    this.#noteLosses(row);
    if (row.status !== "complete") return;
    if (row.offset_ns !== null) this.#offsets.push(Number(row.offset_ns));
    if (row.ttwu_to_tkread_ns !== null) this.#ttwuToTkreads.push(Number(row.ttwu_to_tkread_ns));
    this.#noteSlow(row);
    if (row.signature !== null) {
      this.#signatures.set(row.signature, (this.#signatures.get(row.signature) ?? 0) + 1);
    }
    this.#countCluster(row.ttwu_stack, stacks);
    for (const { name } of COLUMNS) if (row[name] !== null) this.#observed.add(name);
  }

  /** @param programs the kernel's counts of each program at the end */
  setRecursionMisses(
    programs: readonly { readonly program: string; readonly recursion_misses: number | null }[],
  ): void {
    this.#missesOf = Object.fromEntries(
      programs.flatMap(({ program, recursion_misses }) =>
        recursion_misses !== null && recursion_misses > 0 ? [[program, recursion_misses]] : []
      ),
    );
  }

  #noteLosses({ run, status, lost_events, last_stage }: Row): void {
    const note = (what: Loss["what"]) => {
      if (this.#losses.length < MOST_LOSSES) {
        this.#losses.push({ run: Number(run), what, stage: last_stage ?? "none" });
      }
    };
    if (status !== null && status !== "complete") note(status);
    if (Number(lost_events ?? 0) > 0) note("ring_full");
  }

  #noteSlow(row: Row): void {
    const { run, offset_ns, ttwu_to_tkread_ns, path, waker_comm, cause, edge_cause, other_task, interrupt } =
      row;
    const [offset, ttwuToTkread] = [nanOr(offset_ns), nanOr(ttwu_to_tkread_ns)];
    if (!this.#slowest.takes(offset, ttwuToTkread)) return;
    this.#slowest.add({
      run: Number(run),
      offset_ns: offset_ns === null ? null : offset,
      ttwu_to_tkread_ns: ttwu_to_tkread_ns === null ? null : ttwuToTkread,
      path,
      target_cpu: nullable(row.target_cpu),
      waker_comm,
      cause,
      edge_cause,
      other_task,
      interrupt,
      idle_state: nullable(row.idle_state),
      events_lost: nullable(row.events_lost),
    });
  }

  #countCluster(key: string | null, stacks: readonly StackCluster[]): void {
    if (key === null) return;
    const known = this.#clusters.get(key);
    if (known !== undefined) known.runs++;
    else {this.#clusters.set(key, {
        runs: 1,
        frames: stacks.find((stack) => stack.key === key)?.frames ?? [],
      });}
  }

  /** @param edges null: no run took one */
  setEdges(edges: EdgeCounts | null): void {
    this.#edges = edges;
  }

  setOverhead(overhead: Overhead): void {
    this.#overhead = overhead;
  }

  /** @param taken of the planned looks */
  setLooks(taken: number): void {
    this.#looks = taken;
  }

  /** @param notices observations about the runs besides their rows */
  setNotices(notices: readonly string[]): void {
    this.#notices = notices;
  }

  /** The contents of the `# end` line. */
  end(): End {
    const { complete, timeout, aborted } = this.#statuses;
    return {
      rows: complete + timeout + aborted,
      complete,
      timeout,
      aborted,
      lost_events: this.#lostEvents,
      recursion_misses: this.#recursionMisses,
      self_reads: this.#selfReads,
      ...(Object.keys(this.#missesOf).length === 0 ? {} : { recursion_misses_of: this.#missesOf }),
      ...(this.#edges === null ? {} : { edges: this.#edges }),
      ...(this.#overhead === null ? {} : { overhead: this.#overhead }),
      ...(this.#looks === null ? {} : { looks: this.#looks }),
      ...(this.#losses.length === 0 ? {} : { losses: this.#losses }),
      ...(this.#notices.length === 0 ? {} : { notices: this.#notices }),
    };
  }

  offset(): Distribution {
    return distributionOf(this.#offsets.values().toSorted());
  }

  ttwuToTkread(): Distribution {
    return distributionOf(this.#ttwuToTkreads.values().toSorted());
  }

  slowest(): Slowest {
    return this.#slowest.slowest();
  }

  /** Stack clusters of the complete runs, the largest first. */
  clusters(): ClusterCount[] {
    return [...this.#clusters]
      .map(([ttwu_stack, { runs, frames }]) => ({ ttwu_stack, runs, frames }))
      .sort((a, b) => b.runs - a.runs || (a.ttwu_stack < b.ttwu_stack ? -1 : 1));
  }

  /** Flag signatures of the complete runs, the most frequent first. */
  signatures(): SignatureCount[] {
    return [...this.#signatures]
      .map(([signature, runs]) => ({ signature, runs }))
      .sort((a, b) => b.runs - a.runs || (a.signature < b.signature ? -1 : 1));
  }

  /** Columns that were empty in every complete run: what this machine and tier do not show. */
  neverObserved(hooks: readonly HookFact[]): ColumnName[] {
    if (this.#statuses.complete === 0) return [];
    const columns: readonly (Column & { readonly name: ColumnName })[] = COLUMNS;
    const attached = new Set(hooks.filter((hook) => hook.attached).map((hook) => hook.stage));
    // No hook here observes the host of this machine: `probe ab` completes these.
    const mayBeEmpty = (stage: Stage | undefined) =>
      stage === "host" || (stage !== undefined && attached.has(stage));
    return columns.filter(({ name, occasional }) => !mayBeEmpty(occasional) && !this.#observed.has(name))
      .map(({ name }) => name);
  }
}

function nullable(value: bigint | number | null): number | null {
  return value === null ? null : Number(value);
}

function nanOr(ns: bigint | number | null): number {
  return ns === null ? NaN : Number(ns);
}
