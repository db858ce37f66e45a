/* SPDX-License-Identifier: MIT */
/* Where the calling thread may run: restricted to some CPUs for a run, then again wherever the process may. */
#define _GNU_SOURCE
#include "affinity.h"

#include <errno.h>
#include <sched.h>
#include <unistd.h>

/* In bits: NR_CPUS of the largest kernels, which refuse to fill a shorter mask. */
#define MOST_CPUS 8192

int keep_on_cpus(const void *mask, size_t bytes)
{
	return sched_setaffinity(0, bytes, mask) ? errno : 0;
}

int32_t keep_thread_on_cpus(int32_t tid, const void *mask, uint32_t bytes)
{
	return sched_setaffinity(tid, bytes, mask) ? errno : 0;
}

void leave_cpus(void)
{
	unsigned long mask[MOST_CPUS / (8 * sizeof(unsigned long))];

	/* The main thread's mask: this program never changes it. */
	if (!sched_getaffinity(getpid(), sizeof(mask), (cpu_set_t *)mask))
		sched_setaffinity(0, sizeof(mask), (cpu_set_t *)mask);
}
