/* SPDX-License-Identifier: MIT */
#ifndef PROBE_ATTRIBUTES_H
#define PROBE_ATTRIBUTES_H

#include <stddef.h>
#include <stdint.h>

#include "target.h"

/* How the kernel schedules a thread, as ffi/attributes.ts gets it: eight-byte fields only. */
struct task_attributes {
	int64_t policy;   /* SCHED_* */
	int64_t priority; /* of a real-time policy; 0: it is none */
	int64_t nice;
	int64_t slack_ns; /* by which its timers may be late; 0 under a real-time policy, which has none */
};

/*
 * Lets the calling thread's timers fire when they are due, instead of up to 50 us later as the kernel's default allows.
 * Returns the slack that it had, ns, for restore_slack().
 */
long drop_slack(void);
void restore_slack(long slack_ns);

/*
 * Gives the calling thread what the request asks for: CPUs, policy, priority, nice; and no slack. leave_target() takes it
 * back, also after an error, and wants `slack_ns`, which is filled here. 0 or an errno.
 */
int become_target(const struct target_request *request, long *slack_ns);
int leave_target(const struct target_request *request, long slack_ns);

/* The same but for the slack: for a thread that a target has created, which begins as that one is. */
int leave_attributes(const struct target_request *request);

/*
 * What a target of that request has, and the mask of the CPUs that it may run on, found out by becoming one for a moment.
 * 0, an errno of what the kernel does not give, or minus one of what it does not take back.
 */
int target_attributes(const struct target_request *request, struct task_attributes *found, void *cpus, size_t bytes);

#endif
