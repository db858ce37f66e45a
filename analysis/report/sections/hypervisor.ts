/** What the hosts of VMs saw of their runs: facts, and the runs that lost most to the host. */

import { HYPERVISOR, tellHypervisor } from "../../print/show/hypervisor.ts";
import { fieldsTable, tableOf } from "../html/blocks.ts";
import { capital } from "../html/labels.ts";
import { markup } from "../html/markup.ts";
import type { ReportSide } from "../html/runs.ts";
import { type Section, section } from "./section.ts";

/** Nothing unless a side is a VM that its host has followed. */
export function throughHypervisor(sides: readonly ReportSide[]): Section[] {
  const followed = sides.flatMap(({ letter, show: { hypervisor } }) =>
    hypervisor === null ? [] : [{ letter, told: tellHypervisor(hypervisor) }]
  );
  if (followed.length === 0) return [];
  const facts = fieldsTable(
    HYPERVISOR,
    followed.map(({ letter }) => letter),
    followed.map(({ told }) => told.facts),
  );
  const worst = followed.map(({ letter, told }) =>
    told.worst.rows.length > 0 &&
    tableOf(told.worst, {
      caption: sides.length === 1 ? told.worst.caption : `${told.worst.caption}, ${letter}`,
      columns: ["cause", "host", "hypervisor", "guest"],
      what: "runs",
    })
  );
  return [
    section(
      [capital(HYPERVISOR), "What the host of the VM saw of its vCPUs, on the VM's own clock."],
      markup`${facts}${worst}`,
    ),
  ];
}
