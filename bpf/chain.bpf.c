// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The wakeup chain of ONE armed target, from try_to_wake_up to its first timekeeping read, filled stage by
 * stage in `chain` and submitted once. Thin SEC() programs call the bodies in chain.h and reads.h, which all
 * tiers share. A program that runs for another task returns after one comparison.
 */
#include "causes.h"
#include "chain.h"
#include "reads.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

/* clang drops types from BTF that no variable uses, but the layout generator needs these. */
const enum chain_seen *unused_seen __attribute__((unused));
const enum chain_phase *unused_phase __attribute__((unused));
const enum cpu_event_kind *unused_kind __attribute__((unused));
const enum cpu_interrupt *unused_interrupt __attribute__((unused));
const enum recent_kind *unused_recent __attribute__((unused));

/*
 * ---- the wakeup: fentry and fexit, or kprobe and kretprobe ----
 *
 * After sched_wakeup, stages that precede it are ignored: a wakeup on the runnable path has no activation,
 * and when a target sleeps again before it reads the clock, the activation belongs to its next wakeup.
 */

static __noinline int ttwu_entered(void *ctx, struct task_struct *p, int wake_flags)
{
	return is_armed(p, p->pid) ? ttwu_begins(ctx, p, p->pid, wake_flags, 0) : 0;
}

SEC("fentry/try_to_wake_up")
int BPF_PROG(ttwu_entry, struct task_struct *p, unsigned int state, int wake_flags)
{
	return may_be_armed(p->pid) ? ttwu_entered(ctx, p, wake_flags) : 0;
}

SEC("kprobe/try_to_wake_up")
int BPF_KPROBE(ttwu_entry_kprobe, struct task_struct *p, unsigned int state, int wake_flags)
{
	__u32 pid = BPF_CORE_READ(p, pid);

	return is_armed(p, pid) ? ttwu_begins(ctx, p, pid, wake_flags, PT_REGS_SP(ctx)) : 0;
}

static __noinline int ttwu_left(void)
{
	struct chain *c = chain_in_ttwu();

	if (!c)
		return 0;
	/*
	 * A second waker of the same target returns here too: it waited for p->pi_lock and woke nothing. The
	 * first one may by now run on another CPU (preempt_enable() comes before the return), unless it was
	 * an interrupt of an idle CPU: every CPU has a task with pid 0.
	 */
	if (c->waker_pid != (__u32)bpf_get_current_pid_tgid() ||
	    (!c->waker_pid && (__u32)c->waker_cpu != bpf_get_smp_processor_id()))
		return 0;
	return ttwu_returns(c);
}

SEC("fexit/try_to_wake_up")
int BPF_PROG(ttwu_exit, struct task_struct *p)
{
	return is_of_chain(p->pid) ? ttwu_left() : 0;
}

/* A return probe gets no arguments: the stack pointer identifies the call that minted the chain. */
SEC("kretprobe/try_to_wake_up")
int BPF_KRETPROBE(ttwu_exit_kprobe)
{
	struct chain *c = chain_in_ttwu();

	if (!c || c->ttwu_frame != FRAME_AT_ENTRY(ctx))
		return 0;
	return ttwu_returns(c);
}

/*
 * At its entry, because once it has queued the target, another CPU may get ahead of this program. When it
 * declines, the wakeup takes the direct path, and what is noted here is ignored.
 */
SEC("fentry/ttwu_queue_wakelist")
int BPF_PROG(wakelist_entry, struct task_struct *p, int cpu, int wake_flags)
{
	struct chain *c = waking_chain_of(p->pid, SEEN_QUEUED);

	if (!c)
		return 0;
	GUARDED(queued(c, cpu, wake_flags));
	return 0;
}

SEC("kprobe/ttwu_queue_wakelist")
int BPF_KPROBE(wakelist_entry_kprobe, struct task_struct *p, int cpu, int wake_flags)
{
	struct chain *c = waking_chain_of(BPF_CORE_READ(p, pid), SEEN_QUEUED);

	if (!c)
		return 0;
	GUARDED(queued(c, cpu, wake_flags));
	return 0;
}

SEC("fentry/sched_ttwu_pending")
int pending_entry(void *ctx)
{
	return pending_hook();
}

SEC("kprobe/sched_ttwu_pending")
int pending_entry_kprobe(struct pt_regs *ctx)
{
	return pending_hook();
}

static __noinline int activated(struct rq *rq, __u32 pid, int wake_flags)
{
	struct chain *c = waking_chain_of(pid, SEEN_ACTIVATE);

	if (!c)
		return 0;
	GUARDED(activate(c, rq, wake_flags));
	return 0;
}

SEC("fentry/ttwu_do_activate")
int BPF_PROG(do_activate, struct rq *rq, struct task_struct *p, int wake_flags)
{
	return is_of_chain(p->pid) ? activated(rq, p->pid, wake_flags) : 0;
}

SEC("kprobe/ttwu_do_activate")
int BPF_KPROBE(do_activate_kprobe, struct rq *rq, struct task_struct *p, int wake_flags)
{
	struct chain *c = waking_chain_of(BPF_CORE_READ(p, pid), SEEN_ACTIVATE);

	if (!c)
		return 0;
	GUARDED(activate(c, rq, wake_flags));
	return 0;
}

/* ---- the wakeup: tracepoints, in every tier ---- */

static __noinline int waking(void *ctx, struct task_struct *p)
{
	REMEMBER(task_is_recent(RECENT_WAKING, p, 0));
	if (!is_armed(p, FIELD(p, pid)))
		return 0;
	GUARDED(mint(ctx, p));
	return 0;
}

SEC(TRACEPOINT "sched_waking")
int BPF_PROG(sched_waking, struct task_struct *p)
{
	return config.recent_events || may_be_armed(FIELD(p, pid)) ? waking(ctx, p) : 0;
}

static __noinline int woken(struct task_struct *p)
{
	struct chain *c = chain_of(FIELD(p, pid), SEEN_WAKEUP);

	REMEMBER(task_is_recent(RECENT_WAKEUP, p, task_cpu(p)));
	if (!c)
		return 0;
	GUARDED(wakeup(c, p));
	return 0;
}

SEC(TRACEPOINT "sched_wakeup")
int BPF_PROG(sched_wakeup, struct task_struct *p)
{
	return config.recent_events || is_of_chain(FIELD(p, pid)) ? woken(p) : 0;
}

static __noinline int switched(struct task_struct *prev, struct task_struct *next)
{
	struct chain *c = &chain;

	REMEMBER(task_is_recent(RECENT_SWITCH, next, FIELD(prev, pid)));
	/* Here a target that goes to sleep is seen first, before its edge. */
	if (config.pid_namespace)
		is_armed(prev, FIELD(prev, pid));
	if (config.target_tells_read)
		target_leaves(prev);
	if (is_open(c))
		GUARDED(task_leaves(prev));
	/*
	 * A later switch only shows whether the target is still on the CPU of its read. Only its own report
	 * needs that.
	 */
	if (c->pid != (__u32)FIELD(next, pid) || !is_open(c) || (c->seen[SEEN_SWITCH] && !config.target_tells_read))
		return 0;
	/*
	 * A switch before sched_wakeup is not this wakeup's: a target that was preempted on its way to sleep
	 * continues there while try_to_wake_up() waits for the lock of its rq, ttwu_runnable() (6.12).
	 */
	if (!c->seen[SEEN_WAKEUP])
		return 0;
	GUARDED(switched_in(c));
	return 0;
}

SEC(TRACEPOINT "sched_switch")
int BPF_PROG(sched_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	return config.recent_events || config.pid_namespace || is_open(&chain) ? switched(prev, next) : 0;
}

static __noinline int migrates(struct task_struct *p, int dest_cpu)
{
	struct chain *c = chain_of(FIELD(p, pid), SEEN_WAKEUP);

	REMEMBER(task_is_recent(RECENT_MIGRATE, p, dest_cpu));
	/*
	 * A chain begins at sched_waking; a migration before that does not belong to this wakeup. With its
	 * dequeue delayed, a sleeper is still on its runqueue, and another CPU's load balancing may pull it,
	 * can_migrate_task() (6.12), while try_to_wake_up() begins.
	 */
	if (!c)
		return 0;
	c->migrate_cpu = dest_cpu;
	c->seen[SEEN_MIGRATE] = 1;
	return 0;
}

SEC(TRACEPOINT "sched_migrate_task")
int BPF_PROG(sched_migrate_task, struct task_struct *p, int dest_cpu)
{
	return config.recent_events || is_of_chain(FIELD(p, pid)) ? migrates(p, dest_cpu) : 0;
}

/* ---- timekeeping reads ---- */

/* An accessor without arguments of interest that returns ns. */
#define READ_RETURNS_NS(function, id)            \
	SEC("fentry/" #function)                 \
	int function##_entry(void *ctx)          \
	{                                        \
		return read_hook(ctx, id, 1, 0); \
	}                                        \
	READ_KPROBES(function, id, 0)

/* The fexit program of such an accessor: it gets the arguments first, then the return value. */
#define READ_RETURNED(function, id, arguments...)  \
	SEC("fexit/" #function)                    \
	int BPF_PROG(function##_exit, ##arguments) \
	{                                          \
		return read_exit_hook(id, value);  \
	}

/* An accessor that fills the timespec64 passed to it. */
#define READ_FILLS_TS64(function, id)                         \
	SEC("fentry/" #function)                              \
	int BPF_PROG(function##_entry, struct timespec64 *ts) \
	{                                                     \
		return read_hook(ctx, id, 1, (__u64)ts);      \
	}                                                     \
	SEC("fexit/" #function)                               \
	int function##_exit(void *ctx)                        \
	{                                                     \
		return read_exit_hook(id, 0);                 \
	}                                                     \
	READ_KPROBES(function, id, PT_REGS_PARM1(ctx))

#define READ_KPROBES(function, id, fills)                   \
	SEC("kprobe/" #function)                            \
	int function##_entry_kprobe(struct pt_regs *ctx)    \
	{                                                   \
		return read_hook(ctx, id, 1, fills);        \
	}                                                   \
	SEC("kretprobe/" #function)                         \
	int function##_exit_kprobe(struct pt_regs *ctx)     \
	{                                                   \
		return read_exit_hook(id, PT_REGS_RC(ctx)); \
	}

/* A read that gives no single clock in ns: a snapshot of several clocks, or a clocksource's raw cycles. */
#define READ_BARE(function, id)                          \
	SEC("fentry/" #function)                         \
	int function##_entry(void *ctx)                  \
	{                                                \
		return read_hook(ctx, id, 0, 0);         \
	}                                                \
	SEC("kprobe/" #function)                         \
	int function##_entry_kprobe(struct pt_regs *ctx) \
	{                                                \
		return read_hook(ctx, id, 0, 0);         \
	}

READ_RETURNS_NS(ktime_get, TKREAD_KTIME_GET)
READ_RETURNED(ktime_get, TKREAD_KTIME_GET, __s64 value)
READ_RETURNS_NS(ktime_get_raw, TKREAD_KTIME_GET_RAW)
READ_RETURNED(ktime_get_raw, TKREAD_KTIME_GET_RAW, __s64 value)
READ_RETURNS_NS(ktime_get_with_offset, TKREAD_KTIME_GET_WITH_OFFSET)
READ_RETURNED(ktime_get_with_offset, TKREAD_KTIME_GET_WITH_OFFSET, int offs, __s64 value)
READ_RETURNS_NS(ktime_get_update_offsets_now, TKREAD_KTIME_GET_UPDATE_OFFSETS_NOW)
READ_RETURNED(ktime_get_update_offsets_now, TKREAD_KTIME_GET_UPDATE_OFFSETS_NOW, void *cwsseq, void *real, void *boot,
	      void *tai, __s64 value)
READ_FILLS_TS64(ktime_get_ts64, TKREAD_KTIME_GET_TS64)
READ_FILLS_TS64(ktime_get_real_ts64, TKREAD_KTIME_GET_REAL_TS64)
READ_FILLS_TS64(ktime_get_raw_ts64, TKREAD_KTIME_GET_RAW_TS64)
READ_BARE(ktime_get_snapshot, TKREAD_KTIME_GET_SNAPSHOT)
CLOCKSOURCE_CALLBACKS(READ_BARE)

/*
 * In the tracepoint tier the target's own system call marks the read, unless the target reports the read
 * itself.
 */
SEC(TRACEPOINT "sys_enter")
int BPF_PROG(sys_enter, void *regs, long id)
{
	return id == NR_CLOCK_GETTIME ? read_hook(ctx, TKREAD_CLOCK_GETTIME, 0, 0) : 0;
}

/* ---- kernel/time/timekeeping.c: timekeeping_notify() runs this under stop_machine() for every switch ---- */

/*
 * curr_clocksource (kernel/time/clocksource.c) is a static pointer without BTF. __clocksource_select()
 * changes it after timekeeping_notify() has returned (6.1, 6.12, 7.3), so here it still points to the old
 * clocksource.
 */
static __always_inline void note_old_clocksource(struct chain *c)
{
	const struct clocksource *from;

	if (!config.curr_clocksource ||
	    bpf_probe_read_kernel(&from, sizeof(from), (const void *)config.curr_clocksource))
		return;
	if (bpf_probe_read_kernel_str(c->clocksource_from, sizeof(c->clocksource_from), BPF_CORE_READ(from, name)) > 0)
		c->seen[SEEN_CLOCKSOURCE_FROM] = 1;
}

static __always_inline int switch_hook(const struct clocksource *to)
{
	struct chain *c = &chain;

	if (!is_open(c))
		return 0;
	__sync_fetch_and_add(&c->clocksource_switches, 1);
	if (c->seen[SEEN_CLOCKSOURCE])
		return 0;
	GUARDED({
		c->clocksource_switch_ns = bpf_ktime_get_ns();
		c->tkreads_before_switch = c->tkreads;
		bpf_probe_read_kernel_str(c->clocksource_to, sizeof(c->clocksource_to), BPF_CORE_READ(to, name));
		note_old_clocksource(c);
		c->seen[SEEN_CLOCKSOURCE] = 1;
	});
	return 0;
}

SEC("fentry/change_clocksource")
int BPF_PROG(clocksource_switch, void *data)
{
	return switch_hook(data);
}

SEC("kprobe/change_clocksource")
int BPF_KPROBE(clocksource_switch_kprobe, void *data)
{
	return switch_hook(data);
}
