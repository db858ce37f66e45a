/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Every assumption about kernel internals, with the version and function it is based on. Only the fields in
 * use are declared; CO-RE relocates them against the running kernel's BTF (rq.clock alone is at four
 * different offsets in 6.1, 6.12, 7.2 and 7.3).
 */
#ifndef PROBE_KERNEL_H
#define PROBE_KERNEL_H

#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <linux/types.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define KERNEL_TYPE __attribute__((preserve_access_index))

typedef _Bool bool;

/*
 * Tracepoints' arguments. Where the kernel has type information of its own, it knows what they point to, and lets
 * programs read their fields directly. For one that has none (tier raw) this file is compiled with PROBE_RAW: then an
 * argument is a bare address, and where its fields are comes from a file.
 */
#ifdef PROBE_RAW
#define TRACEPOINT "raw_tp/"
#define FIELD(argument, field) BPF_CORE_READ(argument, field)
#else
#define TRACEPOINT "tp_btf/"
#define FIELD(argument, field) ((argument)->field)
#endif

struct thread_info {
	__u32 cpu;
} KERNEL_TYPE;

struct task_struct {
	struct thread_info thread_info;
	unsigned int __state;
	/*
	 * int in 6.1 and 6.12, u8 in 7.3: only BPF_CORE_READ_BITFIELD_PROBED() takes the size from the
	 * kernel.
	 */
	unsigned int on_rq;
	int pid;
	int tgid;
	struct pid *thread_pid;
	char comm[16];
	struct raw_spinlock {
	} pi_lock;
	/* PREEMPT_RT only. */
	int softirq_disable_cnt;
} KERNEL_TYPE;

/* Until 5.15 the CPU was a field of task_struct itself (bcf9033e5449 "sched: move CPU field back into
 * thread_info if THREAD_INFO_IN_TASK=y", 5.16). */
struct task_struct___cpu {
	unsigned int cpu;
} KERNEL_TYPE;

/* Until 5.13 `state` was a long (2f064a59a11f "sched: Change task_struct::state", 5.14). */
struct task_struct___state {
	long state;
} KERNEL_TYPE;

struct ns_common {
	unsigned int inum;
} KERNEL_TYPE;

struct pid_namespace {
	struct ns_common ns;
} KERNEL_TYPE;

struct upid {
	int nr;
	struct pid_namespace *ns;
} KERNEL_TYPE;

struct pid {
	unsigned int level;
	struct upid numbers[1];
} KERNEL_TYPE;

struct rq {
	struct raw_spinlock __lock;
	__u64 clock;
	unsigned int clock_update_flags;
	struct task_struct *curr;
	struct task_struct *idle;
	int cpu;
} KERNEL_TYPE;

/* Until 5.13 (5cb9eaa3d274 "sched: Wrap rq::lock access", 5.14). */
struct rq___lock {
	struct raw_spinlock lock;
} KERNEL_TYPE;

struct clocksource {
	const char *name;
} KERNEL_TYPE;

struct tk_read_base {
	struct clocksource *clock;
	__u64 cycle_last;
	__u32 mult;
	__u32 shift;
	__s64 base;
} KERNEL_TYPE;

struct timekeeper {
	struct tk_read_base tkr_mono;
} KERNEL_TYPE;

/*
 * What precedes the timekeeper in tk_core: four bytes, with PREEMPT_RT also a pointer to the lock (__SEQ_LOCK() in
 * include/linux/seqlock.h).
 */
struct seqcount_raw_spinlock {
	struct seqcount {
		__u32 sequence;
	} seqcount;
} KERNEL_TYPE;

struct hrtimer_clock_base {
	struct hrtimer *running;
	__s64 offset;
} KERNEL_TYPE;

struct hrtimer {
	struct timerqueue_node {
		__s64 expires;
	} node;
	struct hrtimer_clock_base *base;
	void *function;
} KERNEL_TYPE;

struct irqaction {
	const char *name;
} KERNEL_TYPE;

struct timespec64 {
	__s64 tv_sec;
	long tv_nsec;
} KERNEL_TYPE;

/* The address of its lock. */
static __always_inline __u64 rq_lock_of(const struct rq *rq)
{
	if (bpf_core_field_exists(rq->__lock))
		return (__u64)rq + bpf_core_field_offset(rq->__lock);
	return (__u64)rq + bpf_core_field_offset(((const struct rq___lock *)rq)->lock);
}

static __always_inline int task_cpu(const struct task_struct *p)
{
	if (bpf_core_field_exists(p->thread_info.cpu))
		return BPF_CORE_READ(p, thread_info.cpu);
	return BPF_CORE_READ((const struct task_struct___cpu *)p, cpu);
}

static __always_inline unsigned int task_state(const struct task_struct *p)
{
	if (bpf_core_field_exists(p->__state))
		return BPF_CORE_READ(p, __state);
	return BPF_CORE_READ((const struct task_struct___state *)p, state);
}

/*
 * A per-CPU variable can only be reached when kallsyms lists it (CONFIG_KALLSYMS_ALL). Otherwise the load
 * fails with ENOENT even when the symbol is weak, because its type is in BTF. So this file is compiled with
 * and without them, and with PROBE_RAW always without: their addresses are in the kernel's own BTF only.
 * Without PROBE_PERCPU, other CPUs' rq is not observed, nor what an architecture keeps in such variables (see
 * arch.h).
 */
#ifdef PROBE_PERCPU
extern const struct rq runqueues __ksym __weak;
#endif

/*
 * include/linux/preempt.h: PREEMPT_MASK 0xff, SOFTIRQ_MASK 0xff00, HARDIRQ_MASK 0xf0000, NMI_MASK 0xf00000.
 * Only bit 8 says "serving a softirq"; the rest of SOFTIRQ_MASK counts local_bh_disable(). "preempt:
 * Introduce HARDIRQ_DISABLE_BITS" moved HARDIRQ_MASK to 0xf000000 and NMI_MASK to 0x10000000; seen in
 * Debian's 7.3, where the old masks call every interrupt a task. The masks are #defines, so not in BTF;
 * the functions that came with them are (runbook/probes/config.ts).
 */
#define SOFTIRQ_SERVING 0x100
#define HARDIRQ_MASK(moved) ((moved) ? 0xf000000 : 0xf0000)
#define NMI_MASK(moved) ((moved) ? 0x10000000 : 0xf00000)

/*
 * softirq_count() (include/linux/preempt.h): with PREEMPT_RT, threads serve softirqs, and their part of the
 * count is in the task (8b1c04acad08 "softirq: Make softirq control and processing RT aware", 5.13; seen on
 * 6.12-rt, where ktimers/N wakes sleepers on timers).
 */
static __always_inline bool serves_softirq(int preempt_count)
{
	const struct task_struct *current = (const struct task_struct *)bpf_get_current_task();

	if (bpf_core_field_exists(current->softirq_disable_cnt))
		preempt_count = BPF_CORE_READ(current, softirq_disable_cnt);
	return preempt_count & SOFTIRQ_SERVING;
}

#endif
