/* SPDX-License-Identifier: MIT */
#ifndef PROBE_CLOCKS_H
#define PROBE_CLOCKS_H

#include <stdint.h>
#include <time.h>

#define NS_PER_S 1000000000LL

int64_t ns_of(const struct timespec *ts);
struct timespec timespec_of(int64_t ns);
int64_t now_ns(clockid_t clock);

/* Clock `other` minus CLOCK_MONOTONIC, and half the width of the bracket it was measured in. ns. */
int64_t clock_difference(clockid_t other, int64_t *uncertainty_ns);

/* CLOCK_MONOTONIC beside an independent counter: the machine's own where it is steady, else CLOCK_MONOTONIC_RAW. */
struct counter_sample {
	int64_t mono_ns;
	uint64_t counter; /* its ticks, or ns */
	int64_t uncertainty_ns;
};

struct counter_sample sample_counter(void);

/*
 * The same with the machine's own counter, steady or not: a hypervisor gives its guest the host's counter times a
 * ratio plus an offset, whatever the guest is told about it.
 */
struct counter_sample sample_own_counter(void);

/* CLOCK_MONOTONIC here beside CLOCK_REALTIME of the host that a guest runs on. */
struct host_sample {
	int64_t mono_ns;
	int64_t host_real_ns;
	int64_t uncertainty_ns; /* -1: this machine has no such clock */
};

/*
 * Asks the hypervisor, by ptp_kvm (drivers/ptp/ptp_kvm_common.c): a module on x86, built in on arm64. The device is
 * looked for once.
 */
struct host_sample sample_host(void);

/*
 * Elapsed CLOCK_MONOTONIC minus the elapsed counter, between two samples, ns. The counter's rate comes from
 * the time between `origin` and `from`, so it gets more exact as the series goes on; `uncertainty_ns` bounds
 * the error.
 */
int64_t clock_step(const struct counter_sample *origin, const struct counter_sample *from,
		   const struct counter_sample *to, int64_t *uncertainty_ns);

#endif
