/** What the host of a VM saw of its runs, in words. */

import type { Count } from "../../sample/counts.ts";
import type { MedianAndMost, ThroughHypervisor } from "../../show/hypervisor.ts";
import type { Field, Said, Table } from "../model.ts";
import { duration, exact, joined, plain, say } from "../said.ts";
import { hostDid } from "./result.ts";

export type WorstColumn = "cause" | "host" | "hypervisor" | "guest";

export interface ToldHypervisor {
  readonly facts: readonly Field[];
  readonly worst: Table<WorstColumn>;
}

export const HYPERVISOR = "through the hypervisor";

/** So many values are told; the JSON has all. */
const MOST = 5;

export function tellHypervisor(through: ThroughHypervisor): ToldHypervisor {
  const { runs, placed, reasons, uncertainty_ns, exits } = through;
  return {
    facts: [
      {
        label: "runs",
        says: say`${exact(placed)} of ${exact(runs)} placed on the VM's clock${
          uncertainty_ns === null ? "" : say`, to within ${inWords(uncertainty_ns, duration)}`
        }`,
      },
      ...placed === runs ? [] : reasons.map((reason) => ({ label: "others", says: plain(reason) })),
      ...exits === null ? [] : [{ label: "exits", says: say`a run: ${inWords(exits, exact)}` }],
      ...counted("most for", through.exit_reasons),
      ...counted("woken by", through.began_by),
      ...placed === 0 ? [] : [preempted(through.preempted_by)],
    ],
    worst: worstTable(through),
  };
}

function inWords({ median, max }: MedianAndMost, number: (of: number) => Said): Said {
  return say`${number(median)} (median), ${number(max)} (max)`;
}

function counted(label: string, counts: readonly Count[]): Field[] {
  return counts.length === 0 ? [] : [{ label, says: countsInWords(counts) }];
}

function preempted(counts: readonly Count[]): Field {
  return {
    label: "preempted",
    says: counts.length === 0 ? plain("in no run") : say`by ${countsInWords(counts)}`,
  };
}

function countsInWords(counts: readonly Count[]): Said {
  const others = counts.length - MOST;
  return joined([
    ...counts.slice(0, MOST).map(({ value, runs }) =>
      say`${value ?? "not observed"} in ${exact(runs)} ${runs === 1 ? "run" : "runs"}`
    ),
    others > 0 ? say`and ${exact(others)} more` : null,
  ], ", ");
}

function worstTable({ worst }: ThroughHypervisor): Table<WorstColumn> {
  return {
    caption: "runs that lost most to the host",
    head: "run",
    lines: [],
    columns: [
      { id: "cause", name: "what it did most", per: "row" },
      { id: "host", name: "host", per: "row" },
      { id: "hypervisor", name: "hypervisor", per: "row" },
      { id: "guest", name: "guest", per: "row" },
    ],
    rows: worst.map(({ run, host }) => ({
      head: exact(run),
      cells: {
        cause: [plain(hostDid(host))],
        host: [duration(host.host_ns)],
        hypervisor: [duration(host.hypervisor_ns)],
        guest: [duration(host.guest_ns)],
      },
      bins: [],
    })),
    range: null,
    empty: "no run has its host's part",
  };
}
