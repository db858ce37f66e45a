/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef PROBE_ARCH_ARM64_H
#define PROBE_ARCH_ARM64_H

#include "../kernel.h"

/* include/uapi/asm-generic/unistd.h */
#define NR_CLOCK_GETTIME 113

/* The return address is in a register. */
#define FRAME_AT_ENTRY(ctx) PT_REGS_SP(ctx)

/* drivers/clocksource/arm_arch_timer.c: arch_sys_counter's own; seen to be hooked on 6.1, 6.12. */
#define CLOCKSOURCE_CALLBACKS(hook) hook(arch_counter_read, TKREAD_ARCH_COUNTER_READ)

/* Timers and IPIs are interrupts like others: irq_handler_entry and ipi_entry tell them. */
#define INTERRUPT_VECTORS(hook)

/* KVM_EXIT_TRAP of enum kvm_exit_types: ARM_EXCEPTION_TRAP (asm/kvm_asm.h, 5.10 to 7.3). */
#define ARM_EXCEPTION_TRAP 2
#define ARM_EXIT_WITH_SERROR_BIT 31
#define KVM_ISA_ARM64 3
/* Above all codes of other exits. */
#define TRAPPED 0x100

/* TP_PROTO(int ret, unsigned int esr_ec, unsigned long vcpu_pc) (5.10 to 7.3) */
static __always_inline __u32 kvm_exit_reason(__u64 *ctx, __u64 *reason)
{
	__u32 ret = (__u32)ctx[0] & ~(1u << ARM_EXIT_WITH_SERROR_BIT);

	*reason = ret == ARM_EXCEPTION_TRAP ? TRAPPED | (__u32)ctx[1] : ret;
	return KVM_ISA_ARM64;
}

/* The low half of thread_info's preempt_count, whose high half says whether to reschedule (5.10 to 7.3). */
struct thread_info___preempt {
	__u64 preempt_count;
} KERNEL_TYPE;

struct task_struct___preempt {
	struct thread_info___preempt thread_info;
} KERNEL_TYPE;

static __always_inline bool read_preempt_count(int *count, __u64 per_cpu_offset, __u64 variable)
{
	const struct task_struct___preempt *task = (const void *)bpf_get_current_task();

	(void)per_cpu_offset;
	(void)variable;
	*count = (int)BPF_CORE_READ(task, thread_info.preempt_count);
	return 1;
}

#endif
