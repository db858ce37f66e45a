/** What the host of a VM saw of its runs. Field names are those of `probe show --format json`. */

import { NumberColumn } from "../result/column_store.ts";
import type { ResultFile } from "../result/file.ts";
import type { RowView } from "../result/row_view.ts";
import { hostCauseOf } from "../sample/host_cause.ts";
import type { Count } from "../sample/counts.ts";
import type { SlowRun } from "../sample/slowest.ts";
import { medianSorted } from "../stats/quantile.ts";

export interface MedianAndMost {
  readonly median: number;
  readonly max: number;
}

/** Over the complete runs. */
export interface ThroughHypervisor {
  readonly runs: number;
  /** Runs whose host's times could be placed on the VM's clock. */
  readonly placed: number;
  /** Why others could not, as far as the first turn tells. */
  readonly reasons: readonly string[];
  /** How far off these times may be, ns; null: none was placed. */
  readonly uncertainty_ns: MedianAndMost | null;
  /** A run; null: not observed. */
  readonly exits: MedianAndMost | null;
  /** Runs by the reason with the most time out of guest mode, the most frequent first. */
  readonly exit_reasons: readonly Count[];
  /** By what woke the vCPU's thread; those whose thread was running at the edge are not in it. */
  readonly began_by: readonly Count[];
  /** By who had the CPU for most of preempted_ns; those that nobody preempted are not in it. */
  readonly preempted_by: readonly Count[];
  /** The runs that lost most to the host, the worst first. */
  readonly worst: readonly HostLoss[];
}

/** A run with what its host took. */
export interface HostLoss extends Pick<SlowRun, "run"> {
  readonly offset_ns: number;
  readonly host: NonNullable<SlowRun["host"]>;
}

/** The same, by the row of the file. */
interface Loss extends Omit<HostLoss, "run"> {
  readonly row: number;
}

const MOST = 5;

/** Collects the columns of the host, as a visitor of the reader. */
export class HostColumns {
  readonly #uncertainties = new NumberColumn();
  readonly #exits = new NumberColumn();
  readonly #reasons = new Map<string, number>();
  readonly #began = new Map<string, number>();
  readonly #preempted = new Map<string, number>();
  readonly #worst: Loss[] = [];
  #complete = 0;
  #rows = 0;

  visit(row: RowView): void {
    const at = this.#rows++;
    if (row.text("status") !== "complete") return;
    this.#complete++;
    if (!row.has("clock_map_uncertainty_ns")) return;
    this.#uncertainties.push(row.number("clock_map_uncertainty_ns"));
    if (row.has("kvm_exits")) this.#exits.push(row.number("kvm_exits"));
    count(this.#reasons, row.text("kvm_exit_reason"));
    count(this.#began, row.text("host_began_by"));
    count(this.#preempted, row.text("preempted_by"));
    const host = hostCauseOf(row);
    if (host !== null) this.#keep({ row: at, offset_ns: row.number("offset_ns"), host });
  }

  #keep(loss: Loss): void {
    const place = this.#worst.findIndex(({ host }) => loss.host.host_ns > host.host_ns);
    this.#worst.splice(place < 0 ? this.#worst.length : place, 0, loss);
    this.#worst.length = Math.min(this.#worst.length, MOST);
  }

  /**
   * @param file whose rows were visited; the runs of several files are numbered on
   * @returns null for a file that no host has completed
   */
  through({ meta, run }: ResultFile): ThroughHypervisor | null {
    if (meta.host_part === undefined && this.#uncertainties.length === 0) return null;
    return {
      runs: this.#complete,
      placed: this.#uncertainties.length,
      reasons: meta.host_part?.reasons ?? [],
      uncertainty_ns: medianAndMost(this.#uncertainties),
      exits: medianAndMost(this.#exits),
      exit_reasons: sorted(this.#reasons),
      began_by: sorted(this.#began),
      preempted_by: sorted(this.#preempted),
      worst: this.#worst.map(({ row, offset_ns, host }) => ({ run: run[row]!, offset_ns, host })),
    };
  }
}

function count(counts: Map<string, number>, value: string | null): void {
  if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
}

function sorted(counts: ReadonlyMap<string, number>): Count[] {
  return [...counts].map(([value, runs]) => ({ value, runs }))
    .sort((x, y) => y.runs - x.runs || (x.value < y.value ? -1 : 1));
}

function medianAndMost(column: NumberColumn): MedianAndMost | null {
  const values = column.values().toSorted();
  return values.length === 0 ? null : { median: medianSorted(values), max: values.at(-1)! };
}
