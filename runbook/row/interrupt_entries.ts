/**
 * The functions by which interrupts enter the kernel. Each architecture has its own names, so one list serves
 * all. A stack is cut at the innermost of them; those that follow belong to the same entry.
 */

export interface InterruptEntries {
  readonly maskable: readonly RegExp[];
  readonly nonMaskable: readonly RegExp[];
}

const X86: InterruptEntries = {
  maskable: [
    // From 5.8: idtentry stubs and their C halves.
    /^(asm_)?sysvec_/,
    /^asm_common_interrupt$/,
    /^asm_spurious_interrupt$/,
    /^(spurious|common)_interrupt$/,
    /^asm_call_(irq_|sysvec_)?on_stack$/,
    // Before 5.8.
    /^(ret_from_intr|common_spurious|do_IRQ|__irqentry_text_start|interrupt_entry)$/,
    /^(smp_)?(apic_timer|reschedule|call_function|call_function_single|irq_work|x86_platform_ipi)_interrupt$/,
    /^(hyperv_stimer0_callback_vector|hyperv_callback_vector|xen_hvm_callback_vector)$/,
  ],
  nonMaskable: [
    /^(asm_)?exc_nmi/,
    /^(do_nmi|nmi|end_repeat_nmi|repeat_nmi|first_nmi)$/,
  ],
};

const ARM64: InterruptEntries = {
  maskable: [
    // el1h_64_irq and its handlers from 5.14, el1_irq before.
    /^el[01][ht]?_(64|32)_(irq|fiq)(_handler)?$/,
    /^el[01]_(irq|interrupt)(_naked)?$/,
    /^__el[01]_irq/,
    /^(call_on_irq_stack|do_interrupt_handler)$/,
  ],
  nonMaskable: [/^__el1_pnmi$/],
};

export const INTERRUPT_ENTRIES: readonly InterruptEntries[] = [X86, ARM64];
