/* SPDX-License-Identifier: MIT */
#ifndef PROBE_AFFINITY_H
#define PROBE_AFFINITY_H

#include <stddef.h>

/* Restricts the calling thread to the CPUs of a mask as sched_setaffinity(2) takes it. 0 or an errno. */
int keep_on_cpus(const void *mask, size_t bytes);

/* Lets it run again wherever the main thread may. */
void leave_cpus(void);

#endif
