/* SPDX-License-Identifier: MIT */
/*
 * Makes pulses on the parallel port of a QEMU guest, one a second, until it is killed, and prints what the
 * kernel made of each. SIGUSR1 leaves the next one out, SIGUSR2 stops it (SIGCONT continues); no signal
 * separates a pulse from its line. One line per pulse: its assert from sysfs (CLOCK_REALTIME, ns),
 * CLOCK_REALTIME minus CLOCK_MONOTONIC, half the width of the bracket in which that was measured, the
 * assert's sequence number. With an argument it is a real-time task and keeps its phase, as a receiver does, however
 * long the machine stands still.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/io.h>
#include <time.h>

#define STATUS 0x379
#define CONTROL 0x37a
#define NS_PER_S 1000000000LL

static int64_t now_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

/* The device raises its interrupt when the strobe ends, and lowers it when its status is read. */
static void pulse(void)
{
	outb(0x1d, CONTROL);
	outb(0x1c, CONTROL);
	inb(STATUS);
}

/* Prints nothing when the clock was set since `expected`, the difference before the pulse. */
static int tell(int64_t expected)
{
	long long seconds, ns;
	unsigned int sequence;
	int64_t best = INT64_MAX, difference = 0;
	FILE *file = fopen("/sys/class/pps/pps0/assert", "r");

	if (!file || fscanf(file, "%lld.%9lld#%u", &seconds, &ns, &sequence) != 3)
		return 1;
	fclose(file);
	for (int i = 0; i < 16; i++) {
		int64_t before = now_ns(CLOCK_MONOTONIC), middle = now_ns(CLOCK_REALTIME);
		int64_t after = now_ns(CLOCK_MONOTONIC);

		if (after - before < best) {
			best = after - before;
			difference = middle - before - best / 2;
		}
	}
	if (llabs(difference - expected) > NS_PER_S / 1000)
		return 0;
	printf("%lld %lld %lld %u\n", seconds * NS_PER_S + ns, (long long)difference, (long long)(best / 2 + 1),
	       sequence);
	return fflush(stdout);
}

static volatile sig_atomic_t left_out;

static void leave_out(int signal)
{
	(void)signal;
	left_out = 1;
}

static void stop(int signal)
{
	(void)signal;
	raise(SIGSTOP);
}

int main(int argc, char **argv)
{
	int keeps_phase = argc > 1 && argv[1][0];
	struct sched_param param = { .sched_priority = 2 };
	sigset_t signals;
	int64_t expected;
	struct timespec next, now, settle = { 0, 100000000 };

	signal(SIGUSR1, leave_out);
	signal(SIGUSR2, stop);
	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR2);
	sigaddset(&signals, SIGTERM);
	if (iopl(3) || (keeps_phase && sched_setscheduler(0, SCHED_FIFO, &param)))
		return 1;
	clock_gettime(CLOCK_MONOTONIC, &next);
	for (;;) {
		next.tv_sec++;
		while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL))
			;
		/* Pulses that were missed while this process was stopped are not made up for. */
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec > next.tv_sec + 1) {
			if (keeps_phase) {
				next.tv_sec = now.tv_sec;
				continue;
			}
			next = now;
		}
		if (left_out) {
			left_out = 0;
			continue;
		}
		sigprocmask(SIG_BLOCK, &signals, NULL);
		expected = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_MONOTONIC);
		pulse();
		while (clock_nanosleep(CLOCK_MONOTONIC, 0, &settle, NULL))
			;
		if (tell(expected))
			return 1;
		sigprocmask(SIG_UNBLOCK, &signals, NULL);
	}
}
