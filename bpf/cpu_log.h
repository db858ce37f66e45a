/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What each CPU does while a chain is open: leaving idle, switching tasks, serving interrupts. Only user space knows
 * in the end which CPUs mattered, so every CPU keeps a log of its own. The programs return after one comparison
 * when no chain is open, except that idle states and hrtimers' callbacks are noted when they begin: a wakeup must
 * find there what began before it.
 */
#ifndef PROBE_CPU_LOG_H
#define PROBE_CPU_LOG_H

#include "maps.h"

/* PWR_EVENT_EXIT (include/trace/events/power.h): the CPU leaves idle. */
#define LEAVES_IDLE ((__u32)-1)

static __always_inline bool is_open(const struct chain *c)
{
	return (c->phase & (CHAIN_OPEN | CHAIN_READ)) == CHAIN_OPEN;
}

static __always_inline struct cpu_log *this_cpu_log(void)
{
	__u32 cpu = bpf_get_smp_processor_id();

	return bpf_map_lookup_elem(&cpu_logs, &cpu);
}

/* A new event of the open chain, its time set; 0 when the log is full. */
static __always_inline struct cpu_event *append(const struct chain *c, struct cpu_log *log, enum cpu_event_kind kind)
{
	struct cpu_event *event;
	__u32 at;

	if (log->correlation_id != c->correlation_id) {
		log->count = 0;
		log->appended = 0;
		log->correlation_id = c->correlation_id;
	}
	__sync_fetch_and_add(&log->appended, 1);
	at = log->count;
	if (at >= PROBE_CPU_EVENTS)
		return 0;
	log->count = at + 1;
	event = &log->events[at];
	event->ns = bpf_ktime_get_ns();
	event->since_ns = 0;
	event->kind = kind;
	event->interrupt = 0;
	event->arg = 0;
	event->name[0] = 0;
	return event;
}

/* The open chain's event on this CPU; 0 when no chain is open. The caller is GUARDED(). */
static __always_inline struct cpu_event *append_here(enum cpu_event_kind kind)
{
	struct chain *c = &chain;
	struct cpu_log *log;

	if (!is_open(c))
		return 0;
	log = this_cpu_log();
	return log ? append(c, log, kind) : 0;
}

static __always_inline void idle_changes(__u32 state)
{
	struct cpu_log *log = this_cpu_log();
	struct cpu_event *event;

	if (!log)
		return;
	if (state != LEAVES_IDLE) {
		log->idle_state = state;
		log->idle_window = window.number;
		log->idle_since_ns = bpf_ktime_get_ns();
		return;
	}
	event = append_here(EVENT_IDLE);
	if (event && log->idle_window == window.number) {
		event->arg = log->idle_state;
		event->since_ns = log->idle_since_ns;
	}
}

static __always_inline void task_leaves(struct task_struct *prev)
{
	struct cpu_event *event = append_here(EVENT_SWITCH);

	if (!event)
		return;
	event->arg = FIELD(prev, pid);
	BPF_CORE_READ_INTO(&event->name, prev, comm);
}

/* The end names the interrupt too: it may have begun before the chain. */
static __always_inline void interrupt_changes(enum cpu_event_kind kind, enum cpu_interrupt interrupt, const char *name)
{
	struct cpu_event *event = append_here(kind);

	if (!event)
		return;
	event->interrupt = interrupt;
	if (name)
		bpf_probe_read_kernel_str(event->name, sizeof(event->name), name);
}

static __always_inline void softirq_changes(enum cpu_event_kind kind, __u32 number)
{
	struct cpu_event *event = append_here(kind);

	if (event)
		event->arg = number;
}

/*
 * Expiry in CLOCK_MONOTONIC: each clock's base has its distance to it (struct hrtimer_clock_base, 5.10 to 7.3). Every
 * timer of the machine comes here around an edge: a tracepoint's arguments can be read without a helper's call.
 */
static __always_inline void timer_begins(const struct hrtimer *timer)
{
	const struct hrtimer_clock_base *base = FIELD(timer, base);
	struct cpu_log *log = this_cpu_log();

	if (!log)
		return;
	log->timer_expires_ns = FIELD(timer, node.expires) - FIELD(base, offset);
	log->timer = timer;
	log->timer_base = base;
	log->timer_pid = bpf_get_current_pid_tgid();
	log->timer_run = armed.run;
	log->timer_ns = bpf_ktime_get_ns();
}

/*
 * The callback in which sched_waking was traced: its base says whether it still runs, __run_hrtimer() (5.10 to 7.3).
 * A program on its end would cost every timer more than this costs one wakeup. With PREEMPT_RT a callback may be
 * preempted, and then another task's wakeup finds its note (hrtimers in ktimers/N, 6.12-rt), so current must be the
 * same.
 */
static __always_inline void note_timer(struct chain *c)
{
	struct cpu_log *log = this_cpu_log();
	const struct hrtimer_clock_base *base;

	if (!log || log->timer_run != c->run || log->timer_pid != (__u32)bpf_get_current_pid_tgid())
		return;
	base = log->timer_base;
	if (BPF_CORE_READ(base, running) != log->timer)
		return;
	c->timer_ns = log->timer_ns;
	c->timer_expires_ns = log->timer_expires_ns;
	c->seen[SEEN_TIMER] = 1;
}

#endif
