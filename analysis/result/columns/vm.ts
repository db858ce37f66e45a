/**
 * The columns of the VM itself: how its vCPUs were placed, which boot of it a run belongs to, and which pulse of its
 * host it was to wake at. Only `probe ab` knows them; files of older programs end before them.
 */

import { type Column, TIME } from "./column.ts";

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
  {
    name: "foreseen_ns",
    ...TIME,
    ...OF_VM,
    doc: "what the VM's timer was set for: the pulse of its host, as foreseen; edge_ns is the pulse itself",
  },
] as const satisfies readonly Column[];
