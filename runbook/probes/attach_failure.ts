/** Why libbpf failed: as reasons, and as the error that ends the program. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import type { LibbpfError } from "../../ffi/libbpf_error.ts";
import { readGroupLimit } from "../machine/cgroup.ts";
import { ERRNO } from "../../system/errno.ts";
import { type Evidence, refusedBy } from "./bpf_refused.ts";
import type { Hook, Variant } from "./hooks.ts";
import {
  firstWords,
  lacksModuleTypes,
  lastWords,
  mayNotRead,
  programRefused,
  verifierSays,
} from "./libbpf_log.ts";
import { OTHER_KERNEL, type Reason, remedyFor, wordsOf } from "./reasons.ts";

/** Why no program can be loaded, or a call for all of them failed. */
export function callReason(error: LibbpfError, evidence: Evidence): Reason {
  const { errno } = error;
  if (lacksModuleTypes(error)) return { code: "modules_unseen", sought: "types" };
  if (errno === ERRNO.ENOMEM) return { code: "no_memory", limit: readGroupLimit(evidence.read, "memory") };
  return refusedBy(errno, evidence) ?? { code: "call_failed", errno, said: lastWords(error) };
}

/** The program at which the load failed, and why; null when it did not fail at a program. */
export function loadReason(
  error: LibbpfError,
): Extract<Reason, { readonly code: "not_loaded" | "reads_forbidden" }> | null {
  const reader = mayNotRead(error);
  if (reader !== null) return { code: "reads_forbidden", program: reader };
  const program = programRefused(error);
  if (program === null) return null;
  return { code: "not_loaded", program, errno: error.errno, objection: verifierSays(error) };
}

/** Why a loaded program was not attached. */
export function attachReason({ hook }: Hook, { kind }: Variant, error: LibbpfError): Reason {
  const { errno } = error;
  const onFunction = kind === "kprobe" || kind === "kretprobe";
  if (errno === ERRNO.EBUSY || (onFunction && errno === ERRNO.EINVAL)) {
    return { code: "notrace", kind, hook, errno };
  }
  return { code: "not_attached", kind, errno, said: firstWords(error) };
}

/** What was attempted, and why it failed. */
export function foundBy(error: LibbpfError, reason: Reason): string {
  return `cannot ${error.attempted}: ${wordsOf(reason)}`;
}

/** @returns what to throw; its cause is the error with libbpf's log */
export function attachFailure(error: LibbpfError, evidence: Evidence): Failure {
  const reason = callReason(error, evidence);
  const remedy = remedyFor([reason], OTHER_KERNEL.tracepoint);
  return new Failure(EXIT.cannotMeasure, foundBy(error, reason), remedy, { cause: error });
}
