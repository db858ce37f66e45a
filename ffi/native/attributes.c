/* SPDX-License-Identifier: MIT */
/* How the kernel schedules the calling thread: changed for a run, then put back. */
#define _GNU_SOURCE
#include "attributes.h"

#include <errno.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "affinity.h"

/* The smallest possible slack: 0 would make PR_SET_TIMERSLACK set the thread's default. */
#define LEAST_SLACK_NS 1UL

static long slack(void)
{
	return prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0);
}

/* A real-time policy has no slack: the kernel ignores the setting (hrtimer_nanosleep(); from 6.12 prctl() itself). */
long drop_slack(void)
{
	long slack_ns = slack();

	prctl(PR_SET_TIMERSLACK, LEAST_SLACK_NS, 0, 0, 0);
	return slack_ns;
}

void restore_slack(long slack_ns)
{
	if (slack_ns >= 0)
		prctl(PR_SET_TIMERSLACK, (unsigned long)slack_ns, 0, 0, 0);
}

static int is_realtime(int policy)
{
	return policy == SCHED_FIFO || policy == SCHED_RR;
}

static int set_policy(int policy, int priority)
{
	struct sched_param param = { .sched_priority = is_realtime(policy & ~SCHED_RESET_ON_FORK) ? priority : 0 };

	return sched_setscheduler(0, policy, &param) ? errno : 0;
}

/* `who` is 0 for the calling thread. A nice value may be -1, so only errno shows an error. */
static int read_scheduling(pid_t who, struct task_attributes *found)
{
	struct sched_param param = { 0 };
	int nice;

	found->policy = sched_getscheduler(who);
	if (found->policy < 0 || sched_getparam(who, &param))
		return errno;
	found->priority = param.sched_priority;
	errno = 0;
	nice = getpriority(PRIO_PROCESS, (id_t)who);
	if (errno)
		return errno;
	found->nice = nice;
	return 0;
}

static int asks(const struct target_request *request)
{
	return request->policy != INHERITED || request->priority != INHERITED || request->nice != INHERITED;
}

static int take_attributes(const struct target_request *request)
{
	struct task_attributes own;
	int error = read_scheduling(0, &own);

	if (!error && (request->policy != INHERITED || request->priority != INHERITED))
		error = set_policy(request->policy == INHERITED ? own.policy : request->policy,
				   request->priority == INHERITED ? own.priority : request->priority);
	if (!error && request->nice != INHERITED)
		error = setpriority(PRIO_PROCESS, 0, request->nice) ? errno : 0;
	return error;
}

/* Takes over the main thread's scheduling: this program never changes that thread. */
static int leave_scheduling(void)
{
	struct task_attributes main_thread;
	int error = read_scheduling(getpid(), &main_thread);

	if (!error)
		error = set_policy(main_thread.policy, main_thread.priority);
	if (!error)
		error = setpriority(PRIO_PROCESS, 0, main_thread.nice) ? errno : 0;
	return error;
}

int leave_attributes(const struct target_request *request)
{
	if (request->cpus)
		leave_cpus();
	return asks(request) ? leave_scheduling() : 0;
}

int become_target(const struct target_request *request, long *slack_ns)
{
	int error = request->cpus ? keep_on_cpus((const void *)(uintptr_t)request->cpus, request->cpus_bytes) : 0;

	*slack_ns = slack();
	if (!error && asks(request))
		error = take_attributes(request);
	/*
	 * After the policy: a real-time policy makes the kernel drop the slack, any other restores the
	 * default (6.12).
	 */
	drop_slack();
	return error;
}

int leave_target(const struct target_request *request, long slack_ns)
{
	int error = leave_attributes(request);

	restore_slack(slack_ns);
	return error;
}

static int read_attributes(struct task_attributes *found, void *cpus, size_t bytes)
{
	int error = read_scheduling(0, found);

	found->policy &= ~SCHED_RESET_ON_FORK;
	found->slack_ns = is_realtime(found->policy) ? 0 : slack();
	if (!error)
		error = sched_getaffinity(0, bytes, cpus) ? errno : 0;
	return error;
}

int target_attributes(const struct target_request *request, struct task_attributes *found, void *cpus, size_t bytes)
{
	long slack_ns;
	int error = become_target(request, &slack_ns), left;

	if (!error)
		error = read_attributes(found, cpus, bytes);
	left = leave_target(request, slack_ns);
	return error ? error : -left;
}
