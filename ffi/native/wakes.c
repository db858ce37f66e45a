/* SPDX-License-Identifier: MIT */
/*
 * The one table of wakes: how the target blocks, and what wakes it. runbook/protocol/wakes.ts says how each
 * should look.
 */
#define _GNU_SOURCE
#include "wakes.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long voluntary_switches(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_nvcsw;
}

static int wait_timer(struct wait_state *state)
{
	state->switches = voluntary_switches();
	return state->trigger->block(&state->edge);
}

/* An edge that came before the target was asleep has not woken it. */
static int settle_timer(struct wait_state *state)
{
	return voluntary_switches() == state->switches ? ETIME : 0;
}

/* Waits on the device itself: its driver ends the wait, in the interrupt or from a worker. */
static int wait_device(struct wait_state *state)
{
	int error = state->trigger->begin(&state->edge);

	state->switches = voluntary_switches();
	return error ? error : state->trigger->block(&state->edge);
}

/* An edge between begin() and the sleep ends the wait without a wakeup. */
static int settle_device(struct wait_state *state)
{
	int error = settle_edge(state->trigger, &state->edge);

	return error ? error : voluntary_switches() == state->switches ? ESTALE : 0;
}

static int open_pipe(struct wait_state *state)
{
	return pipe2(state->fds, O_CLOEXEC) ? errno : 0;
}

static int wait_pipe(struct wait_state *state)
{
	char byte;

	return read(state->fds[0], &byte, 1) == 1 ? 0 : errno;
}

/* pipe_write() wakes the reader with wake_up_interruptible_sync_poll(): WF_SYNC. */
static int wake_pipe(struct wait_state *state)
{
	return write(state->fds[1], "", 1) == 1 ? 0 : errno;
}

static void close_fds(struct wait_state *state)
{
	close(state->fds[0]);
	if (state->fds[1] >= 0)
		close(state->fds[1]);
}

static int wait_futex(struct wait_state *state)
{
	while (__atomic_load_n(&state->word, __ATOMIC_ACQUIRE) == 0) {
		if (syscall(SYS_futex, &state->word, FUTEX_WAIT_PRIVATE, 0, NULL) && errno != EAGAIN)
			return errno;
	}
	return 0;
}

static int wake_futex(struct wait_state *state)
{
	__atomic_store_n(&state->word, 1, __ATOMIC_RELEASE);
	return syscall(SYS_futex, &state->word, FUTEX_WAKE_PRIVATE, 1) == 1 ? 0 : EAGAIN;
}

static int open_eventfd(struct wait_state *state)
{
	state->fds[0] = eventfd(0, EFD_CLOEXEC);
	state->fds[1] = -1;
	return state->fds[0] < 0 ? errno : 0;
}

static int wait_eventfd(struct wait_state *state)
{
	eventfd_t value;

	return eventfd_read(state->fds[0], &value) ? errno : 0;
}

static int wake_eventfd(struct wait_state *state)
{
	return eventfd_write(state->fds[0], 1) ? errno : 0;
}

static void wake_signal_set(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGRTMIN + 8);
}

/* target_run() has blocked the signal, as sigwaitinfo() requires. */
static int wait_signal(struct wait_state *state)
{
	sigset_t set;

	(void)state;
	wake_signal_set(&set);
	return sigwaitinfo(&set, NULL) < 0 ? errno : 0;
}

static int wake_signal(struct wait_state *state)
{
	return syscall(SYS_tgkill, getpid(), state->target_tid, SIGRTMIN + 8) ? errno : 0;
}

/*
 * When something else ends the wait early, the waker still sends its signal afterwards. Take that signal
 * here: it would end the process as soon as the thread accepts signals again.
 */
static void close_signal(struct wait_state *state)
{
	static const struct timespec AT_ONCE;
	sigset_t set;

	(void)state;
	wake_signal_set(&set);
	while (sigtimedwait(&set, NULL, &AT_ONCE) >= 0 || errno == EINTR)
		;
}

static const struct wake WAKES[] = {
	{ "timer", .wait = wait_timer, .settle = settle_timer },
	{ "pps", .wait = wait_device, .settle = settle_device },
	{ "rtc", .wait = wait_device, .settle = settle_device },
	{ "pipe", open_pipe, wait_pipe, wake_pipe, .close = close_fds },
	{ "futex", .wait = wait_futex, .wake = wake_futex },
	{ "eventfd", open_eventfd, wait_eventfd, wake_eventfd, .close = close_fds },
	{ "signal", .wait = wait_signal, .wake = wake_signal, .close = close_signal },
};

const struct wake *wake_at(int32_t index)
{
	return index >= 0 && (size_t)index < sizeof(WAKES) / sizeof(WAKES[0]) ? &WAKES[index] : NULL;
}

/* Index of the wake of that name in the table, or -1. */
int32_t wake_index(const char *name)
{
	const struct wake *wake;

	for (int32_t i = 0; (wake = wake_at(i)); i++) {
		if (!strcmp(wake->name, name))
			return i;
	}
	return -1;
}
