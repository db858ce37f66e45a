/* SPDX-License-Identifier: MIT */
/*
 * For use inside a guest: a task that two others, each on its own CPU, wake at the same instant. It polls two
 * eventfds, so neither waker's lock keeps the other one out of try_to_wake_up(). After each wakeup it reads
 * the clock by the raw system call.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_NS 3000000
#define SPIN_NS 300000
/* So that neither waker is always first. */
#define JITTER_NS 32768

static int events[2];
static atomic_llong at_ns;

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void *waker(void *argument)
{
	int which = (int)(intptr_t)argument;
	const uint64_t one = 1;
	uint32_t random = 1 + which;
	long long next, left, last = 0;
	cpu_set_t cpu;

	prctl(PR_SET_NAME, "rival-waker");
	CPU_ZERO(&cpu);
	CPU_SET(which, &cpu);
	if (sched_setaffinity(0, sizeof(cpu), &cpu))
		return NULL;
	for (;; last = next) {
		while ((next = atomic_load(&at_ns)) == last)
			usleep(500);
		left = next - now_ns() - SPIN_NS;
		if (left > 0)
			usleep(left / 1000);
		random = random * 1664525 + 1013904223;
		while (now_ns() < next + (random >> 8) % JITTER_NS)
			;
		if (write(events[which], &one, sizeof(one)) < 0)
			return NULL;
	}
}

int main(void)
{
	pthread_t thread;
	uint64_t count;

	for (int i = 0; i < 2; i++) {
		events[i] = eventfd(0, EFD_NONBLOCK);
		if (events[i] < 0 || pthread_create(&thread, NULL, waker, (void *)(intptr_t)i))
			return 1;
	}
	prctl(PR_SET_NAME, "rival-target");
	for (;;) {
		struct pollfd ready[] = { { .fd = events[0], .events = POLLIN },
					  { .fd = events[1], .events = POLLIN } };
		struct timespec now;

		atomic_store(&at_ns, now_ns() + PAUSE_NS);
		if (poll(ready, 2, -1) < 0)
			return 1;
		syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
		for (int i = 0; i < 2; i++)
			if (read(events[i], &count, sizeof(count)) < 0)
				continue;
	}
}
