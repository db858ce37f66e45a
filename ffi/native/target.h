/* SPDX-License-Identifier: MIT */
/* What ffi/target.ts hands to target_run() and gets back. Eight-byte fields only, so that there is no padding. */
#ifndef PROBE_TARGET_H
#define PROBE_TARGET_H

#include <stdint.h>
#include <time.h>

struct target_request {
	int64_t armed_map_fd;
	uint64_t run;
	int64_t wake;         /* index in the table of wakes */
	int64_t edge_real_ns; /* absolute CLOCK_REALTIME */
	int64_t lead_ns;      /* how far away the edge must still be once the target is armed */
	int64_t hold_ns;      /* how long the waker holds the wake back after the edge */
};

struct target_result {
	int64_t tgid;
	int64_t pid;
	int64_t edge_ns;
	int64_t edge_uncertainty_ns;
	int64_t value_ns;
	int64_t clock_step_ns;
	int64_t clock_step_uncertainty_ns;
	int64_t realtime_step_ns;
};

/* Makes `pid` the task whose first wakeup is followed, in that run; pid 0 disarms. 0 or an errno. */
int arm_map(int map_fd, uint32_t pid, uint64_t run);

/* Sleeps until an absolute CLOCK_REALTIME; target_cancel(run) ends it with EINTR. */
int sleep_of_run(uint64_t run, const struct timespec *until);

int target_run(const struct target_request *request, struct target_result *result);
int existing_run(const struct target_request *request, int32_t pid, struct target_result *result);
void target_cancel(uint64_t run);
int64_t clock_now(int32_t clock);

#endif
