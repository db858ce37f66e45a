/** The slowest runs of a series, kept while its rows pass by: a few runs however many rows there are. */

import type { Duration } from "../result/durations.ts";
import type { HostCause } from "./host_cause.ts";

/** A slow run, and what is looked at first. Names are those of the columns; null: not observed. */
export interface SlowRun {
  readonly run: number;
  readonly offset_ns: number | null;
  readonly ttwu_to_tkread_ns: number | null;
  readonly path: string | null;
  readonly target_cpu: number | null;
  readonly waker_comm: string | null;
  /** The largest part of ttwu_to_tkread_ns, and what that was where a column tells. */
  readonly cause: string | null;
  /** The largest part of what came before, from the edge to the wakeup. */
  readonly edge_cause: string | null;
  readonly other_task: string | null;
  readonly interrupt: string | null;
  readonly idle_state: number | null;
  /** Above 0: some of its parts were lost, so the cause may be another. */
  readonly events_lost: number | null;
  /** Of a VM, where its host saw the run. */
  readonly host?: HostCause;
}

/** Runs by the duration that orders them, the slowest first; of equal ones the earlier first. */
export interface Slowest {
  readonly by: Extract<Duration, "offset_ns" | "ttwu_to_tkread_ns">;
  readonly runs: readonly SlowRun[];
}

const MOST = 5;

type By = Slowest["by"];

export class SlowestRuns {
  readonly #kept: Readonly<Record<By, SlowRun[]>> = { offset_ns: [], ttwu_to_tkread_ns: [] };

  /**
   * Whether such a run is one of the slowest so far; asked before its other columns are read.
   *
   * @param offset ns; NaN: not observed
   * @param ttwuToTkread likewise
   */
  takes(offset: number, ttwuToTkread: number): boolean {
    return this.#isSlow("offset_ns", offset) || this.#isSlow("ttwu_to_tkread_ns", ttwuToTkread);
  }

  /** @param run a complete one; later ones come later */
  add(run: SlowRun): void {
    for (const by of ["offset_ns", "ttwu_to_tkread_ns"] as const) {
      const ns = run[by] ?? NaN;
      if (!this.#isSlow(by, ns)) continue;
      const kept = this.#kept[by];
      const place = kept.findIndex((other) => ns > other[by]!);
      kept.splice(place < 0 ? kept.length : place, 0, run);
      kept.length = Math.min(kept.length, MOST);
    }
  }

  /** By the offset; by ttwu_to_tkread when no run has an offset, as with a trigger that does not tell its edges. */
  slowest(): Slowest {
    const by: By = this.#kept.offset_ns.length > 0 ? "offset_ns" : "ttwu_to_tkread_ns";
    return { by, runs: [...this.#kept[by]] };
  }

  #isSlow(by: By, ns: number): boolean {
    const kept = this.#kept[by];
    return !Number.isNaN(ns) && (kept.length < MOST || ns > kept[MOST - 1]![by]!);
  }
}
