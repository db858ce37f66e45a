/* SPDX-License-Identifier: MIT */
/*
 * The built-in target: one call is one run. Everything between arming and the first clock read happens in
 * this one native call on its own thread; no JavaScript runs between the wakeup and the read.
 */
#define _GNU_SOURCE
#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../bpf/record.h"
#include "attributes.h"
#include "clocks.h"
#include "wakes.h"

/* Each clock is rounded to ns separately. */
#define ROUNDING_NS 2

/* The shortest time over which the counter's rate is measured. */
#define FIRST_BASELINE_NS 20000000LL

static struct counter_sample origin;

int64_t kernel_monotonic(const struct target_request *request, int64_t own_ns)
{
	return own_ns - request->monotonic_offset_ns;
}

/* ---- ending a sleep early ---- */

/* tid of the target while it may be asleep; the cancelling thread signals it until it has woken. */
static atomic_int sleeping_tid;
/* The run that must not sleep any more, even if it has not yet begun to. */
static atomic_ullong cancelled_run;

static int cancel_signal(void)
{
	return SIGRTMIN + 7;
}

static void on_cancel(int signal)
{
	(void)signal; /* its only purpose is to interrupt the sleep */
}

/* Ends the sleep of that run: its target_run() returns EINTR. Returns once the target does not sleep any more. */
void target_cancel(uint64_t run)
{
	int tid;

	atomic_store(&cancelled_run, run);
	while ((tid = atomic_load(&sleeping_tid))) {
		syscall(SYS_tgkill, getpid(), tid, cancel_signal());
		usleep(1000);
	}
}

static int wait_for_wake(uint64_t run, const struct wake *wake, struct wait_state *state)
{
	struct sigaction action = { .sa_handler = on_cancel };

	sigaction(cancel_signal(), &action, NULL);
	atomic_store(&sleeping_tid, state->target_tid);
	return atomic_load(&cancelled_run) == run ? EINTR : wake->wait(state);
}

struct wait_state wait_of_run(const struct target_request *request)
{
	struct wait_state state = {
		.trigger = trigger_at(request->trigger),
		.edge = {
			.fd = request->trigger_fd,
			.due_real_ns = request->edge_real_ns,
			.sequence = -1,
			.waited_for = -1,
		},
		.target_tid = syscall(SYS_gettid),
		.fds = { -1, -1 },
	};

	return state;
}

static int wait_edge(struct wait_state *state)
{
	return wait_for_edge(state->trigger, &state->edge);
}

int edge_of_run(uint64_t run, struct wait_state *state)
{
	static const struct wake ITSELF = { "edge", .wait = wait_edge };
	int error = wait_for_wake(run, &ITSELF, state);

	atomic_store(&sleeping_tid, 0);
	return error;
}

/* A signal meant for the process must not wake the target: everything except the cancelling signal is blocked. */
static void block_signals(sigset_t *before)
{
	sigset_t set;

	sigfillset(&set);
	sigdelset(&set, cancel_signal());
	pthread_sigmask(SIG_SETMASK, &set, before);
}

/* ---- the waker's thread, for every wake except the timer's own ---- */

struct waker {
	const struct target_request *request;
	const struct wake *wake;
	struct wait_state *state;
	int64_t asleep_by_ns;  /* CLOCK_REALTIME: the target must sleep by then */
	int64_t difference_ns; /* CLOCK_REALTIME less CLOCK_MONOTONIC at arming */
	int stat_fd; /* the target's stat file, opened by the target itself: /proc may count pids in another namespace than ours */
	int error;
};

/* Whether the target is asleep in the kernel: field 3 of its stat file is S. */
static int is_asleep(int stat_fd)
{
	char text[512];
	ssize_t length = pread(stat_fd, text, sizeof(text) - 1, 0);
	char *name_end;

	if (length <= 0)
		return 0;
	text[length] = 0;
	name_end = strrchr(text, ')');
	return name_end && name_end[1] == ' ' && name_end[2] == 'S';
}

/*
 * A target that is not asleep at the edge would find its wake already done and would not block: no wakeup, no
 * run. So the waker checks shortly before the edge. Nobody else wakes the target, so it is still asleep at
 * the edge.
 */
static void *waker_main(void *argument)
{
	struct waker *waker = argument;
	struct wait_state *state = waker->state;
	struct timespec look = timespec_of(waker->asleep_by_ns), held;

	waker->error = leave_attributes(waker->request);
	drop_slack();
	prctl(PR_SET_NAME, "probe-waker");
	clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &look, NULL);
	if (!waker->error && !is_asleep(waker->stat_fd))
		waker->error = ETIME;
	if (!waker->error)
		waker->error = wait_for_edge(state->trigger, &state->edge);
	if (waker->error) {
		/*
		 * Wake it even though the run does not count, or it would sleep for ever. Once is enough:
		 * every wake leaves something behind (a byte, a count, the futex word, a pending signal) that
		 * a target finds when it goes to sleep later. That holds even if FUTEX_WAKE finds nobody to
		 * wake.
		 */
		waker->wake->wake(state);
		return NULL;
	}
	if (waker->request->hold_ns) {
		/* Not on CLOCK_REALTIME, which may be stepped meanwhile. */
		held = timespec_of(state->edge.edge_real_ns - waker->difference_ns + waker->request->hold_ns);
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &held, NULL);
	}
	if (atomic_load(&cancelled_run) != waker->request->run)
		waker->error = waker->wake->wake(state);
	return NULL;
}

/* The waker may still have long to wait for its edge: signal it again and again until it has ended. */
static void cancel_waker(pthread_t thread)
{
	while (pthread_tryjoin_np(thread, NULL) == EBUSY) {
		pthread_kill(thread, cancel_signal());
		usleep(1000);
	}
}

/* ---- one run ---- */

/* The caller disarms. */
static int armed_wait(const struct target_request *request, int64_t difference_ns, const struct wake *wake,
		      struct armed_run *armed, struct wait_state *state, struct timespec *read)
{
	struct waker waker = {
		.request = request,
		.wake = wake,
		.state = state,
		.asleep_by_ns = request->edge_real_ns - request->lead_ns / 2,
		.difference_ns = difference_ns,
	};
	pthread_t thread;
	int error;

	if (wake->wake) {
		waker.stat_fd = open("/proc/thread-self/stat", O_RDONLY | O_CLOEXEC);
		if (waker.stat_fd < 0)
			return errno;
		error = pthread_create(&thread, NULL, waker_main, &waker);
		if (error) {
			close(waker.stat_fd);
			return error;
		}
	}
	error = arm_map(request, state->target_tid, 0);
	if (!error && !wake->wake && now_ns(CLOCK_REALTIME) + request->lead_ns > request->edge_real_ns)
		error = ETIME;
	if (!error) {
		error = wait_for_wake(request->run, wake, state);
		syscall(SYS_clock_gettime, CLOCK_MONOTONIC, read);
		note_read(armed, request->run, kernel_monotonic(request, ns_of(read)));
		atomic_store(&sleeping_tid, 0);
		if (!error && wake->settle)
			error = wake->settle(state);
	}
	if (wake->wake && error) {
		cancel_waker(thread);
	} else if (wake->wake) {
		pthread_join(thread, NULL);
		error = waker.error;
	}
	if (wake->wake)
		close(waker.stat_fd);
	return error;
}

/*
 * Whether a clock that was set during the wait moved the end of the wait. Set forward: the wait ended before
 * the instant computed for the edge. Set back: it ended later by at least the step. (A wake held back for
 * longer than the step looks the same. Repeating such a run is the lesser evil.)
 */
static int was_moved(const struct wait_state *state, const struct target_result *result, int64_t late, int64_t slack_ns)
{
	if (state->trigger->latest || llabs(result->realtime_step_ns) <= slack_ns)
		return 0;
	return late < -slack_ns || (result->realtime_step_ns < 0 && late >= -result->realtime_step_ns - slack_ns);
}

/* What lets another machine's times be placed on this machine's clock, see runbook/vcpu/clock_map.ts. */
static void note_clocks(const struct target_request *request, struct target_result *result)
{
	struct counter_sample own = sample_own_counter();
	struct host_sample host = sample_host();

	result->counter = (int64_t)own.counter;
	result->counter_mono_ns = kernel_monotonic(request, own.mono_ns);
	result->counter_uncertainty_ns = own.uncertainty_ns;
	result->host_real_ns = host.host_real_ns;
	result->host_mono_ns = kernel_monotonic(request, host.mono_ns);
	result->host_uncertainty_ns = host.uncertainty_ns;
}

int place_edge(const struct target_request *request, const struct wait_state *state, int64_t difference,
	       int64_t uncertainty_ns, int64_t end_ns, struct target_result *result)
{
	int64_t edge_ns = state->edge.edge_real_ns - difference;
	int64_t after_ns, step = clock_difference(CLOCK_REALTIME, &after_ns) - difference;
	int stepped = llabs(step) > uncertainty_ns + after_ns + ROUNDING_NS;

	result->realtime_step_ns = step;
	result->sequence = state->edge.sequence;
	result->edge_ns = kernel_monotonic(request, edge_ns);
	result->edge_uncertainty_ns = uncertainty_ns;
	/* It is not known whether a device stamped its edge before the step or after it. */
	if (!state->edge.edge_real_ns || (stepped && state->trigger->latest))
		result->edge_uncertainty_ns = -1;
	note_clocks(request, result);
	return was_moved(state, result, end_ns - edge_ns, uncertainty_ns + after_ns + ROUNDING_NS) ? ESTALE : 0;
}

/*
 * Runs once: arms the map with this thread's own pid, so no wakeup can come before the arming and none after
 * it is missed; blocks until it is woken; reads CLOCK_MONOTONIC by the raw system call; disarms. Returns 0 or
 * an errno: ETIME when the edge was nearer than `lead_ns` once everything was ready, ESTALE when it is not
 * known which edge woke the target, EINTR when target_cancel() cut the sleep short.
 */
static int run_once(const struct target_request *request, struct target_result *result)
{
	const struct wake *wake = wake_at(request->wake);
	struct wait_state state = wait_of_run(request);
	struct counter_sample before, after;
	int64_t difference, uncertainty_ns;
	struct timespec read, past = { 0, 0 };
	struct armed_run *armed;
	int error;

	if (!wake || !state.trigger)
		return EINVAL;
	prctl(PR_SET_NAME, "probe-target");
	memset(result, 0, sizeof(*result));
	result->tgid = getpid();
	result->pid = state.target_tid;

	/* Rehearse it unarmed: a page fault between arming and sleeping could block and cause a wakeup of its own. */
	clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &past, NULL);
	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &read);
	error = arm_map(request, 0, 0);
	if (error)
		return error;
	error = wake->open ? wake->open(&state) : 0;
	if (error)
		return error;
	error = map_armed(request->armed_map_fd, &armed);
	if (error)
		goto close;
	if (!origin.mono_ns) {
		struct timespec baseline = timespec_of(FIRST_BASELINE_NS);

		origin = sample_counter();
		clock_nanosleep(CLOCK_MONOTONIC, 0, &baseline, NULL);
	}

	before = sample_counter();
	difference = clock_difference(CLOCK_REALTIME, &uncertainty_ns);
	error = armed_wait(request, difference, wake, armed, &state, &read);
	disarm(armed);
close:
	if (wake->close)
		wake->close(&state);
	if (error)
		return error;
	after = sample_counter();
	result->value_ns = kernel_monotonic(request, ns_of(&read));
	result->clock_step_ns = clock_step(&origin, &before, &after, &result->clock_step_uncertainty_ns);
	return place_edge(request, &state, difference, uncertainty_ns, ns_of(&read), result);
}

int target_run(const struct target_request *request, struct target_result *result)
{
	sigset_t before;
	long slack_ns;
	int error, left;

	block_signals(&before);
	error = become_target(request, &slack_ns);
	if (!error)
		error = run_once(request, result);
	left = leave_target(request, slack_ns); /* the thread goes back to a pool */
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error ? error : left;
}

int64_t clock_now(int32_t clock)
{
	return now_ns(clock);
}
