/** Reads the log of libbpf, and the verifier's log inside it. No other file depends on their words. */

import type { LibbpfError } from "../../ffi/libbpf_error.ts";
import { ERRNO } from "../../system/errno.ts";

/** bpf(BPF_BTF_GET_NEXT_ID) requires CAP_SYS_ADMIN, and libbpf 1.1 does not go on without an answer. */
const NO_MODULE_TYPES = `failed to iterate BTF objects: -${ERRNO.EPERM}\n`;

type Log = Pick<LibbpfError, "log">;

/**
 * The program that may not read the kernel's memory; null: no program. Under lockdown=confidentiality the
 * kernel withholds the helpers for it (bpf_tracing_func_proto(), 5.10 to 7.3), and shows no other sign
 * without securityfs.
 */
export function mayNotRead(error: Log): string | null {
  return NO_READS.test(error.log) ? programRefused(error) : null;
}

const NO_READS = /(?:cannot use helper|unknown func) bpf_probe_read\w*#/;

/** Whether it may not look for types in kernel modules. */
export function lacksModuleTypes({ log }: Log): boolean {
  return log.includes(NO_MODULE_TYPES);
}

/** The program that the kernel did not load; null when the failure was not a program's. */
export function programRefused({ log }: Log): string | null {
  return /prog '(\w+)': failed to load/.exec(log)?.[1] ?? null;
}

/** libbpf's first message, null: it said nothing. Without libbpf's name, which begins each line. */
export function firstWords({ log }: Log): string | null {
  return log.split("\n").map((line) => line.replace(/^libbpf: /, "").trim()).find(Boolean) ?? null;
}

/** libbpf's last message, the one nearest to the cause; null: it said nothing. */
export function lastWords({ log }: Log): string | null {
  return log.trim().split("\n").at(-1)?.trim() || null;
}

/** What the verifier objects to: the end of its log, before its statistics. null without a log of it. */
export function verifierSays({ log }: Log): string | null {
  const program = log.split("-- BEGIN PROG LOAD LOG --\n").at(-1)?.split("-- END PROG LOAD LOG --");
  if (program?.length !== 2) return null;
  return program[0]!.split("\n").filter((line) => line !== "" && !STATISTICS.test(line)).at(-1)?.trim() ??
    null;
}

const STATISTICS = /^(processed \d+ insns|verification time|stack depth|max_states_per_insn)/;
