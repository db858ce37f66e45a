/**
 * Reduces the raw frames of a kernel stack to what identifies a wakeup: tracing machinery and compiler
 * suffixes are removed, and the stack is cut where an interrupt entered. So neither the tier nor the task
 * that happened to be interrupted (`start_secondary` or `rest_init` on two idle CPUs) splits one cluster into
 * several.
 */

import type { KernelContext } from "../../analysis/result/columns.ts";
import { INTERRUPT_ENTRIES } from "./interrupt_entries.ts";

export interface NormalisedStack {
  /** Function names, innermost first, up to but not including the first interrupt entry. */
  readonly frames: readonly string[];
  /** The function below the interrupt entry, `user` when the kernel has no frame there, null without an entry. */
  readonly interrupted: string | null;
  /** According to the frames; null for an empty stack. */
  readonly context: KernelContext | null;
}

/** A frame whose address belongs to no known symbol. */
const UNKNOWN_FRAME = "[unknown]";

/** Frames that exist because of tracing, not because of the wakeup. */
const MACHINERY: readonly RegExp[] = [
  /^bpf_prog_/,
  /^bpf_trampoline_/,
  /^bpf_dispatcher_/,
  /^_{0,2}bpf_get_stack/,
  /^get_perf_callchain$/,
  /^bpf_trace_run\d+$/,
  /^__bpf_trace_/,
  /^__traceiter_/,
  /^perf_trace_/,
  /^trace_event_raw_event_/,
  /^trace_call_bpf$/,
  /^perf_call_bpf_enter$/,
  /^(kprobe|kretprobe|kprobes|rethook|arch_rethook|fprobe|uprobe)_/,
  /^(__)?kretprobe_trampoline/,
  /^(arch_)?ftrace_/,
  /^(aggr_pre_handler|opt_pre_handler|optimized_callback)$/,
  // A system call takes this detour only while its tracepoints are in use.
  /^(syscall_trace_(enter|exit)|trace_syscall_(enter|exit)|trace_sys_(enter|exit))$/,
];

const NON_MASKABLE = INTERRUPT_ENTRIES.flatMap(({ nonMaskable }) => nonMaskable);
const ENTRIES = [...INTERRUPT_ENTRIES.flatMap(({ maskable }) => maskable), ...NON_MASKABLE];

/**
 * Frames that serve softirqs, whatever called them; `in_serving_softirq()` is true inside, in ksoftirqd too.
 */
const SOFTIRQ = /^(handle_softirqs|__do_softirq|__softirqentry_text_start|do_softirq_own_stack)$/;

/** Stubs of the kernel below an entry: not the interrupted code. */
const ENTRY_PLUMBING = /^(error_entry|irqentry_.*)$/;

/**
 * The callers of the idle loop differ by CPU: the first CPU entered it from the boot, the others from their
 * bring-up.
 */
const IDLE_LOOP = /^(do_idle|cpu_startup_entry)$/;

const SUFFIX = /(\.(constprop|isra|part|llvm|lto_priv)\.\d+|\.cold(\.\d+)?)+$/;

const matches = (patterns: readonly RegExp[], name: string) => patterns.some((pattern) => pattern.test(name));

/**
 * The function's name in the source: without suffixes of the compiler (`.constprop.0`, `.isra.0`, `.cold`).
 */
export function functionName(symbol: string): string {
  return symbol.replace(SUFFIX, "");
}

function isEntry(name: string): boolean {
  return matches(ENTRIES, name);
}

/**
 * Names of the frames of one stack.
 *
 * A frame is a return address and may lie one byte past the end of its function (after a call that never
 * returns), so the byte before it is looked up. The innermost frame and the frame under an interrupt entry
 * are exact addresses.
 *
 * @param addresses instruction pointers, innermost first
 */
export function symboliseStack(
  addresses: readonly bigint[],
  symbolise: (address: bigint) => string | null,
): (string | null)[] {
  const names: (string | null)[] = [];
  for (let i = 0; i < addresses.length; i++) {
    const below = names[i - 1];
    const exact = i === 0 || (typeof below === "string" && isEntry(functionName(below)));
    names.push(symbolise(addresses[i]! - (exact ? 0n : 1n)));
  }
  return names;
}

/** @param names symbols of the frames, innermost first; null for an address without a symbol */
export function normaliseStack(names: readonly (string | null)[]): NormalisedStack {
  if (names.length === 0) return { frames: [], interrupted: null, context: null };
  const functions = names.map((name) => name === null ? UNKNOWN_FRAME : functionName(name));
  const cut = functions.findIndex(isEntry);
  const frames = withoutMachinery(cut < 0 ? functions : functions.slice(0, cut));
  const softirq = frames.some((name) => SOFTIRQ.test(name));
  if (cut < 0) return { frames, interrupted: null, context: softirq ? "softirq" : "task" };
  const context = matches(NON_MASKABLE, functions[cut]!) ? "nmi" : softirq ? "softirq" : "hardirq";
  const interrupted = functions.slice(cut).find((name) => !isEntry(name) && !ENTRY_PLUMBING.test(name));
  return { frames, interrupted: interrupted ?? "user", context };
}

/**
 * JIT-compiled programs have no symbol when bpf_jit_kallsyms is off: unknown frames at the inner end belong
 * to them.
 */
function withoutMachinery(functions: readonly string[]): string[] {
  const frames = functions.filter((name) => !matches(MACHINERY, name));
  const first = frames.findIndex((name) => name !== UNKNOWN_FRAME);
  const idle = frames.findIndex((name) => IDLE_LOOP.test(name));
  return first < 0 ? [] : frames.slice(first, idle < 0 ? undefined : idle + 1);
}
