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

/*
 * KVM keeps each vCPU in a larger struct whose first member it is: svm_vcpu_run() and vmx_vcpu_run() leave the exit's
 * reason there before kvm_exit. exit_code became 64 bits wide after 6.18; the low half has all known codes.
 */
struct vmcb_control_area {
	__u32 exit_code;
} KERNEL_TYPE;

struct vmcb {
	struct vmcb_control_area control;
} KERNEL_TYPE;

struct vcpu_svm {
	struct vmcb *vmcb;
} KERNEL_TYPE;

union vmx_exit_reason {
	__u32 full;
} KERNEL_TYPE;

struct vcpu_vmx {
	union vmx_exit_reason exit_reason;
} KERNEL_TYPE;

/* Since 6.15 TDX shares it ("KVM: VMX: Move common fields of struct vcpu_{vmx,tdx} to a struct"). */
struct vcpu_vt {
	union vmx_exit_reason exit_reason;
} KERNEL_TYPE;

struct vcpu_vmx___vt {
	struct vcpu_vt vt;
} KERNEL_TYPE;

#define KVM_ISA_VMX 1
#define KVM_ISA_SVM 2

/*
 * TP_PROTO(struct kvm_vcpu *vcpu, u32 isa) since 5.16; before, the reason came first, and what is then found in the
 * place of `isa` is a pointer.
 */
static __always_inline __u32 kvm_exit_reason(__u64 *ctx, __u64 *reason)
{
	__u64 arguments[2] = {};
	const void *vcpu;
	__u32 code = 0;
	__u64 isa;

	/* Copied, since 6.12's verifier lets no offset be added to an argument that may be NULL. */
	bpf_probe_read_kernel(arguments, sizeof(arguments), ctx);
	vcpu = (const void *)arguments[0];
	isa = arguments[1];
	if (isa == KVM_ISA_SVM && bpf_core_field_exists(((struct vcpu_svm *)0)->vmcb)) {
		const struct vmcb *vmcb = BPF_CORE_READ((const struct vcpu_svm *)vcpu, vmcb);

		bpf_core_read(&code, sizeof(code), &vmcb->control.exit_code);
	} else if (isa == KVM_ISA_VMX && bpf_core_field_exists(((struct vcpu_vmx *)0)->exit_reason)) {
		bpf_core_read(&code, sizeof(code), &((const struct vcpu_vmx *)vcpu)->exit_reason);
	} else if (isa == KVM_ISA_VMX && bpf_core_field_exists(((struct vcpu_vmx___vt *)0)->vt.exit_reason)) {
		bpf_core_read(&code, sizeof(code), &((const struct vcpu_vmx___vt *)vcpu)->vt.exit_reason);
	} else {
		return 0;
	}
	*reason = code;
	return isa;
}

/* Per CPU: `__preempt_count` until 6.1 and again from 6.15, pcpu_hot.preempt_count between. */
struct pcpu_hot {
	int preempt_count;
} KERNEL_TYPE;

/* @variable: the address of either, as /proc/kallsyms has it. */
static __always_inline bool read_preempt_count_at(int *count, __u64 per_cpu_offset, __u64 variable)
{
	__u64 offset;

	if (!per_cpu_offset)
		return 0;
	per_cpu_offset += bpf_get_smp_processor_id() * sizeof(offset);
	if (bpf_core_type_exists(struct pcpu_hot))
		variable += bpf_core_field_offset(struct pcpu_hot, preempt_count);
	return !bpf_probe_read_kernel(&offset, sizeof(offset), (const void *)per_cpu_offset) &&
	       !bpf_probe_read_kernel(count, sizeof(*count), (const void *)(offset + variable));
}

#ifdef PROBE_PERCPU
extern const struct pcpu_hot pcpu_hot __ksym __weak;
extern const int __preempt_count __ksym __weak;

static __always_inline bool read_preempt_count(int *count, __u64 per_cpu_offset, __u64 variable)
{
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
	return read_preempt_count_at(count, per_cpu_offset, variable);
}
#elif defined(PROBE_RAW)
#define read_preempt_count read_preempt_count_at
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
