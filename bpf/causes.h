/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The programs on what stands between a wakeup and its read. Those on locks and interrupts, which the machine takes
 * all the time, are only loaded for `detail = "causes"`; the others run when something happens that is rare.
 */
#ifndef PROBE_CAUSES_H
#define PROBE_CAUSES_H

#include "chain.h"
#include "locks.h"

/* ---- idle states, hrtimers, the timekeeper ---- */

static __noinline int idle_state_changes(__u32 state)
{
	REMEMBER(is_recent(state == LEAVES_IDLE ? RECENT_IDLE_END : RECENT_IDLE, state == LEAVES_IDLE ? 0 : state));
	GUARDED(idle_changes(state));
	return 0;
}

/* Leaving idle is on the way of every task that wakes an idle CPU; entering it is on nobody's. */
SEC(TRACEPOINT "cpu_idle")
int BPF_PROG(cpu_idle, unsigned int state)
{
	return config.recent_events || state != LEAVES_IDLE || is_open(&chain) ? idle_state_changes(state) : 0;
}

SEC(TRACEPOINT "hrtimer_expire_entry")
int BPF_PROG(hrtimer_expire_entry, struct hrtimer *timer)
{
	REMEMBER(timer_is_recent(timer));
	if (armed.run)
		GUARDED(timer_begins(timer));
	return 0;
}

SEC(TRACEPOINT "hrtimer_expire_exit")
int BPF_PROG(hrtimer_expire_exit)
{
	REMEMBER(is_recent(RECENT_TIMER_END, 0));
	return 0;
}

static __always_inline int wall_time_hook(void)
{
	REMEMBER(is_recent(RECENT_TIMEKEEPER, 0));
	GUARDED(timekeeper_updates());
	return 0;
}

SEC("fentry/update_wall_time")
int update_wall_time_entry(void *ctx)
{
	return wall_time_hook();
}

SEC("kprobe/update_wall_time")
int update_wall_time_entry_kprobe(struct pt_regs *ctx)
{
	return wall_time_hook();
}

/* ---- contention: only where somebody has to wait ---- */

/*
 * The waker waits for the target's pi_lock before its chain is open, so that is noted with what it brings to
 * try_to_wake_up(): its note, if this is that lock. 0: it is another one.
 */
static __always_inline struct ttwu_entry *entry_waiting_for(__u64 lock)
{
	struct ttwu_entry *entry = armed.run ? entry_of((__u32)bpf_get_current_pid_tgid()) : 0;

	return entry && entry->run == armed.run && entry->pi_lock == lock ? entry : 0;
}

/* Waiting for a rq lock belongs to the open chain. */
static __always_inline void contention_begins_at(__u64 lock)
{
	struct chain *c = activating_chain();
	struct ttwu_entry *entry;

	if (c) {
		c->rq_lock = lock;
		c->rq_lock_contended_ns = 0;
		c->rq_lock_contended_since = bpf_ktime_get_ns();
		return;
	}
	entry = entry_waiting_for(lock);
	if (entry)
		entry->contended_since = bpf_ktime_get_ns();
}

static __always_inline void contention_ends_at(__u64 lock)
{
	struct chain *c = activating_chain();
	struct ttwu_entry *entry;

	if (c && c->rq_lock == lock) {
		c->rq_lock_contended_ns = bpf_ktime_get_ns() - c->rq_lock_contended_since;
		c->rq_lock_contended_cpu = bpf_get_smp_processor_id();
		bpf_get_current_comm(c->rq_lock_contended_comm, sizeof(c->rq_lock_contended_comm));
		return;
	}
	entry = entry_waiting_for(lock);
	if (entry && entry->contended_since) {
		entry->contended_ns += bpf_ktime_get_ns() - entry->contended_since;
		entry->contended_since = 0;
	}
}

SEC(TRACEPOINT "contention_begin")
int BPF_PROG(contention_begin, void *lock)
{
	REMEMBER(is_recent(RECENT_CONTENTION, (__u64)lock));
	if (armed.run || is_open(&chain))
		GUARDED(contention_begins_at((__u64)lock));
	return 0;
}

SEC(TRACEPOINT "contention_end")
int BPF_PROG(contention_end, void *lock)
{
	REMEMBER(is_recent(RECENT_CONTENTION_END, (__u64)lock));
	if (armed.run || is_open(&chain))
		GUARDED(contention_ends_at((__u64)lock));
	return 0;
}

/* ---- detail: the rq lock and rq->clock ---- */

SEC("fentry/_raw_spin_lock")
int BPF_PROG(spin_lock_entry, void *lock)
{
	struct chain *c = activating_chain();

	if (c)
		GUARDED(lock_asked(c, (__u64)lock));
	return 0;
}

SEC("fexit/_raw_spin_lock")
int BPF_PROG(spin_lock_exit, void *lock)
{
	struct chain *c = activating_chain();

	if (c)
		GUARDED(lock_held(c, (__u64)lock));
	return 0;
}

SEC("fentry/_raw_spin_unlock")
int BPF_PROG(spin_unlock_entry, void *lock)
{
	struct chain *c = unlocking_chain((__u64)lock);

	if (c)
		GUARDED(rq_unlocked(c));
	return 0;
}

static __always_inline int rq_clock_hook(void)
{
	struct chain *c = activating_chain();

	if (c)
		GUARDED(rq_clock_updates(c));
	return 0;
}

SEC("fentry/update_rq_clock")
int update_rq_clock_entry(void *ctx)
{
	return rq_clock_hook();
}

SEC("kprobe/update_rq_clock")
int update_rq_clock_entry_kprobe(struct pt_regs *ctx)
{
	return rq_clock_hook();
}

/* ---- detail: interrupts ---- */

/* Into the log of the open chain, and among the recent events. The end names the interrupt too: see cpu_log.h. */
#define INTERRUPTED(end, which, name)                                                  \
	do {                                                                           \
		REMEMBER(interrupt_is_recent(RECENT_INTERRUPT##end, which, name));     \
		if (is_open(&chain))                                                   \
			GUARDED(interrupt_changes(EVENT_INTERRUPT##end, which, name)); \
	} while (0)

#define VECTOR(name, which)                  \
	SEC(TRACEPOINT #name "_entry")       \
	int BPF_PROG(name##_entry)           \
	{                                    \
		INTERRUPTED(, which, 0);     \
		return 0;                    \
	}                                    \
	SEC(TRACEPOINT #name "_exit")        \
	int BPF_PROG(name##_exit)            \
	{                                    \
		INTERRUPTED(_END, which, 0); \
		return 0;                    \
	}

INTERRUPT_VECTORS(VECTOR)

SEC(TRACEPOINT "irq_handler_entry")
int BPF_PROG(irq_handler_entry, int irq, struct irqaction *action)
{
	INTERRUPTED(, INTERRUPT_HANDLER, BPF_CORE_READ(action, name));
	return 0;
}

SEC(TRACEPOINT "irq_handler_exit")
int BPF_PROG(irq_handler_exit, int irq, struct irqaction *action)
{
	INTERRUPTED(_END, INTERRUPT_HANDLER, BPF_CORE_READ(action, name));
	return 0;
}

SEC(TRACEPOINT "softirq_entry")
int BPF_PROG(softirq_entry, unsigned int number)
{
	REMEMBER(is_recent(RECENT_SOFTIRQ, number));
	if (is_open(&chain))
		GUARDED(softirq_changes(EVENT_SOFTIRQ, number));
	return 0;
}

SEC(TRACEPOINT "softirq_exit")
int BPF_PROG(softirq_exit, unsigned int number)
{
	REMEMBER(is_recent(RECENT_SOFTIRQ_END, number));
	if (is_open(&chain))
		GUARDED(softirq_changes(EVENT_SOFTIRQ_END, number));
	return 0;
}

#endif
