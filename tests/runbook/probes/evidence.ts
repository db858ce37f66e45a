/** The evidence for the cause of a refusal, on paper. */

import type { Evidence } from "../../../runbook/probes/bpf_refused.ts";
import { ERRNO } from "../../../system/errno.ts";

/** @param empty the errno of the call that requests nothing */
export function evidence(
  files: Readonly<Record<string, string>> = {},
  empty: number = ERRNO.EINVAL,
): Evidence {
  return { read: (path) => files[path] ?? null, emptyCall: () => empty };
}
