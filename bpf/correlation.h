/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The correlation ID of a run. */
#ifndef PROBE_CORRELATION_H
#define PROBE_CORRELATION_H

#include "kernel.h"

/* MurmurHash3's 64-bit finaliser. analysis/result/correlation.ts recomputes the ID with the same steps. */
static __always_inline __u64 mix(__u64 x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdULL;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53ULL;
	return x ^ (x >> 33);
}

static __always_inline __u64 correlation_id(__u32 tgid, __u32 pid, __u64 run, __u64 ktime)
{
	return mix(ktime ^ mix(run ^ mix((__u64)tgid << 32 | pid)));
}

#endif
