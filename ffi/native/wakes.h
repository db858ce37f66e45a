/* SPDX-License-Identifier: MIT */
#ifndef PROBE_WAKES_H
#define PROBE_WAKES_H

#include <stdint.h>
#include <sys/types.h>

#include "triggers.h"

/* One run's way of blocking and of being woken. */
struct wait_state {
	const struct trigger *trigger;
	struct edge_wait edge;
	long switches; /* how often the target had given up its CPU before it waited for the timer or the device */
	pid_t target_tid;
	int fds[2];
	uint32_t word;
};

struct wake {
	const char *name;
	/* Prepares `state`; 0 or an errno. May be NULL. */
	int (*open)(struct wait_state *state);
	/* The target: blocks until it is woken; 0 or an errno. */
	int (*wait)(struct wait_state *state);
	/* Another thread, at the edge: wakes the target. NULL: the trigger itself does. */
	int (*wake)(struct wait_state *state);
	/* The target, after its clock read: whether it has slept until the edge it was to; 0 or an errno. May be NULL. */
	int (*settle)(struct wait_state *state);
	void (*close)(struct wait_state *state);
};

/* NULL when there is no such wake; 0 is the timer's. */
const struct wake *wake_at(int32_t index);

#endif
