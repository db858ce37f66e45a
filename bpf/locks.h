/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The lock of the rq that gets the target: asked for, held, its clock updated under it, released; and whether it, or
 * the target's pi_lock, was contended.
 */
#ifndef PROBE_LOCKS_H
#define PROBE_LOCKS_H

#include "cpu_log.h"

/*
 * Whether this CPU is on its way to ttwu_do_activate(), with interrupts off: the waker's from sched_waking on, under
 * p->pi_lock, and the target's once it works through its wakelist. The last lock taken there is the rq's: ttwu_queue()
 * and sched_ttwu_pending() take it, update its clock and activate (5.10 to 7.3). GCC inlines raw_spin_rq_lock_nested()
 * and raw_spin_rq_unlock() into them, so what can be hooked is _raw_spin_lock() (6.12).
 */
static __always_inline struct chain *activating_chain(void)
{
	struct chain *c = &chain;
	__u32 cpu = bpf_get_smp_processor_id();

	if (!is_open(c) || c->seen[SEEN_ACTIVATE] || c->seen[SEEN_WAKEUP])
		return 0;
	if (c->seen[SEEN_PENDING])
		return (__u32)c->rq_cpu == cpu ? c : 0;
	return (__u32)c->waker_cpu == cpu ? c : 0;
}

static __always_inline void lock_asked(struct chain *c, __u64 lock)
{
	c->lock = lock;
	c->rq_lock_asked_ns = bpf_ktime_get_ns();
	c->seen[SEEN_RQ_LOCK] = 0;
	c->seen[SEEN_RQ_CLOCK] = 0;
}

static __always_inline void lock_held(struct chain *c, __u64 lock)
{
	if (c->lock != lock)
		return;
	c->rq_lock_ns = bpf_ktime_get_ns();
	c->seen[SEEN_RQ_LOCK] = 1;
}

static __always_inline void rq_clock_updates(struct chain *c)
{
	c->rq_clock_ns = bpf_ktime_get_ns();
	c->seen[SEEN_RQ_CLOCK] = 1;
}

/* The first release after the wakeup, by the CPU that activated the target. */
static __always_inline struct chain *unlocking_chain(__u64 lock)
{
	struct chain *c = &chain;

	if (!is_open(c) || !c->seen[SEEN_RQ_LOCK] || !c->seen[SEEN_WAKEUP] || c->seen[SEEN_RQ_UNLOCK] ||
	    c->lock != lock)
		return 0;
	return (__u32)c->activate_cpu == bpf_get_smp_processor_id() ? c : 0;
}

static __always_inline void rq_unlocked(struct chain *c)
{
	c->rq_unlock_ns = bpf_ktime_get_ns();
	c->seen[SEEN_RQ_UNLOCK] = 1;
}

#endif
