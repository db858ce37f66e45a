/* SPDX-License-Identifier: MIT */
#ifndef PROBE_WAKES_H
#define PROBE_WAKES_H

#include <stdint.h>
#include <sys/types.h>

#include "triggers.h"

/* One way for a run to block and to be woken. */
struct wait_state {
	const struct trigger *trigger;
	struct edge_wait edge;
	long switches; /* voluntary context switches of the target before it waited for the timer or the device */
	pid_t target_tid;
	int fds[2];
	uint32_t word;
};

struct wake {
	const char *name;
	/* Prepares `state`; 0 or an errno. May be NULL. */
	int (*open)(struct wait_state *state);
	/* In the target: blocks until it is woken; 0 or an errno. */
	int (*wait)(struct wait_state *state);
	/* In another thread, at the edge: wakes the target. NULL: the trigger itself wakes it. */
	int (*wake)(struct wait_state *state);
	/* In the target, after its clock read: whether it slept until the right edge; 0 or an errno. May be NULL. */
	int (*settle)(struct wait_state *state);
	void (*close)(struct wait_state *state);
};

/* NULL when the table has no such wake; 0 is the timer's. */
const struct wake *wake_at(int32_t index);

#endif
