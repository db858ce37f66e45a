/* SPDX-License-Identifier: MIT */
/*
 * For use inside a guest: `hog CPU` occupies that CPU as a real-time task until it is killed, `hog CPU MS` for so many
 * milliseconds: where every CPU has one, nobody is left to kill it.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdlib.h>
#include <time.h>

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

int main(int argc, char **argv)
{
	struct sched_param param = { .sched_priority = 1 };
	long long end_ms;
	cpu_set_t cpus;

	if (argc != 2 && argc != 3)
		return 2;
	CPU_ZERO(&cpus);
	CPU_SET(atoi(argv[1]), &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) || sched_setscheduler(0, SCHED_FIFO, &param))
		return 1;
	end_ms = argc == 3 ? now_ms() + atoi(argv[2]) : 0;
	while (!end_ms || now_ms() < end_ms)
		;
	return 0;
}
