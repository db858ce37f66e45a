/** What a refusal is told by, on paper. */

import type { Evidence } from "../../../runbook/probes/bpf_refused.ts";
import { ERRNO } from "../../../system/errno.ts";

/** @param empty what the call that asks for nothing ends with */
export function evidence(
  files: Readonly<Record<string, string>> = {},
  empty: number = ERRNO.EINVAL,
): Evidence {
  return { read: (path) => files[path] ?? null, emptyCall: () => empty };
}
