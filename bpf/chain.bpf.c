// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The wakeup chain of ONE armed target, from try_to_wake_up to its first timekeeping read, filled stage by
 * stage in the `chains` map and submitted once. Thin SEC() programs over the bodies of chain.h, shared by the
 * tiers; a program that concerns another task leaves after one compare.
 */
#include "chain.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

/* clang drops types from BTF that no variable has: the layout generator needs these. */
const enum chain_seen *unused_seen __attribute__((unused));
const enum chain_phase *unused_phase __attribute__((unused));
const enum chain_path *unused_path __attribute__((unused));
const enum chain_context *unused_context __attribute__((unused));
const enum chain_tkread *unused_tkread __attribute__((unused));

/* Runs `body` with the in-probe flag held, so that its bpf_ktime_get_ns() is not taken for a read. */
#define GUARDED(body)                                                   \
	do {                                                            \
		__u32 *busy = only_value(&in_probe);    \
		if (busy) {                                             \
			enter(busy);                                    \
			body;                                           \
			leave(busy);                                    \
		}                                                       \
		return 0;                                               \
	} while (0)

/* ---- full tier: fentry, fexit ---- */

SEC("fentry/try_to_wake_up")
int BPF_PROG(ttwu_entry, struct task_struct *p, unsigned int state, int wake_flags)
{
	struct chain *c;

	if (!is_armed(p))
		return 0;
	GUARDED({
		c = mint(ctx, p);
		if (c) {
			c->flags_entry = wake_flags;
			c->seen |= SEEN_FLAGS_ENTRY;
		}
	});
}

SEC("fexit/try_to_wake_up")
int BPF_PROG(ttwu_exit, struct task_struct *p, unsigned int state, int wake_flags, int woken)
{
	struct chain *c = the_chain();
	struct armed_run *a;

	if (!c || !(c->phase & CHAIN_OPEN) || (c->phase & CHAIN_RETURN) || c->pid != (__u32)p->pid)
		return 0;
	/*
	 * A second waker of the same target returns here too: it waited for p->pi_lock and woke nothing. The
	 * first one may by now run on another CPU (preempt_enable() comes before the return), unless it was
	 * an interrupt of an idle CPU: every CPU has a task with pid 0.
	 */
	if (c->waker_pid != (__u32)bpf_get_current_pid_tgid() ||
	    (!c->waker_pid && (__u32)c->waker_cpu != bpf_get_smp_processor_id()))
		return 0;
	if (!woken && !(c->seen & SEEN_WAKING)) {
		/* p->__state did not match: nobody was woken. The run stays armed for the wakeup itself. */
		a = only_value(&armed);
		if (a && a->pid == c->pid)
			a->run = c->run;
		c->phase = 0;
		return 0;
	}
	GUARDED({
		c->ttwu_return_ns = bpf_ktime_get_ns();
		c->seen |= SEEN_TTWU_RETURN;
		close_phase(c, CHAIN_RETURN);
	});
}

SEC("fentry/ttwu_do_activate")
int BPF_PROG(do_activate, struct rq *rq, struct task_struct *p, int wake_flags, struct rq_flags *rf)
{
	struct chain *c = chain_of(p, SEEN_ACTIVATE);

	if (!c)
		return 0;
	GUARDED(activate(c, rq, wake_flags));
}

/* Entry of an accessor or clocksource callback. The cheap tests come first: this runs for every read. */
#define READ_ENTRY(name, function, id, has_exit)                        \
	SEC("fentry/" #function)                                        \
	int name(void *ctx)                                             \
	{                                                               \
		struct chain *c = the_chain();                          \
		__u32 *busy;                                            \
		if (!c || !is_open(c))                                  \
			return 0;                                       \
		busy = only_value(&in_probe);           \
		if (!busy)                                              \
			return 0;                                       \
		if (*busy) {                                            \
			count_self_read(c);                             \
			return 0;                                       \
		}                                                       \
		enter(busy);                                            \
		read_begins(ctx, c, id, has_exit);                      \
		leave(busy);                                            \
		return 0;                                               \
	}

#define READ_EXIT(function, id, value)                                  \
	{                                                               \
		struct chain *c = the_chain();                          \
		if (!c || !is_open(c))                                  \
			return 0;                                       \
		GUARDED(read_ends(c, id, value));                       \
	}

static __always_inline __s64 timespec64_ns(const struct timespec64 *ts)
{
	return BPF_CORE_READ(ts, tv_sec) * 1000000000LL + BPF_CORE_READ(ts, tv_nsec);
}

#define READ_FILLS_TS64(function, id)                                   \
	READ_ENTRY(function##_entry, function, id, 1)                   \
	SEC("fexit/" #function)                                         \
	int BPF_PROG(function##_exit, struct timespec64 *ts)            \
	READ_EXIT(function, id, timespec64_ns(ts))

READ_ENTRY(ktime_get_entry, ktime_get, TKREAD_KTIME_GET, 1)
SEC("fexit/ktime_get")
int BPF_PROG(ktime_get_exit, __s64 value)
READ_EXIT(ktime_get, TKREAD_KTIME_GET, value)

READ_ENTRY(ktime_get_raw_entry, ktime_get_raw, TKREAD_KTIME_GET_RAW, 1)
SEC("fexit/ktime_get_raw")
int BPF_PROG(ktime_get_raw_exit, __s64 value)
READ_EXIT(ktime_get_raw, TKREAD_KTIME_GET_RAW, value)

READ_ENTRY(ktime_get_with_offset_entry, ktime_get_with_offset, TKREAD_KTIME_GET_WITH_OFFSET, 1)
SEC("fexit/ktime_get_with_offset")
int BPF_PROG(ktime_get_with_offset_exit, int offs, __s64 value)
READ_EXIT(ktime_get_with_offset, TKREAD_KTIME_GET_WITH_OFFSET, value)

READ_ENTRY(ktime_get_update_offsets_now_entry, ktime_get_update_offsets_now, TKREAD_KTIME_GET_UPDATE_OFFSETS_NOW, 1)
SEC("fexit/ktime_get_update_offsets_now")
int BPF_PROG(ktime_get_update_offsets_now_exit, void *cwsseq, void *real, void *boot, void *tai, __s64 value)
READ_EXIT(ktime_get_update_offsets_now, TKREAD_KTIME_GET_UPDATE_OFFSETS_NOW, value)

READ_FILLS_TS64(ktime_get_ts64, TKREAD_KTIME_GET_TS64)
READ_FILLS_TS64(ktime_get_real_ts64, TKREAD_KTIME_GET_REAL_TS64)
READ_FILLS_TS64(ktime_get_raw_ts64, TKREAD_KTIME_GET_RAW_TS64)

/* These hand out no ns value of one clock: a snapshot of several, and raw cycles. */
READ_ENTRY(ktime_get_snapshot_entry, ktime_get_snapshot, TKREAD_KTIME_GET_SNAPSHOT, 0)
READ_ENTRY(read_hpet_entry, read_hpet, TKREAD_READ_HPET, 0)
READ_ENTRY(acpi_pm_read_entry, acpi_pm_read, TKREAD_ACPI_PM_READ, 0)

/* kernel/time/timekeeping.c: timekeeping_notify() runs this under stop_machine() for every switch. */
SEC("fentry/change_clocksource")
int BPF_PROG(clocksource_switch, void *data)
{
	struct chain *c = the_chain();

	if (c && is_open(c))
		__sync_fetch_and_add(&c->clocksource_switches, 1);
	return 0;
}

/* ---- every tier: BTF tracepoints ---- */

SEC("tp_btf/sched_waking")
int BPF_PROG(sched_waking, struct task_struct *p)
{
	struct chain *c;

	if (config.mint_at_sched_waking) {
		if (!is_armed(p))
			return 0;
		GUARDED(waking(mint(ctx, p), p));
	}
	c = chain_of(p, SEEN_WAKING);
	if (!c)
		return 0;
	GUARDED(waking(c, p));
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(sched_wakeup, struct task_struct *p)
{
	struct chain *c = chain_of(p, SEEN_WAKEUP);

	if (!c)
		return 0;
	GUARDED(wakeup(c, p));
}

SEC("tp_btf/sched_switch")
int BPF_PROG(sched_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	struct chain *c = chain_of(next, SEEN_SWITCH);

	if (!c)
		return 0;
	GUARDED(switched_in(c));
}

SEC("tp_btf/sched_migrate_task")
int BPF_PROG(sched_migrate_task, struct task_struct *p, int dest_cpu)
{
	struct chain *c = chain_of(p, SEEN_WAKEUP);

	if (!c)
		return 0;
	c->migrate_cpu = dest_cpu;
	c->seen |= SEEN_MIGRATE;
	return 0;
}

/* ---- tracepoint tier: the read marker is the target's own system call ---- */

SEC("tp_btf/sys_enter")
int BPF_PROG(sys_enter, void *regs, long id)
{
	struct chain *c;

	if (id != NR_CLOCK_GETTIME)
		return 0;
	c = the_chain();
	if (!c || !is_open(c))
		return 0;
	GUARDED(read_begins(ctx, c, TKREAD_CLOCK_GETTIME, 0));
}
