/* SPDX-License-Identifier: MIT */
/* The one table of triggers: what gives a run its edge. runbook/run/triggers.ts says what each means for a series. */
#define _GNU_SOURCE
#include "triggers.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "clocks.h"

static int block_timer(struct edge_wait *wait)
{
	struct timespec due = timespec_of(wait->due_real_ns);

	wait->edge_real_ns = wait->due_real_ns;
	/* A due time that has passed still counts as an edge: the timer fires at once. */
	return clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &due, NULL);
}

static const struct trigger TIMER_TRIGGER = { .name = "timer", .is_due = 1, .block = block_timer };

static const struct trigger *const TRIGGERS[] = { &TIMER_TRIGGER, &PPS_TRIGGER, &RTC_TRIGGER };

const struct trigger *trigger_at(int64_t index)
{
	return index >= 0 && (size_t)index < sizeof(TRIGGERS) / sizeof(TRIGGERS[0]) ? TRIGGERS[index] : NULL;
}

int settle_edge(const struct trigger *trigger, struct edge_wait *wait)
{
	if (trigger->settle)
		trigger->settle(wait);
	return wait->sequence == wait->waited_for ? 0 : ESTALE;
}

int wait_for_edge(const struct trigger *trigger, struct edge_wait *wait)
{
	int error = trigger->begin ? trigger->begin(wait) : 0;

	if (!error)
		error = trigger->block(wait);
	return error ? error : settle_edge(trigger, wait);
}

/* Index of the trigger of that name in the table, or -1. */
int32_t trigger_index(const char *name)
{
	const struct trigger *trigger;

	for (int32_t i = 0; (trigger = trigger_at(i)); i++) {
		if (!strcmp(trigger->name, name))
			return i;
	}
	return -1;
}

/* A descriptor of the trigger's device, or minus an errno. */
int32_t trigger_open(int32_t index, const char *path)
{
	const struct trigger *trigger = trigger_at(index);

	return trigger && trigger->open ? trigger->open(path) : -EINVAL;
}

/* Fills `latest` with the CLOCK_REALTIME of the device's latest edge (0: not known) and its number. 0 or an errno. */
int32_t trigger_latest(int32_t index, int32_t fd, int64_t latest[2])
{
	const struct trigger *trigger = trigger_at(index);
	struct edge_wait wait = { .fd = fd };
	int error = trigger && trigger->latest ? trigger->latest(&wait) : EINVAL;

	latest[0] = wait.edge_real_ns;
	latest[1] = wait.sequence;
	return error;
}
