/** Runs during which the kernel changed its clocksource, compared with those without a change. */

import { completeness, sortedAt } from "../sample/sample.ts";
import { NumberColumn } from "../result/column_store.ts";
import type { ResultFile } from "../result/file.ts";
import type { RowView } from "../result/row_view.ts";
import { describe, type Description } from "../sample/description.ts";
import { hodgesLehmann } from "../stats/hodges_lehmann.ts";
import { medianSorted } from "../stats/quantile.ts";

export interface ClocksourceWindow {
  /** Runs in which the number of switches was observed; 0: nothing is known about switches. */
  readonly observed: number;
  readonly runs_with: number;
  readonly runs_without: number;
  /** Of the complete runs with a switch, by old and new clocksource. */
  readonly switches: readonly Switch[];
  readonly offset_with: Description;
  readonly offset_without: Description;
  /** Hodges-Lehmann, with - without; null: one kind has no runs. */
  readonly offset_shift_ns: number | null;
}

export interface Switch {
  /** null: not observed. */
  readonly from: string | null;
  readonly to: string | null;
  readonly runs: number;
  /** Median of the timekeeping reads from the switch to the target's own; null: not observed. */
  readonly reads_after: number | null;
  readonly offset: Description;
}

/** Collects the columns of the switches, as a visitor of the reader. */
export class SwitchColumns {
  readonly #switches = new NumberColumn();
  readonly #reads = new Map<number, number>();
  readonly #names = new Map<number, readonly [from: string | null, to: string | null]>();
  #rows = 0;

  visit(row: RowView): void {
    const switches = row.number("clocksource_switches");
    this.#switches.push(switches);
    if (switches > 0) {
      this.#names.set(this.#rows, [row.text("clocksource_from"), row.text("clocksource_to")]);
      const reads = row.number("tkreads_after_switch");
      if (!Number.isNaN(reads)) this.#reads.set(this.#rows, reads);
    }
    this.#rows++;
  }

  window(file: ResultFile): ClocksourceWindow {
    const switches = this.#switches.values();
    const isComplete = completeness(file);
    const offsets = (rows: readonly number[]) => sortedAt(file.durations.offset_ns, rows.filter(isComplete));
    const all = Array.from(switches.keys());
    const rowsWith = all.filter((row) => switches[row]! > 0);
    const rowsWithout = all.filter((row) => switches[row] === 0);
    const [inWith, inWithout] = [offsets(rowsWith), offsets(rowsWithout)];
    return {
      observed: rowsWith.length + rowsWithout.length,
      runs_with: rowsWith.length,
      runs_without: rowsWithout.length,
      switches: [...Map.groupBy(rowsWith, (row) => JSON.stringify(this.#names.get(row)))]
        .map(([, rows]): Switch => {
          const [from, to] = this.#names.get(rows[0]!)!;
          const reads = Float64Array.from(rows.flatMap((row) => this.#reads.get(row) ?? [])).sort();
          return {
            from,
            to,
            runs: rows.length,
            reads_after: reads.length === 0 ? null : medianSorted(reads),
            offset: describe(offsets(rows)),
          };
        })
        .sort((x, y) => y.runs - x.runs || (`${x.from} ${x.to}` < `${y.from} ${y.to}` ? -1 : 1)),
      offset_with: describe(inWith),
      offset_without: describe(inWithout),
      offset_shift_ns: inWith.length === 0 || inWithout.length === 0
        ? null
        : hodgesLehmann(inWithout, inWith),
    };
  }
}
