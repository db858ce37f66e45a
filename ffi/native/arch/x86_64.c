/* SPDX-License-Identifier: MIT */
/* The time stamp counter. */
#include "counter.h"

#include <cpuid.h>
#include <x86intrin.h>

const char counter_name[] = "tsc";

/* CPUID 0x80000007 EDX bit 8: it runs at the same rate in every power state (Intel SDM, AMD APM: Invariant TSC). */
int counter_is_steady(void)
{
	static int known = -1;
	unsigned int a, b, c, d;

	if (known < 0)
		known = __get_cpuid(0x80000007, &a, &b, &c, &d) && (d & 1u << 8);
	return known;
}

uint64_t counter_ticks(void)
{
	unsigned int aux;

	return __rdtscp(&aux);
}
