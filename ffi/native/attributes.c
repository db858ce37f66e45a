/* SPDX-License-Identifier: MIT */
/* How the kernel treats the calling thread: for a run, then as before. */
#include "attributes.h"

#include <sys/prctl.h>

/* The least there is: 0 means the thread's default to PR_SET_TIMERSLACK. */
#define LEAST_SLACK_NS 1UL

/* A real-time policy has no slack: the kernel ignores what is set (hrtimer_nanosleep(); from 6.12 prctl() itself). */
long drop_slack(void)
{
	long slack_ns = prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0);

	prctl(PR_SET_TIMERSLACK, LEAST_SLACK_NS, 0, 0, 0);
	return slack_ns;
}

void restore_slack(long slack_ns)
{
	if (slack_ns >= 0)
		prctl(PR_SET_TIMERSLACK, (unsigned long)slack_ns, 0, 0, 0);
}
