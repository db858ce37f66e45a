/* SPDX-License-Identifier: MIT */
#ifndef PROBE_ATTRIBUTES_H
#define PROBE_ATTRIBUTES_H

/*
 * Lets the calling thread's timers fire when they are due, instead of up to 50 us later as the kernel's default allows.
 * Returns the slack that it had, ns, for restore_slack().
 */
long drop_slack(void);

/* What drop_slack() returned: the thread goes back to a pool. */
void restore_slack(long slack_ns);

#endif
