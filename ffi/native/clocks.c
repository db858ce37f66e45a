/* SPDX-License-Identifier: MIT */
/* Compares clocks: where an instant of one clock lies on another, and whether one of them jumped. */
#define _GNU_SOURCE
#include "clocks.h"

#include "arch/counter.h"

#define BRACKETS 16

int64_t ns_of(const struct timespec *ts)
{
	return (int64_t)ts->tv_sec * NS_PER_S + ts->tv_nsec;
}

struct timespec timespec_of(int64_t ns)
{
	struct timespec ts = { .tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S };

	return ts;
}

int64_t now_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ns_of(&ts);
}

int64_t clock_difference(clockid_t other, int64_t *uncertainty_ns)
{
	int64_t best = INT64_MAX, difference = 0;

	for (int i = 0; i < BRACKETS; i++) {
		int64_t before = now_ns(CLOCK_MONOTONIC);
		int64_t middle = now_ns(other);
		int64_t after = now_ns(CLOCK_MONOTONIC);

		if (after - before < best) {
			best = after - before;
			difference = middle - before - best / 2;
		}
	}
	*uncertainty_ns = (best + 1) / 2;
	return difference;
}

/* Name of the counter that clock_step() uses. */
const char *clock_step_counter(void)
{
	return counter_is_steady() ? counter_name : "CLOCK_MONOTONIC_RAW";
}

struct counter_sample sample_counter(void)
{
	struct counter_sample best = { .uncertainty_ns = INT64_MAX };

	for (int i = 0; i < BRACKETS; i++) {
		int64_t before = now_ns(CLOCK_MONOTONIC);
		uint64_t counter = counter_is_steady() ? counter_ticks() : (uint64_t)now_ns(CLOCK_MONOTONIC_RAW);
		int64_t after = now_ns(CLOCK_MONOTONIC);

		if (after - before < best.uncertainty_ns) {
			best.uncertainty_ns = after - before;
			best.mono_ns = before + (after - before) / 2;
			best.counter = counter;
		}
	}
	best.uncertainty_ns = (best.uncertainty_ns + 1) / 2;
	return best;
}

int64_t clock_step(const struct counter_sample *origin, const struct counter_sample *from,
		   const struct counter_sample *to, int64_t *uncertainty_ns)
{
	int64_t elapsed = to->mono_ns - from->mono_ns;
	double counted = (double)(to->counter - from->counter);
	int64_t brackets = from->uncertainty_ns + to->uncertainty_ns;

	if (counter_is_steady()) {
		double baseline = (double)(from->mono_ns - origin->mono_ns);

		counted *= baseline / (double)(from->counter - origin->counter);
		brackets += (int64_t)((double)(origin->uncertainty_ns + from->uncertainty_ns) / baseline *
				      (double)elapsed) +
			    1;
	}
	*uncertainty_ns = brackets;
	return elapsed - (int64_t)counted;
}
