/* SPDX-License-Identifier: MIT */
#ifndef PROBE_TRIGGERS_H
#define PROBE_TRIGGERS_H

#include <stdint.h>

/* One wait for an edge. */
struct edge_wait {
	int fd;              /* of the device; unused by the timer */
	int64_t due_real_ns; /* CLOCK_REALTIME at which the edge is expected; for the timer, the edge itself */
	/* What the wait found. */
	int64_t edge_real_ns; /* CLOCK_REALTIME of the edge; 0: the trigger does not tell it */
	int64_t sequence;     /* how many edges the device has given so far; -1: it does not count them */
	int64_t waited_for;   /* the sequence that the edge must have */
};

struct trigger {
	const char *name;
	int is_due;          /* the edge comes exactly when it is due, so its time is known in advance */
	int64_t earliest_ns; /* otherwise: how long before that time it may come at most; 0: not known */
	/* Opens its device; a descriptor or minus an errno. NULL: it has no device. */
	int (*open)(const char *path);
	/* Notes which edge the wait is for, so an earlier edge is not taken for it. May be NULL. */
	int (*begin)(struct edge_wait *wait);
	/* Blocks until the edge; 0 or an errno. */
	int (*block)(struct edge_wait *wait);
	/* Notes what must be kept of an edge, once time does not matter any more. May be NULL. */
	void (*settle)(struct edge_wait *wait);
	/*
	 * The latest known edge, without waiting: fills edge_real_ns (0: not known) and sequence. NULL: it
	 * has no device.
	 */
	int (*latest)(struct edge_wait *wait);
};

extern const struct trigger PPS_TRIGGER, RTC_TRIGGER;

/* NULL when the table has no such trigger; 0 is the timer. */
const struct trigger *trigger_at(int64_t index);

/* After the wait, when time does not matter any more: 0, or ESTALE when the edge is not the awaited one. */
int settle_edge(const struct trigger *trigger, struct edge_wait *wait);

/* Begins, blocks, settles. 0 or an errno. */
int wait_for_edge(const struct trigger *trigger, struct edge_wait *wait);

#endif
