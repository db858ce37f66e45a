// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * For use inside a guest: delays wakeups at places where only the kernel is, by computing there. Each program is
 * attached alone (tests/harness/holding.ts).
 */
#include "kernel.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

const volatile struct {
	__u64 ns;        /* how long */
	char comm[16];   /* of the task whose locks are held, or that is woken in the interrupt */
	char target[16]; /* of the task that is woken while locks are held */
} config = {};

#define TARGET config.target
#define LONGEST_NS 40000000

/* The CPU is in the interrupt that woke the task. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} woke SEC(".maps");

static __always_inline bool is_named(const char *comm, const volatile char *name)
{
	for (int i = 0; i < 16; i++) {
		if (comm[i] != name[i])
			return 0;
		if (!comm[i])
			return 1;
	}
	return 1;
}

static __always_inline bool is_concerned(const struct task_struct *p)
{
	char comm[16];

	BPF_CORE_READ_INTO(&comm, p, comm);
	return is_named(comm, config.comm);
}

static long is_over(__u32 i, __u64 *end)
{
	return bpf_ktime_get_ns() >= *end;
}

static void compute(void)
{
	__u64 end = bpf_ktime_get_ns() + config.ns;

	bpf_loop(1 << 23, is_over, &end, 0);
}

/* When the latest wakeup of the target has begun; 0: not since the locks are held. */
static volatile __u64 begun;

/*
 * By an interrupt of an idle CPU: threads that once ran the target keep its name, and are woken by others of their
 * program.
 */
SEC("fentry/try_to_wake_up")
int BPF_PROG(note_ttwu, struct task_struct *p)
{
	char comm[16];

	if ((__u32)bpf_get_current_pid_tgid())
		return 0;
	BPF_CORE_READ_INTO(&comm, p, comm);
	if (is_named(comm, TARGET))
		begun = bpf_ktime_get_ns();
	return 0;
}

static long is_released(__u32 i, __u64 *latest)
{
	__u64 now = bpf_ktime_get_ns();

	return now >= *latest || (begun && now >= begun + config.ns);
}

/*
 * __set_cpus_allowed_ptr() calls it with the task's pi_lock and the lock of its rq held (6.1 to 7.3). It is called
 * before the edge, and holds them until the wakeup has begun and waited.
 */
SEC("fentry/set_cpus_allowed_common")
int BPF_PROG(hold_locks, struct task_struct *p)
{
	__u64 latest = bpf_ktime_get_ns() + LONGEST_NS;

	if (!is_concerned(p))
		return 0;
	begun = 0;
	bpf_loop(1 << 23, is_released, &latest, 0);
	return 0;
}

SEC("tp_btf/sched_waking")
int BPF_PROG(note_waking, struct task_struct *p)
{
	__u32 key = 0, *noted = bpf_map_lookup_elem(&woke, &key);

	if (noted && is_concerned(p))
		*noted = 1;
	return 0;
}

/* The callback that woke the task has returned, its interrupt has not. */
SEC("tp_btf/hrtimer_expire_exit")
int BPF_PROG(stay_in_interrupt)
{
	__u32 key = 0, *noted = bpf_map_lookup_elem(&woke, &key);

	if (!noted || !*noted)
		return 0;
	*noted = 0;
	compute();
	return 0;
}
