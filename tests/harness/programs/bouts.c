/* SPDX-License-Identifier: MIT */
/*
 * For use inside a guest: `bouts CPU BUSY_US REST_US` computes on that CPU as a real-time task, in bouts with a rest
 * after each, until it is killed.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdlib.h>
#include <time.h>

static long now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000L + now.tv_nsec / 1000;
}

int main(int argc, char **argv)
{
	struct sched_param param = { .sched_priority = 1 };
	cpu_set_t cpus;

	if (argc != 4)
		return 2;
	CPU_ZERO(&cpus);
	CPU_SET(atoi(argv[1]), &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) || sched_setscheduler(0, SCHED_FIFO, &param))
		return 1;
	for (;;) {
		struct timespec rest = { .tv_nsec = atol(argv[3]) * 1000 };

		for (long end = now_us() + atol(argv[2]); now_us() < end;)
			;
		nanosleep(&rest, 0);
	}
}
