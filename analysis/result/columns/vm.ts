/**
 * The columns of the VM itself: how its vCPUs were placed, and which boot of it a run belongs to. Only `probe ab` knows
 * them, of its throwaway guest; files of older programs end before them.
 */

import type { Column } from "./column.ts";

/** How the threads of a VM's vCPUs are placed on the CPUs that probe may use, see runbook/vcpu/placement.ts. */
export const PLACEMENTS = ["free", "pinned", "half"] as const;
export type Placement = (typeof PLACEMENTS)[number];

/** Nothing in the VM shows them. */
const OF_VM = { occasional: "host" } as const;

export const VM_COLUMNS = [
  {
    name: "placement",
    kind: "enum",
    values: PLACEMENTS,
    ...OF_VM,
    doc: "how the VM's vCPUs were placed on its host's CPUs",
  },
  // A name and no quantity: the boots are units.
  { name: "boot", kind: "text", ...OF_VM, doc: "number of the throwaway guest's boot, from 1" },
] as const satisfies readonly Column[];
