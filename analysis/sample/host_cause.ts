/** Where the time of one run of a VM went, as its row tells it, and by whom. */

import { splitOf } from "../result/durations.ts";
import type { RowView } from "../result/row_view.ts";

/** ns of the offset, which they make; the others are columns of the row. null: not observed. */
export interface HostCause {
  readonly host_ns: number;
  readonly hypervisor_ns: number;
  readonly guest_ns: number;
  readonly host_began_by: string | null;
  readonly preempted_by: string | null;
  readonly preempted_ns: number | null;
  readonly kvm_exit_reason: string | null;
}

/** null: the host has not told of that run, or not enough. */
export function hostCauseOf(row: RowView): HostCause | null {
  const split = splitOf(row.number("offset_ns"), row.number("out_of_guest_ns"), row.number("off_cpu_ns"));
  if (split === null) return null;
  const preempted = row.number("preempted_ns");
  return {
    host_ns: split.host,
    hypervisor_ns: split.hypervisor,
    guest_ns: split.guest,
    host_began_by: row.text("host_began_by"),
    preempted_by: row.text("preempted_by"),
    preempted_ns: Number.isNaN(preempted) ? null : preempted,
    kvm_exit_reason: row.text("kvm_exit_reason"),
  };
}
