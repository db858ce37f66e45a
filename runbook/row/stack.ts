/**
 * From the raw frames of a kernel stack to what identifies a wakeup: tracing machinery and compiler suffixes
 * removed, cut where an interrupt entered, so that neither the tier nor the task that happened to be
 * interrupted (`start_secondary` against `rest_init` on two idle CPUs) splits one cluster into several.
 */

export type StackContext = "task" | "softirq" | "hardirq" | "nmi";

export interface NormalisedStack {
  /** Function names, innermost first, up to but not including the first interrupt entry. */
  readonly frames: readonly string[];
  /** The function below the interrupt entry, `user` when the kernel has no frame there, null without an entry. */
  readonly interrupted: string | null;
  /** As the frames tell it; null for an empty stack. */
  readonly context: StackContext | null;
}

/** A frame whose address belongs to no known symbol. */
export const UNKNOWN_FRAME = "[unknown]";

/** Frames that are there because somebody traces, not because of the wakeup. */
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

/** Entries of non-maskable interrupts: x86, arm64. */
const NMI_ENTRIES: readonly RegExp[] = [
  /^(asm_)?exc_nmi/,
  /^(do_nmi|nmi|end_repeat_nmi|repeat_nmi|first_nmi)$/,
  /^__el1_pnmi$/,
];

/**
 * Entries of interrupts by architecture and kernel. A stack is cut at the innermost match; the matches that
 * follow it are the rest of the same entry.
 */
const INTERRUPT_ENTRIES: readonly RegExp[] = [
  // x86 from 5.8: idtentry stubs and their C halves.
  /^(asm_)?sysvec_/,
  /^asm_common_interrupt$/,
  /^asm_spurious_interrupt$/,
  /^(spurious|common)_interrupt$/,
  /^asm_call_(irq_|sysvec_)?on_stack$/,
  // x86 before 5.8.
  /^(ret_from_intr|common_spurious|do_IRQ|__irqentry_text_start|interrupt_entry)$/,
  /^(smp_)?(apic_timer|reschedule|call_function|call_function_single|irq_work|x86_platform_ipi)_interrupt$/,
  /^(hyperv_stimer0_callback_vector|hyperv_callback_vector|xen_hvm_callback_vector)$/,
  // arm64: el1h_64_irq and its handlers from 5.14, el1_irq before.
  /^el[01][ht]?_(64|32)_(irq|fiq)(_handler)?$/,
  /^el[01]_(irq|interrupt)(_naked)?$/,
  /^__el[01]_irq/,
  /^(call_on_irq_stack|do_interrupt_handler)$/,
  // riscv, s390, powerpc.
  /^(do_irq|do_riscv_irq|handle_riscv_irq|do_io_irq|do_ext_irq|ext_int_handler|io_int_handler)$/,
  /^(hardware_interrupt_common|decrementer_common|timer_interrupt_common)(_virt)?$/,
];

/** Frames that serve softirqs, whoever called them; `in_serving_softirq()` is true inside, in ksoftirqd too. */
const SOFTIRQ = /^(handle_softirqs|__do_softirq|__softirqentry_text_start|do_softirq_own_stack)$/;

/** Stubs of the kernel below an entry: not the interrupted code. */
const ENTRY_PLUMBING = /^(error_entry|irqentry_.*)$/;

/** What called the idle loop differs by CPU: the first one came from the boot, the others from their bring-up. */
const IDLE_LOOP = /^(do_idle|cpu_startup_entry)$/;

const SUFFIX = /(\.(constprop|isra|part|llvm|lto_priv)\.\d+|\.cold(\.\d+)?)+$/;

const matches = (patterns: readonly RegExp[], name: string) => patterns.some((pattern) => pattern.test(name));

/** The function as its source calls it: without what a compiler appended (`.constprop.0`, `.isra.0`, `.cold`). */
export function functionName(symbol: string): string {
  return symbol.replace(SUFFIX, "");
}

function isEntry(name: string): boolean {
  return matches(INTERRUPT_ENTRIES, name) || matches(NMI_ENTRIES, name);
}

/**
 * Names of the frames of one stack.
 *
 * A frame is a return address and may lie one past the end of its function (a call that never returns), so the
 * byte before it is looked up. The innermost frame and the frame under an interrupt entry are exact addresses.
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

/** @param names symbols of the frames, innermost first; null where an address has none */
export function normaliseStack(names: readonly (string | null)[]): NormalisedStack {
  if (names.length === 0) return { frames: [], interrupted: null, context: null };
  const functions = names.map((name) => name === null ? UNKNOWN_FRAME : functionName(name));
  const cut = functions.findIndex(isEntry);
  const frames = withoutMachinery(cut < 0 ? functions : functions.slice(0, cut));
  const softirq = frames.some((name) => SOFTIRQ.test(name));
  if (cut < 0) return { frames, interrupted: null, context: softirq ? "softirq" : "task" };
  const context = matches(NMI_ENTRIES, functions[cut]!) ? "nmi" : softirq ? "softirq" : "hardirq";
  const interrupted = functions.slice(cut).find((name) => !isEntry(name) && !ENTRY_PLUMBING.test(name));
  return { frames, interrupted: interrupted ?? "user", context };
}

/**
 * JIT-compiled programs have no symbol where bpf_jit_kallsyms is off: unknown frames at the inner end are theirs.
 */
function withoutMachinery(functions: readonly string[]): string[] {
  const frames = functions.filter((name) => !matches(MACHINERY, name));
  const first = frames.findIndex((name) => name !== UNKNOWN_FRAME);
  const idle = frames.findIndex((name) => IDLE_LOOP.test(name));
  return first < 0 ? [] : frames.slice(first, idle < 0 ? undefined : idle + 1);
}
