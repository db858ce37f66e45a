/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The chain of ONE armed target: what each stage of the wakeup adds to it. chain.bpf.c has the programs that
 * call these bodies.
 */
#ifndef PROBE_CHAIN_H
#define PROBE_CHAIN_H

#include "arch.h"
#include "correlation.h"
#include "cpu_log.h"
#include "pid_namespace.h"
#include "recent.h"
#include "steal.h"
#include "timekeeper.h"

/* The one value of a map with one entry. */
static __always_inline void *only_value(void *map)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(map, &key);
}

/* Whether the queue was empty; afterwards it is not. */
static __always_inline bool take(void *queue)
{
	__u32 taken = 1;

	return bpf_map_push_elem(queue, &taken, BPF_ANY) == 0;
}

static __always_inline void give_back(void *queue)
{
	__u32 taken;

	bpf_map_pop_elem(queue, &taken);
}

/* The open chain of the task, if `fact` has not been seen yet; else 0. */
static __always_inline struct chain *chain_of(__u32 pid, enum chain_seen fact)
{
	struct chain *c = &chain;

	if (c->pid != pid || !is_open(c) || c->seen[fact])
		return 0;
	return c;
}

/* The same, but only before sched_wakeup. */
static __always_inline struct chain *waking_chain_of(__u32 pid, enum chain_seen fact)
{
	struct chain *c = chain_of(pid, fact);

	return c && !c->seen[SEEN_WAKEUP] ? c : 0;
}

static __always_inline void enter(__u32 *busy)
{
	*busy += 1;
}

static __always_inline void leave(__u32 *busy)
{
	*busy -= 1;
}

/* Runs `body` with the in-probe flag set, so that its bpf_ktime_get_ns() does not count as a read. */
#define GUARDED(body)                                \
	do {                                         \
		__u32 *busy = only_value(&in_probe); \
		if (busy) {                          \
			enter(busy);                 \
			body;                        \
			leave(busy);                 \
		}                                    \
	} while (0)

/* 0: this kernel build cannot tell (see arch.h). */
static __always_inline __u32 current_context(void)
{
	int count;

	if (!read_preempt_count(&count, config.per_cpu_offset, config.preempt_count))
		return 0;
	if (count & NMI_MASK(config.counts_hardirq_disable))
		return CONTEXT_NMI;
	if (count & HARDIRQ_MASK(config.counts_hardirq_disable))
		return CONTEXT_HARDIRQ;
	if (serves_softirq(count))
		return CONTEXT_SOFTIRQ;
	return CONTEXT_TASK;
}

static __always_inline void submit(struct chain *c)
{
	struct probe_counters *n;

	if (bpf_ringbuf_output(&records, c, sizeof(*c), 0) == 0)
		return;
	n = only_value(&counters);
	if (n)
		__sync_fetch_and_add(&n->ring_full, 1);
}

/* On the wakelist path READ and RETURN come from two CPUs, in either order: the second one submits. */
static __always_inline void close_phase(struct chain *c, __u32 phase)
{
	if (c->phase & phase)
		return;
	/* Each phase comes here only once, so adding its bit sets it. */
	__sync_fetch_and_add(&c->phase, phase);
	if (config.ttwu_is_hooked && take(&closing))
		return;
	submit(c);
}

/*
 * Takes the armed run; 0 when it is already taken. A CPU that finds another one in here gets 0 too: the other
 * one has seen the same run.
 */
static __always_inline __u64 take_run(void)
{
	__u64 run;

	if (!armed.run || !take(&minting))
		return 0;
	run = *(volatile __u64 *)&armed.run;
	armed.run = 0;
	give_back(&minting);
	return run;
}

static __always_inline struct ttwu_entry *entry_of(__u32 waker_pid)
{
	__u32 key = waker_pid % TASK_ENTRIES;

	return waker_pid ? bpf_map_lookup_elem(&task_entries, &key) : only_value(&idle_entries);
}

/* The caller has checked that `pid` is armed. */
static __always_inline int ttwu_begins(void *ctx, const struct task_struct *p, __u32 pid, int wake_flags, __u64 frame)
{
	GUARDED({
		__u64 now = bpf_ktime_get_ns();
		__u32 waker_pid = bpf_get_current_pid_tgid();
		struct ttwu_entry *entry = entry_of(waker_pid);

		if (entry) {
			entry->ns = now;
			entry->frame = frame;
			entry->pi_lock = (__u64)p + bpf_core_field_offset(p->pi_lock);
			entry->contended_ns = 0;
			entry->pid = pid;
			entry->waker_pid = waker_pid;
			entry->flags = wake_flags;
			entry->stack_bytes = 0;
			if (armed.takes_stacks)
				entry->stack_bytes = bpf_get_stack(ctx, entry->stack, sizeof(entry->stack), 0);
			entry->run = armed.run;
			entry->probe_ns = bpf_ktime_get_ns() - now;
		}
	});
	return 0;
}

/*
 * sched_waking of the armed target. It is traced under p->pi_lock, so this waker certainly wakes the target
 * (only a task that wakes itself holds no lock). When the entry is hooked too, a wakeup that began before the
 * arming has no note of this run, and the note of an earlier try of the same run is older than this try's
 * edge.
 */
static __always_inline void mint(void *ctx, struct task_struct *p)
{
	__u64 current = bpf_get_current_pid_tgid(), run = armed.run, now = bpf_ktime_get_ns(), ns = now;
	struct ttwu_entry *entry = 0;
	struct chain *c = &chain;

	if (config.ttwu_is_hooked) {
		entry = entry_of((__u32)current);
		if (!entry || entry->run != run || entry->pid != (__u32)FIELD(p, pid) ||
		    entry->waker_pid != (__u32)current)
			return;
		ns = entry->ns;
	}
	if (ns < armed.not_before_ns)
		return;
	run = take_run();
	if (!run)
		return;
	/* The previous run may have been closed from only one side. */
	give_back(&closing);
	__builtin_memset(c, 0, offsetof(struct chain, ttwu_stack));
	c->run = run;
	c->ttwu_ns = ns;
	c->waking_ns = now;
	c->seen[SEEN_TTWU] = 1;
	c->takes_stacks = armed.takes_stacks;
	c->seen[SEEN_TKREADS] = !config.target_tells_read;
	if (entry) {
		c->ttwu_frame = entry->frame;
		c->ttwu_probe_ns = entry->probe_ns;
		c->pi_lock_contended_ns = entry->contended_ns;
		c->seen[SEEN_PI_LOCK_CONTENDED] = entry->contended_ns != 0;
		c->wake_flags_entry = entry->flags;
		c->seen[SEEN_WAKE_FLAGS_ENTRY] = 1;
		c->ttwu_stack_bytes = entry->stack_bytes;
		if (c->takes_stacks)
			bpf_probe_read_kernel(c->ttwu_stack, sizeof(c->ttwu_stack), entry->stack);
	} else if (c->takes_stacks) {
		c->ttwu_stack_bytes = bpf_get_stack(ctx, c->ttwu_stack, sizeof(c->ttwu_stack), 0);
	}
	c->tgid = FIELD(p, tgid);
	c->pid = FIELD(p, pid);
	c->correlation_id = correlation_id(c->tgid, c->pid, run, c->ttwu_ns);
	BPF_CORE_READ_INTO(&c->comm, p, comm);
	c->waker_pid = (__u32)current;
	c->waker_cpu = bpf_get_smp_processor_id();
	bpf_get_current_comm(c->waker_comm, sizeof(c->waker_comm));
	c->waker_context = current_context();
	if (c->waker_context)
		c->seen[SEEN_WAKER_CONTEXT] = 1;
	/* set_task_cpu() comes later in try_to_wake_up, so this is still the previous CPU. */
	c->prev_cpu = task_cpu(p);
	c->state_before = task_state(p);
	/*
	 * Read with the field's own size, one byte in 7.3: reading four included its neighbours, and every
	 * wakeup there looked runnable.
	 */
	c->on_rq = BPF_CORE_READ_BITFIELD_PROBED(p, on_rq);
	note_timer(c);
	NOTE_TIMEKEEPER(c, ttwu, SEEN_TK_TTWU);
	c->seen[SEEN_STEAL] = steal_is_told();
	NOTE_STEAL(c, waking_steal_ns, c->waker_cpu);
	c->waking_probe_ns = bpf_ktime_get_ns() - now;
	c->phase = CHAIN_OPEN | (config.ttwu_is_hooked ? 0 : CHAIN_RETURN);
}

/*
 * ttwu_queue_wakelist() gets the target and the flags with WF_MIGRATED, before WF_SYNC and WF_TTWU get lost
 * on the way. The rq of the target's CPU is not locked here, so its clock dates from its last update.
 */
static __always_inline void queued(struct chain *c, int cpu, int wake_flags)
{
	c->queued_ns = bpf_ktime_get_ns();
	c->wake_flags_queued = wake_flags;
	c->rq_cpu = cpu;
#ifdef PROBE_PERCPU
	if (&runqueues) {
		const struct rq *rq = bpf_per_cpu_ptr(&runqueues, cpu);

		if (rq) {
			c->rq_clock_queued_ns = rq->clock;
			c->rq_clock_queued_flags = rq->clock_update_flags;
			c->seen[SEEN_RQ_QUEUED] = 1;
		}
	}
#endif
	NOTE_STEAL(c, queued_steal_ns, cpu);
	c->seen[SEEN_QUEUED] = 1;
	c->queued_probe_ns = bpf_ktime_get_ns() - c->queued_ns;
}

/* The target's CPU begins with its wakelist, after the IPI or when it leaves idle. */
static __always_inline int pending_hook(void)
{
	struct chain *c = &chain;

	if (!is_open(c) || !c->seen[SEEN_QUEUED] || c->seen[SEEN_PENDING] || c->seen[SEEN_ACTIVATE] ||
	    c->seen[SEEN_WAKEUP] || (__u32)c->rq_cpu != bpf_get_smp_processor_id())
		return 0;
	GUARDED({
		c->pending_ns = bpf_ktime_get_ns();
		/* Whatever the waker's CPU has locked since is not for the target. */
		c->lock = 0;
		c->seen[SEEN_RQ_LOCK] = 0;
		c->seen[SEEN_RQ_CLOCK] = 0;
		c->seen[SEEN_PENDING] = 1;
		c->pending_probe_ns = bpf_ktime_get_ns() - c->pending_ns;
	});
	return 0;
}

/* After select_task_rq and before the enqueue; in the wakelist path on the target's CPU, after the IPI. */
static __always_inline void activate(struct chain *c, struct rq *rq, int wake_flags)
{
	c->activate_ns = bpf_ktime_get_ns();
	c->wake_flags = wake_flags;
	c->rq = (__u64)rq;
	c->rq_cpu = BPF_CORE_READ(rq, cpu);
	/*
	 * ttwu_queue() and sched_ttwu_pending() call update_rq_clock() just before (6.1, 6.12), so it is
	 * fresh here.
	 */
	c->rq_clock_activate_ns = BPF_CORE_READ(rq, clock);
	c->rq_clock_flags = BPF_CORE_READ(rq, clock_update_flags);
	c->target_idle = BPF_CORE_READ(rq, curr) == BPF_CORE_READ(rq, idle);
	/* ttwu_queue_cond() never queues to the waker's own CPU, so another CPU here means the wakelist. */
	c->path = (__u32)c->waker_cpu == bpf_get_smp_processor_id() ? PATH_DIRECT : PATH_WAKELIST;
	c->seen[SEEN_RQ_ACTIVATE] = 1;
	c->seen[SEEN_TARGET_IDLE] = 1;
	c->activate_cpu = bpf_get_smp_processor_id();
	c->seen[SEEN_RQ_LOCK_CONTENDED] = c->rq_lock == rq_lock_of(rq) && c->rq_lock_contended_ns;
	if (c->lock != rq_lock_of(rq))
		c->seen[SEEN_RQ_LOCK] = 0;
	NOTE_STEAL(c, activate_steal_ns, c->activate_cpu);
	c->seen[SEEN_ACTIVATE] = 1;
	c->activate_probe_ns = bpf_ktime_get_ns() - c->activate_ns;
}

static __always_inline void wakeup(struct chain *c, struct task_struct *p)
{
	struct first_read *first;
	__u32 cpu;

	c->wakeup_ns = bpf_ktime_get_ns();
	c->state_after = task_state(p);
	c->target_cpu = cpu = task_cpu(p);
	if (!c->seen[SEEN_ACTIVATE]) {
		__u32 here = bpf_get_smp_processor_id();

		/* It is not known whose lock and clock these were. */
		c->seen[SEEN_RQ_LOCK] = 0;
		c->seen[SEEN_RQ_CLOCK] = 0;

		if (c->waker_pid == c->pid)
			c->path = PATH_SELF;
		else if (c->on_rq)
			c->path = PATH_RUNNABLE;
		else
			c->path = (__u32)c->waker_cpu == here ? PATH_DIRECT : PATH_WAKELIST;
		/* Whether another CPU is idle cannot be seen without its rq. For this CPU it can: pid 0. */
		if (cpu == here) {
			c->target_idle = (__u32)bpf_get_current_pid_tgid() == 0;
			c->seen[SEEN_TARGET_IDLE] = 1;
		}
	}
	first = bpf_map_lookup_elem(&first_reads, &cpu);
	if (first && first->correlation_id == c->correlation_id) {
		c->tkread_any_ns = first->ns;
		c->seen[SEEN_TKREAD_ANY] = 1;
	}
	NOTE_STEAL(c, wakeup_steal_ns, cpu);
	c->seen[SEEN_WAKEUP] = 1;
	c->wakeup_probe_ns = bpf_ktime_get_ns() - c->wakeup_ns;
}

static __always_inline void switched_in(struct chain *c)
{
	int cpu;

	c->resumed_ns = bpf_ktime_get_ns();
	if (c->seen[SEEN_SWITCH])
		return;
	c->switch_ns = c->resumed_ns;
	if (c->rq) {
		struct rq *rq = (struct rq *)c->rq;

		/*
		 * A target that moved between enqueue and switch-in is on another rq than the saved one: not
		 * observed.
		 */
		cpu = BPF_CORE_READ(rq, cpu);
		if ((__u32)cpu == bpf_get_smp_processor_id()) {
			c->rq_clock_switch_ns = BPF_CORE_READ(rq, clock);
			c->seen[SEEN_RQ_SWITCH] = 1;
		}
	}
	NOTE_STEAL(c, switch_steal_ns, bpf_get_smp_processor_id());
	c->seen[SEEN_SWITCH] = 1;
	c->switch_probe_ns = bpf_ktime_get_ns() - c->switch_ns;
}

/* The chain, if its try_to_wake_up has not returned yet; else 0. */
static __always_inline struct chain *chain_in_ttwu(void)
{
	struct chain *c = &chain;

	return (c->phase & CHAIN_OPEN) && !(c->phase & CHAIN_RETURN) ? c : 0;
}

static __always_inline int ttwu_returns(struct chain *c)
{
	GUARDED({
		c->ttwu_return_ns = bpf_ktime_get_ns();
		c->seen[SEEN_TTWU_RETURN] = 1;
		close_phase(c, CHAIN_RETURN);
	});
	return 0;
}

#endif
