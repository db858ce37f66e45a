/* SPDX-License-Identifier: MIT */
#ifndef PROBE_AFFINITY_H
#define PROBE_AFFINITY_H

#include <stddef.h>
#include <stdint.h>

/* Restricts the calling thread to the CPUs of a mask as sched_setaffinity(2) takes it. 0 or an errno. */
int keep_on_cpus(const void *mask, size_t bytes);

/* The same of another thread; its process need not be this one. */
int32_t keep_thread_on_cpus(int32_t tid, const void *mask, uint32_t bytes);

/* Lets it run again wherever the main thread may. */
void leave_cpus(void);

#endif
