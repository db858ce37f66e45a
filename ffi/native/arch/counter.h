/* SPDX-License-Identifier: MIT */
/* The machine's own counter, which no adjustment of the kernel's clock touches. Each file here is of one architecture. */
#ifndef PROBE_COUNTER_H
#define PROBE_COUNTER_H

#include <stdint.h>

/* As result files call it. */
extern const char counter_name[];

/* Whether it runs at one rate in every power state. */
int counter_is_steady(void);

/* Ticks; only where it is steady. */
uint64_t counter_ticks(void);

#endif
