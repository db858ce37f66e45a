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

SEC("tp_btf/cpu_idle")
int BPF_PROG(cpu_idle, unsigned int state)
{
	GUARDED(idle_changes(state));
	return 0;
}

SEC("tp_btf/hrtimer_expire_entry")
int BPF_PROG(hrtimer_expire_entry, struct hrtimer *timer)
{
	if (armed.run)
		GUARDED(timer_begins(timer));
	return 0;
}

SEC("tp_btf/hrtimer_expire_exit")
int BPF_PROG(hrtimer_expire_exit)
{
	timer_ends();
	return 0;
}

SEC("fentry/update_wall_time")
int update_wall_time_entry(void *ctx)
{
	GUARDED(timekeeper_updates());
	return 0;
}

SEC("kprobe/update_wall_time")
int update_wall_time_entry_kprobe(struct pt_regs *ctx)
{
	GUARDED(timekeeper_updates());
	return 0;
}

/* ---- contention: only where somebody has to wait ---- */

/*
 * The waker waits for the target's pi_lock before its chain is open, so that is noted with what it brings to
 * try_to_wake_up(); waiting for a rq lock belongs to the open chain.
 */
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
	entry = armed.run ? entry_of((__u32)bpf_get_current_pid_tgid()) : 0;
	if (entry && entry->run == armed.run && entry->pi_lock == lock)
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
	entry = armed.run ? entry_of((__u32)bpf_get_current_pid_tgid()) : 0;
	if (entry && entry->run == armed.run && entry->pi_lock == lock && entry->contended_since) {
		entry->contended_ns += bpf_ktime_get_ns() - entry->contended_since;
		entry->contended_since = 0;
	}
}

SEC("tp_btf/contention_begin")
int BPF_PROG(contention_begin, void *lock)
{
	if (armed.run || is_open(&chain))
		GUARDED(contention_begins_at((__u64)lock));
	return 0;
}

SEC("tp_btf/contention_end")
int BPF_PROG(contention_end, void *lock)
{
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

#define LOG_HERE(body)                 \
	do {                           \
		if (is_open(&chain))   \
			GUARDED(body); \
	} while (0)

#define VECTOR(name, interrupt)                                                 \
	SEC("tp_btf/" #name "_entry")                                           \
	int BPF_PROG(name##_entry)                                              \
	{                                                                       \
		LOG_HERE(interrupt_changes(EVENT_INTERRUPT, interrupt, 0));     \
		return 0;                                                       \
	}                                                                       \
	SEC("tp_btf/" #name "_exit")                                            \
	int BPF_PROG(name##_exit)                                               \
	{                                                                       \
		LOG_HERE(interrupt_changes(EVENT_INTERRUPT_END, interrupt, 0)); \
		return 0;                                                       \
	}

INTERRUPT_VECTORS(VECTOR)

SEC("tp_btf/irq_handler_entry")
int BPF_PROG(irq_handler_entry, int irq, struct irqaction *action)
{
	LOG_HERE(interrupt_changes(EVENT_INTERRUPT, INTERRUPT_HANDLER, BPF_CORE_READ(action, name)));
	return 0;
}

SEC("tp_btf/irq_handler_exit")
int BPF_PROG(irq_handler_exit, int irq, struct irqaction *action)
{
	LOG_HERE(interrupt_changes(EVENT_INTERRUPT_END, INTERRUPT_HANDLER, BPF_CORE_READ(action, name)));
	return 0;
}

SEC("tp_btf/softirq_entry")
int BPF_PROG(softirq_entry, unsigned int number)
{
	LOG_HERE(softirq_changes(EVENT_SOFTIRQ, number));
	return 0;
}

SEC("tp_btf/softirq_exit")
int BPF_PROG(softirq_exit, unsigned int number)
{
	LOG_HERE(softirq_changes(EVENT_SOFTIRQ_END, number));
	return 0;
}

#endif
