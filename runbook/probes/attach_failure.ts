/** Why the probes could not be loaded, in words that a user can act on. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import type { LibbpfError } from "../../ffi/libbpf_error.ts";
import { ERRNO, errnoName } from "../../system/errno.ts";

/** The kernel charges the memory of BPF to RLIMIT_MEMLOCK (before 5.11), and it is too low. */
export const TOO_LITTLE_LOCKED = "RLIMIT_MEMLOCK is too low";
export const LOCK_MORE =
  "raise it (ulimit -l unlimited), or run it with CAP_SYS_RESOURCE, which lets it do that";

/** What libbpf says when it could not raise the limit: the first time, and later as root. */
const NOT_RAISED = /Failed to bump RLIMIT_MEMLOCK|try raising 'ulimit -l'/;

/** bpf(BPF_BTF_GET_NEXT_ID) asks for CAP_SYS_ADMIN, and libbpf 1.1 does not go on without an answer. */
export const NO_MODULE_TYPES = `failed to iterate BTF objects: -${ERRNO.EPERM}\n`;

/** @returns what to throw; the error with libbpf's log is its cause */
export function attachFailure(error: LibbpfError): Failure {
  const [why, remedy] = explain(error);
  return new Failure(EXIT.cannotMeasure, `cannot ${error.attempted}: ${why}`, remedy, { cause: error });
}

function explain({ errno, log }: LibbpfError): readonly [why: string, remedy: string] {
  if (log.includes(NO_MODULE_TYPES)) {
    return [
      "libbpf may not look for types in kernel modules without CAP_SYS_ADMIN",
      "run it with sudo, or with CAP_SYS_ADMIN beside CAP_BPF and CAP_PERFMON",
    ];
  }
  switch (errno) {
    case ERRNO.EPERM:
    case ERRNO.EACCES:
      if (NOT_RAISED.test(log)) return [TOO_LITTLE_LOCKED, LOCK_MORE];
      return [
        `the kernel refuses (${errnoName(errno)})`,
        "run it as root outside of containers and user namespaces, on a kernel that allows bpf()",
      ];
    case ERRNO.ENOMEM:
      return ["the kernel has no memory for it", "free memory or raise `ulimit -l`"];
    default:
      return [`${errnoName(errno)}${lastLine(log)}`, "see the kernel's log with --verbose"];
  }
}

/** The last thing that libbpf said: the nearest to the cause. */
function lastLine(log: string): string {
  const line = log.trim().split("\n").at(-1)?.trim();
  return line ? `, ${line}` : "";
}

/** What the verifier objects to: the end of its log, before its statistics. null when it has left no log. */
export function verifierSays(log: string): string | null {
  const program = log.split("-- BEGIN PROG LOAD LOG --\n").at(-1)?.split("-- END PROG LOAD LOG --");
  if (program?.length !== 2) return null;
  return program[0]!.split("\n").filter((line) => line !== "" && !STATISTICS.test(line)).at(-1)?.trim() ??
    null;
}

const STATISTICS = /^(processed \d+ insns|verification time|stack depth|max_states_per_insn)/;
