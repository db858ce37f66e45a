/* SPDX-License-Identifier: MIT */
/*
 * The built-in target: one call is one run. Everything between arming and the first clock read happens in
 * this one native call on its own thread; no JavaScript runs between the wakeup and the read.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/bpf.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../../bpf/record.h"
#include "target.h"

#define NS_PER_S 1000000000LL
#define BRACKETS 16

static int64_t ns_of(const struct timespec *ts)
{
	return (int64_t)ts->tv_sec * NS_PER_S + ts->tv_nsec;
}

static int64_t now_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ns_of(&ts);
}

static struct timespec timespec_of(int64_t ns)
{
	struct timespec ts = { .tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S };

	return ts;
}

/* clock `other` minus CLOCK_MONOTONIC, from the narrowest of a few brackets; half its width is the error. */
static int64_t clock_difference(clockid_t other, int64_t *uncertainty_ns)
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

static int arm(int map_fd, uint32_t pid, uint64_t run)
{
	struct armed_run value = { .pid = pid, .run = run };
	uint32_t key = 0;
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = map_fd;
	attr.key = (uintptr_t)&key;
	attr.value = (uintptr_t)&value;
	attr.flags = BPF_ANY;
	return syscall(SYS_bpf, BPF_MAP_UPDATE_ELEM, &attr, sizeof(attr)) ? errno : 0;
}

/* tid of the target while it may be in its sleep; the cancelling thread signals it until it has left. */
static atomic_int sleeping_tid;
static atomic_int cancelled;

static int cancel_signal(void)
{
	return SIGRTMIN + 7;
}

static void on_cancel(int signal)
{
	(void)signal; /* being interrupted is all it is for */
}

static int sleep_until(const struct timespec *edge, pid_t tid)
{
	struct sigaction action = { .sa_handler = on_cancel };
	int error;

	sigaction(cancel_signal(), &action, NULL);
	atomic_store(&sleeping_tid, tid);
	/* A late expiry still wakes: the timer fires at once. */
	error = atomic_load(&cancelled) ? EINTR : clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, edge, NULL);
	return error;
}

/* Ends the sleep in progress: target_run() returns EINTR. Returns once the target has left its sleep. */
void target_cancel(void)
{
	int tid;

	atomic_store(&cancelled, 1);
	while ((tid = atomic_load(&sleeping_tid))) {
		syscall(SYS_tgkill, getpid(), tid, cancel_signal());
		usleep(1000);
	}
}

/*
 * Runs once: arms the map with this thread's own pid, so that no wakeup can come before the arming and none
 * be missed after it, sleeps until the edge, reads CLOCK_MONOTONIC by the raw system call, disarms.
 * Returns 0, or an errno: ETIME when the edge was nearer than `lead_ns` once everything was ready, EINTR when
 * a signal or target_cancel() cut the sleep short.
 */
int target_run(const struct target_request *request, struct target_result *result)
{
	struct timespec edge = timespec_of(request->edge_real_ns), now, past = { 0, 0 };
	int64_t raw_before, raw_after, raw_uncertainty;
	int error;

	prctl(PR_SET_NAME, "probe-target");
	atomic_store(&cancelled, 0);
	memset(result, 0, sizeof(*result));
	result->tgid = getpid();
	result->pid = syscall(SYS_gettid);

	/* Rehearsed unarmed: a page fault between arming and sleeping could block and be woken. */
	clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &past, NULL);
	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
	error = arm(request->armed_map_fd, 0, 0);
	if (error)
		return error;

	raw_before = clock_difference(CLOCK_MONOTONIC_RAW, &raw_uncertainty);
	result->edge_ns = request->edge_real_ns - clock_difference(CLOCK_REALTIME, &result->edge_uncertainty_ns);
	error = arm(request->armed_map_fd, result->pid, request->run);
	if (error)
		return error;
	if (now_ns(CLOCK_REALTIME) + request->lead_ns > request->edge_real_ns) {
		arm(request->armed_map_fd, 0, 0);
		return ETIME;
	}

	error = sleep_until(&edge, result->pid);
	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);

	atomic_store(&sleeping_tid, 0);
	arm(request->armed_map_fd, 0, 0);
	result->value_ns = ns_of(&now);
	raw_after = clock_difference(CLOCK_MONOTONIC_RAW, &result->clock_step_uncertainty_ns);
	/* (mono_1 - raw_1) - (mono_0 - raw_0): a step of CLOCK_MONOTONIC itself, and NTP's slewing in between. */
	result->clock_step_ns = raw_before - raw_after;
	result->clock_step_uncertainty_ns += raw_uncertainty;
	return error;
}

int64_t clock_now(int32_t clock)
{
	return now_ns(clock);
}
