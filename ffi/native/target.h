/* SPDX-License-Identifier: MIT */
/* What ffi/target.ts passes to target_run() and gets back. Eight-byte fields only, so there is no padding. */
#ifndef PROBE_TARGET_H
#define PROBE_TARGET_H

#include <stdint.h>

/* For an attribute that is not asked for: the thread keeps its own. */
#define INHERITED INT64_MIN

struct target_request {
	int64_t armed_map_fd;
	uint64_t run;
	int64_t wake;                /* index in the table of wakes */
	int64_t edge_real_ns;        /* absolute CLOCK_REALTIME at which the edge is due */
	int64_t lead_ns;             /* how far away the edge must be at least once the target is armed */
	int64_t hold_ns;             /* how long the waker holds the wake back after the edge */
	int64_t trigger;             /* index in the table of triggers */
	int64_t trigger_fd;          /* its device, if it has one */
	int64_t cpus;                /* address of the mask of the CPUs that the target may run on; 0: any */
	int64_t cpus_bytes;          /* its length */
	int64_t monotonic_offset_ns; /* this time namespace's CLOCK_MONOTONIC minus the kernel's own */
	int64_t policy;              /* SCHED_*, or INHERITED */
	int64_t priority;            /* of a real-time policy, or INHERITED */
	int64_t nice;                /* or INHERITED */
	int64_t stack;               /* 0: in this run no stack is taken */
};

struct target_result {
	int64_t tgid;
	int64_t pid;
	int64_t edge_ns;             /* times are on the kernel's own CLOCK_MONOTONIC, as BPF programs see it */
	int64_t edge_uncertainty_ns; /* -1: the time of the edge is not known */
	int64_t value_ns;
	int64_t clock_step_ns;
	int64_t clock_step_uncertainty_ns;
	int64_t realtime_step_ns;
	int64_t sequence; /* number of the edge as its device counts; -1: it does not count */
	int64_t counter;  /* the machine's own, after the read */
	int64_t counter_mono_ns;
	int64_t counter_uncertainty_ns;
	int64_t host_real_ns; /* CLOCK_REALTIME of the host, after the read */
	int64_t host_mono_ns;
	int64_t host_uncertainty_ns; /* -1: not known */
};

struct armed_run;

/*
 * Arms `pid`, as this pid namespace counts, in that run: the task's first wakeup from that time on (the
 * kernel's CLOCK_MONOTONIC) is followed; pid 0 disarms. 0 or an errno.
 */
int arm_map(const struct target_request *request, uint32_t pid, uint64_t not_before_ns);

/* The value of the armed map, in this process's memory. 0 or an errno. */
int map_armed(int map_fd, struct armed_run **armed);

/* Notes the read for the program that sees the target leave its CPU. */
void note_read(struct armed_run *armed, uint64_t run, int64_t read_ns);

/* Leaves the note of the read in place. */
void disarm(struct armed_run *armed);

struct wait_state;

/* Converts an instant of this time namespace's CLOCK_MONOTONIC to the kernel's own (kernel/time/namespace.c). */
int64_t kernel_monotonic(const struct target_request *request, int64_t own_ns);

/* The wait state of that request's run, before the wait begins. */
struct wait_state wait_of_run(const struct target_request *request);

/* Waits for the edge in the calling thread; target_cancel(run) ends the wait with EINTR. */
int edge_of_run(uint64_t run, struct wait_state *state);

/*
 * Writes the edge into `result`, and whether CLOCK_REALTIME was set meanwhile; also where the clocks stand now. `difference` and
 * `uncertainty_ns` come from a clock_difference() before the wait, which ended before `end_ns`
 * (CLOCK_MONOTONIC). 0, or ESTALE when setting the clock moved the end of the wait, so the time of the edge
 * is not known.
 */
int place_edge(const struct target_request *request, const struct wait_state *state, int64_t difference,
	       int64_t uncertainty_ns, int64_t end_ns, struct target_result *result);

int target_run(const struct target_request *request, struct target_result *result);
int existing_run(const struct target_request *request, int32_t pid, struct target_result *result);
void target_cancel(uint64_t run);
int64_t clock_now(int32_t clock);

#endif
