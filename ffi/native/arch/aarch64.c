/* SPDX-License-Identifier: MIT */
/* The generic timer's virtual counter, which the kernel's clocksource arch_sys_counter reads too. */
#include "counter.h"

const char counter_name[] = "cntvct_el0";

/* It counts at a fixed frequency in every power state (Arm ARM, D12.1: the system counter). */
int counter_is_steady(void)
{
	return 1;
}

uint64_t counter_ticks(void)
{
	uint64_t ticks;

	/* Otherwise it may be read before what precedes it. */
	__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(ticks) : : "memory");
	return ticks;
}
