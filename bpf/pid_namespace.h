/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The target as user space names it: by its pid in probe's pid namespace, which in a container differs from
 * the kernel's own.
 */
#ifndef PROBE_PID_NAMESPACE_H
#define PROBE_PID_NAMESPACE_H

#include "maps.h"

/*
 * MAX_PID_NS_LEVEL (include/linux/pid_namespace.h, 5.10 to 7.3): how deep namespaces nest below the initial
 * one.
 */
#define DEEPEST_PID_NAMESPACE 32

/*
 * The pid of the task in the namespace of that inode; 0 when it is not in that one. A task has a number in
 * its own namespace and in each one above it, struct pid's numbers[0 .. level] (alloc_pid(), kernel/pid.c).
 */
static __always_inline __u32 pid_inside(const struct task_struct *p, __u32 inode)
{
	const struct pid *pid = BPF_CORE_READ(p, thread_pid);
	const void *numbers = (const void *)pid + bpf_core_field_offset(struct pid, numbers);
	__u32 level = BPF_CORE_READ(pid, level);

	for (__u32 i = 0; i <= DEEPEST_PID_NAMESPACE && i <= level; i++) {
		const struct upid *number = numbers + i * bpf_core_type_size(struct upid);

		if (BPF_CORE_READ(number, ns, ns.inum) == inode)
			return BPF_CORE_READ(number, nr);
	}
	return 0;
}

/*
 * Whether the task is the armed one. In the initial namespace that takes one comparison. In another one the
 * first sight of the task, when it goes to sleep, gives the kernel's own pid, and from then on it takes one
 * comparison too.
 */
static __always_inline bool is_armed(const struct task_struct *p, __u32 pid)
{
	if (!config.pid_namespace)
		return armed.pid == pid && armed.run;
	/* Every CPU has a task with pid 0, and none of them is ever a target. */
	if (!armed.run || !pid)
		return 0;
	if (!armed.kernel_pid && pid_inside(p, config.pid_namespace) == armed.pid)
		armed.kernel_pid = pid;
	return armed.kernel_pid == pid;
}

/*
 * Whether it may be the armed task, or that of the chain. Every wakeup of the machine comes here: a program that
 * leaves the rest to a function of its own saves no registers for it (docs/cost.md).
 */
static __always_inline bool may_be_armed(__u32 pid)
{
	return config.pid_namespace || armed.pid == pid;
}

static __always_inline bool is_of_chain(__u32 pid)
{
	return ((struct chain *)&chain)->pid == pid;
}

#endif
