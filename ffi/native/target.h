/* SPDX-License-Identifier: MIT */
/* What ffi/target.ts hands to target_run() and gets back. Eight-byte fields only, so that there is no padding. */
#ifndef PROBE_TARGET_H
#define PROBE_TARGET_H

#include <stdint.h>

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
};

int target_run(const struct target_request *request, struct target_result *result);
void target_cancel(uint64_t run);
int64_t clock_now(int32_t clock);

#endif
