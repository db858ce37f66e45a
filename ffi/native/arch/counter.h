/* SPDX-License-Identifier: MIT */
/*
 * The machine's own counter. Adjustments of the kernel's clock do not touch it. Each file here serves one
 * architecture.
 */
#ifndef PROBE_COUNTER_H
#define PROBE_COUNTER_H

#include <stdint.h>

/* Its name in result files. */
extern const char counter_name[];

/* Whether it runs at the same rate in every power state. */
int counter_is_steady(void);

/* Ticks. Only meaningful while the counter is steady. */
uint64_t counter_ticks(void);

#endif
