/* SPDX-License-Identifier: MIT */
#ifndef PROBE_VDSO_H
#define PROBE_VDSO_H

#include <stdint.h>

/* How many of `reads` calls of clock_gettime entered the kernel; -errno when that cannot be counted. */
int32_t clock_reads_entering_kernel(int32_t reads);

#endif
