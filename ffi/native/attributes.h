/* SPDX-License-Identifier: MIT */
#ifndef PROBE_ATTRIBUTES_H
#define PROBE_ATTRIBUTES_H

#include <stddef.h>
#include <stdint.h>

#include "target.h"

/* How the kernel schedules a thread, in the form ffi/attributes.ts reads: eight-byte fields only. */
struct task_attributes {
	int64_t policy;   /* SCHED_* */
	int64_t priority; /* of a real-time policy; else 0 */
	int64_t nice;
	int64_t slack_ns; /* how late its timers may fire; 0 under a real-time policy, which has no slack */
};

/*
 * Makes the calling thread's timers fire when they are due, instead of up to 50 us later (the kernel's
 * default). Returns the thread's previous slack, ns, for restore_slack().
 */
long drop_slack(void);
void restore_slack(long slack_ns);

/*
 * Gives the calling thread what the request asks for (CPUs, policy, priority, nice) and takes its slack away.
 * Fills `slack_ns` for leave_target(), which undoes all of this, also after an error. 0 or an errno.
 */
int become_target(const struct target_request *request, long *slack_ns);
int leave_target(const struct target_request *request, long slack_ns);

/* The same without the slack: for a thread that a target has created, which inherits the target's attributes. */
int leave_attributes(const struct target_request *request);

/*
 * Finds out what a target with that request has, and the mask of CPUs it may run on, by becoming one for a
 * moment. 0, an errno for what the kernel refuses to give, or minus an errno for what it refuses to take
 * back.
 */
int target_attributes(const struct target_request *request, struct task_attributes *found, void *cpus, size_t bytes);

#endif
