/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Timekeeping reads: which one is the chain's first, and what it returned. */
#ifndef PROBE_READS_H
#define PROBE_READS_H

#include "chain.h"

static __always_inline void count_self_read(void)
{
	struct probe_counters *n = only_value(&counters);

	if (n)
		__sync_fetch_and_add(&n->self_reads, 1);
}

/*
 * The target is current and has been switched in (or, on the self and runnable paths, never left the CPU). A
 * task that enters a system call is running, whether or not its switch-in was seen: on one minimal 6.18 VM
 * kernel neither BPF nor the kernel's own trace events see every sched_switch (133 of 57,922 were missing in
 * one trace, all of them switches away from threads of pid 1).
 */
static __always_inline bool target_runs(const struct chain *c, __u32 function)
{
	if ((__u32)bpf_get_current_pid_tgid() != c->pid)
		return 0;
	if (function == TKREAD_CLOCK_GETTIME)
		return 1;
	return c->seen[SEEN_SWITCH] || (c->seen[SEEN_WAKEUP] && (c->path == PATH_SELF || c->path == PATH_RUNNABLE));
}

/* One of CLOCKSOURCE_CALLBACKS: the accessors have the first numbers. */
static __always_inline bool is_callback(__u32 function)
{
	return function > TKREAD_KTIME_GET_SNAPSHOT && function != TKREAD_CLOCK_GETTIME;
}

/*
 * A timekeeping read begins. `has_exit`: the function's exit is hooked too and completes the chain there with
 * the value, which is stored at `fills` when the function does not return it. The caller has tested is_open()
 * and in_probe.
 */
static __always_inline void read_begins(void *ctx, struct chain *c, __u32 function, bool has_exit, __u64 fills)
{
	__u64 now = bpf_ktime_get_ns();
	__u32 cpu = bpf_get_smp_processor_id();
	__u32 context = function == TKREAD_CLOCK_GETTIME ? CONTEXT_TASK : current_context();
	struct first_read *first;

	__sync_fetch_and_add(&c->tkreads, 1);
	first = bpf_map_lookup_elem(&first_reads, &cpu);
	if (first && first->correlation_id != c->correlation_id) {
		first->ns = now;
		first->correlation_id = c->correlation_id;
		if (c->seen[SEEN_WAKEUP] && (__u32)c->target_cpu == cpu) {
			c->tkread_any_ns = now;
			c->seen[SEEN_TKREAD_ANY] = 1;
		}
	}
	if (!target_runs(c, function))
		return;
	/*
	 * A target that was moved after its wakeup reads on another CPU than the one chosen then, so its
	 * current CPU counts.
	 */
	if (!c->seen[SEEN_TKREAD_ANY]) {
		c->tkread_any_ns = now;
		c->seen[SEEN_TKREAD_ANY] = 1;
	}
	if (!c->seen[SEEN_TKREAD]) {
		c->tkread_ns = now;
		c->tkread_cpu = cpu;
		c->seen[SEEN_TKREAD_CPU] = 1;
		c->tkread_function = function;
		c->tkread_context = context;
		c->tkread_fills = fills;
		note_tk_update(c);
		NOTE_TIMEKEEPER(c, tkread, SEEN_TK_TKREAD);
		NOTE_STEAL(c, tkread_steal_ns, cpu);
		if (c->takes_stacks)
			c->tkread_stack_bytes = bpf_get_stack(ctx, c->tkread_stack, sizeof(c->tkread_stack), 0);
		c->seen[SEEN_TKREAD_CONTEXT] = context != 0;
		c->seen[SEEN_TKREAD] = 1;
	}
	/* The accessor that calls it comes first, and closes the chain at its exit. */
	if (is_callback(function) && !c->seen[SEEN_CLOCKSOURCE_READ]) {
		c->clocksource_read_ns = now;
		c->seen[SEEN_CLOCKSOURCE_READ] = 1;
	}
	if (context == CONTEXT_TASK && !c->seen[SEEN_TKREAD_TASK]) {
		c->tkread_task_ns = now;
		c->tkread_task_function = function;
		c->seen[SEEN_TKREAD_TASK] = 1;
		if (!has_exit)
			close_phase(c, CHAIN_READ);
	}
}

/* `value`: what the function returned, in ns; unused when it fills a timespec64. */
static __always_inline void read_ends(struct chain *c, __u32 function, __s64 value)
{
	__u32 context = current_context();
	const struct timespec64 *ts = (const struct timespec64 *)c->tkread_fills;

	if (!target_runs(c, function))
		return;
	/* An interrupt between entry and exit may call the same function, but its exit has another context. */
	if (c->seen[SEEN_TKREAD] && !c->seen[SEEN_TKREAD_VALUE] && c->tkread_function == function &&
	    c->tkread_context == context) {
		if (ts)
			value = BPF_CORE_READ(ts, tv_sec) * 1000000000LL + BPF_CORE_READ(ts, tv_nsec);
		c->tkread_value_ns = value;
		c->seen[SEEN_TKREAD_VALUE] = 1;
	}
	/*
	 * An interrupt of the read may end in schedule(), which also reads the clock in task context
	 * (hrtimer_start() of the deadline server, 7.3): that exit is not the read's.
	 */
	if (context == CONTEXT_TASK && c->seen[SEEN_TKREAD_TASK] && c->tkread_task_function == function)
		close_phase(c, CHAIN_READ);
}

static __noinline int read_entered(void *ctx, __u32 function, bool has_exit, __u64 fills)
{
	__u32 *busy = only_value(&in_probe);

	if (!busy)
		return 0;
	if (*busy) {
		count_self_read();
		return 0;
	}
	enter(busy);
	read_begins(ctx, &chain, function, has_exit, fills);
	leave(busy);
	return 0;
}

static __noinline int read_left(__u32 function, __s64 value)
{
	GUARDED(read_ends(&chain, function, value));
	return 0;
}

/* Entry of an accessor or callback: this runs for every read on the machine. */
static __always_inline int read_hook(void *ctx, __u32 function, bool has_exit, __u64 fills)
{
	return is_open(&chain) ? read_entered(ctx, function, has_exit, fills) : 0;
}

static __always_inline int read_exit_hook(__u32 function, __s64 value)
{
	return is_open(&chain) ? read_left(function, value) : 0;
}

/*
 * The target leaves its CPU and has noted its read before: it read in task context, with the chain's own
 * clock. If it has not been switched in since its read, it is still on the CPU of the read.
 */
static __always_inline void read_is_told(struct chain *c)
{
	c->tkread_ns = armed.read_ns;
	c->tkread_task_ns = armed.read_ns;
	c->tkread_value_ns = armed.read_ns;
	c->tkread_function = TKREAD_CLOCK_GETTIME;
	c->tkread_context = CONTEXT_TASK;
	c->tkread_cpu = bpf_get_smp_processor_id();
	c->seen[SEEN_TKREAD_CPU] = c->resumed_ns <= armed.read_ns;
	c->seen[SEEN_TKREAD] = 1;
	c->seen[SEEN_TKREAD_CONTEXT] = 1;
	c->seen[SEEN_TKREAD_VALUE] = 1;
	c->seen[SEEN_TKREAD_TASK] = 1;
	NOTE_STEAL(c, tkread_steal_ns, c->tkread_cpu);
	close_phase(c, CHAIN_READ);
}

/* A target that is preempted before its read has noted nothing for this run. */
static __always_inline void target_leaves(const struct task_struct *prev)
{
	struct chain *c = &chain;

	if (c->pid != (__u32)FIELD(prev, pid) || !is_open(c) || armed.read_run != c->run)
		return;
	GUARDED(read_is_told(c));
}

#endif
