/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef PROBE_ARCH_X86_H
#define PROBE_ARCH_X86_H

#include "../kernel.h"

/* arch/x86/entry/syscalls/syscall_64.tbl */
#define NR_CLOCK_GETTIME 228

/* The return address has been popped by then (seen on 6.1, 6.12, 7.3). */
#define FRAME_AT_ENTRY(ctx) (PT_REGS_SP(ctx) - 8)

/* clang-format off */
#define CLOCKSOURCE_CALLBACKS(hook)                             \
	hook(read_hpet, TKREAD_READ_HPET)                       \
	hook(acpi_pm_read, TKREAD_ACPI_PM_READ)                 \
	hook(read_tsc, TKREAD_READ_TSC)                         \
	hook(kvm_clock_get_cycles, TKREAD_KVM_CLOCK_GET_CYCLES) \
	hook(read_hv_clock_tsc, TKREAD_READ_HV_CLOCK_TSC)

/* The tracepoints NAME_entry and NAME_exit of x86's interrupt vectors (5.10 to 7.3). */
#define INTERRUPT_VECTORS(hook)                       \
	hook(local_timer, INTERRUPT_LOCAL_TIMER)      \
	hook(reschedule, INTERRUPT_RESCHEDULE)        \
	hook(call_function, INTERRUPT_CALL_FUNCTION)  \
	hook(call_function_single, INTERRUPT_CALL_FUNCTION_SINGLE)
/* clang-format on */

#ifdef PROBE_PERCPU
/* Per CPU: `__preempt_count` until 6.1 and again from 6.15, pcpu_hot.preempt_count between. */
struct pcpu_hot {
	int preempt_count;
} KERNEL_TYPE;

extern const struct pcpu_hot pcpu_hot __ksym __weak;
extern const int __preempt_count __ksym __weak;

static __always_inline bool read_preempt_count(int *count, __u64 per_cpu_offset, __u64 variable)
{
	__u64 offset;

	if (&pcpu_hot) {
		const struct pcpu_hot *hot = bpf_this_cpu_ptr(&pcpu_hot);
		*count = hot->preempt_count;
		return 1;
	}
	if (&__preempt_count) {
		/* A long since 7.x, but only the low half is used. */
		*count = *(const int *)bpf_this_cpu_ptr(&__preempt_count);
		return 1;
	}
	if (!per_cpu_offset)
		return 0;
	per_cpu_offset += bpf_get_smp_processor_id() * sizeof(offset);
	return !bpf_probe_read_kernel(&offset, sizeof(offset), (const void *)per_cpu_offset) &&
	       !bpf_probe_read_kernel(count, sizeof(*count), (const void *)(offset + variable));
}
#else
static __always_inline bool read_preempt_count(int *count, __u64 per_cpu_offset, __u64 variable)
{
	(void)count;
	(void)per_cpu_offset;
	(void)variable;
	return 0;
}
#endif

#endif
