/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What differs in the kernel between architectures. Each header of arch/ defines for its own:
 *
 *   NR_CLOCK_GETTIME             the system call's number
 *   FRAME_AT_ENTRY(ctx)          the stack pointer that a kprobe on a function's entry saw, as its return probe sees it
 *   CLOCKSOURCE_CALLBACKS(hook)  hook(function, TKREAD_...) for each clocksource's own read callback; their IDs are in
 *                                record.h, the same on every machine
 *   INTERRUPT_VECTORS(hook)      hook(name, INTERRUPT_...) for each interrupt with tracepoints name_entry and name_exit
 *   read_preempt_count()         preempt_count() of this CPU into @count; 0 where this build or kernel cannot tell.
 *                                @per_cpu_offset and @variable: addresses of __per_cpu_offset[] and of a variable
 *                                that holds it, for kernels whose BTF has no per-CPU variables (5.10); 0 where unknown
 *   kvm_exit_reason()            of the tracepoint kvm_exit: why the guest was left into @reason; returns enum kvm_isa,
 *                                0 where it cannot be told
 *
 * runbook/machine/arch.ts is the counterpart in user space.
 */
#ifndef PROBE_ARCH_H
#define PROBE_ARCH_H

#if defined(__TARGET_ARCH_x86)
#include "arch/x86.h"
#elif defined(__TARGET_ARCH_arm64)
#include "arch/arm64.h"
#else
#error "bpf/arch/ has no header for this architecture: add it there, and here"
#endif

#endif
