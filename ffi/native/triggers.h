/* SPDX-License-Identifier: MIT */
#ifndef PROBE_TRIGGERS_H
#define PROBE_TRIGGERS_H

#include <stdint.h>

/* One wait for an edge. */
struct edge_wait {
	int fd;              /* of the device; not the timer's */
	int64_t due_real_ns; /* CLOCK_REALTIME at which the edge is expected; the timer's is the edge itself */
	/* What came of it. */
	int64_t edge_real_ns; /* CLOCK_REALTIME of the edge; 0: the trigger does not tell */
	int64_t sequence;     /* how many edges the device has given so far; -1: it does not count them */
	int64_t waited_for;   /* the sequence that the edge must have */
};

struct trigger {
	const char *name;
	int is_due;          /* the edge is where it is due, so it is known before it comes */
	int64_t earliest_ns; /* where it is not: how long before that it may come at most; 0: nobody knows */
	/* Opens its device; a descriptor or minus an errno. NULL: it has none. */
	int (*open)(const char *path);
	/* Notes which edge is waited for, so that one which has been is not taken for it. May be NULL. */
	int (*begin)(struct edge_wait *wait);
	/* Blocks until the edge; 0 or an errno. */
	int (*block)(struct edge_wait *wait);
	/* What is to be noted of an edge once there is time for it. May be NULL. */
	void (*settle)(struct edge_wait *wait);
	/* The latest edge that is known, without waiting: fills edge_real_ns (0: none) and sequence. NULL: as `open`. */
	int (*latest)(struct edge_wait *wait);
};

extern const struct trigger PPS_TRIGGER, RTC_TRIGGER;

/* NULL when there is no such trigger; 0 is the timer. */
const struct trigger *trigger_at(int64_t index);

/* After the wait, when nothing hurries any more: 0, or ESTALE when the edge is not the one that was waited for. */
int settle_edge(const struct trigger *trigger, struct edge_wait *wait);

/* Begins, blocks, settles. 0 or an errno. */
int wait_for_edge(const struct trigger *trigger, struct edge_wait *wait);

#endif
