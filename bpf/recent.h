/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What every CPU did lately, between runs too: whether a run was slow is only known when it is over, and what made it
 * so may have come before it, on any CPU. Kept when config.recent_events says so; otherwise the verifier drops it all.
 */
#ifndef PROBE_RECENT_H
#define PROBE_RECENT_H

#include "cpu_log.h"

/*
 * The CPU's next event, its time set. Its place is taken before it is filled: user space then knows which ones were
 * being written while it read.
 */
static __always_inline struct recent_event *recent(enum recent_kind kind)
{
	struct cpu_log *log = this_cpu_log();
	struct recent_event *event;
	__u64 now = bpf_ktime_get_ns();
	__u32 at;

	if (!log)
		return 0;
	if (log->recent_window != window.number) {
		log->recent = 0;
		log->recent_attempts = 0;
		log->recent_since_ns = now;
		log->recent_window = window.number;
	}
	__sync_fetch_and_add(&log->recent_attempts, 1);
	at = log->recent++ & (config.recent_events - 1);
	at += bpf_get_smp_processor_id() * config.recent_events;
	event = bpf_map_lookup_elem(&recent_events, &at);
	if (!event)
		return 0;
	event->ns = now;
	event->arg = 0;
	event->kind = kind;
	event->other = 0;
	event->name[0] = 0;
	return event;
}

static __always_inline void is_recent(enum recent_kind kind, __u64 arg)
{
	struct recent_event *event = recent(kind);

	if (event)
		event->arg = arg;
}

static __always_inline void task_is_recent(enum recent_kind kind, const struct task_struct *p, __u32 other)
{
	struct recent_event *event = recent(kind);

	if (!event)
		return;
	event->arg = FIELD(p, pid);
	event->other = other;
	BPF_CORE_READ_INTO(&event->name, p, comm);
}

static __always_inline void interrupt_is_recent(enum recent_kind kind, enum cpu_interrupt interrupt, const char *name)
{
	struct recent_event *event = recent(kind);

	if (!event)
		return;
	event->other = interrupt;
	if (name)
		bpf_probe_read_kernel_str(event->name, sizeof(event->name), name);
}

/* The name of its function is only in the symbols of user space. */
static __always_inline void timer_is_recent(const struct hrtimer *timer)
{
	is_recent(RECENT_TIMER, bpf_core_field_exists(timer->function) ? (__u64)FIELD(timer, function) : 0);
}

/* As GUARDED(), where the machine's recent events are kept. */
#define REMEMBER(body)                    \
	do {                              \
		if (config.recent_events) \
			GUARDED(body);    \
	} while (0)

#endif
