/* SPDX-License-Identifier: MIT */
/*
 * Two tasks on one CPU that wake each other through pipes: TRIPS round trips (two wakeups, two switches, four system
 * calls each) timed as one burst, BURSTS times. Prints the ns per round trip of the burst at the first decile: a
 * burst that others interrupted says nothing about the probes.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WARM_UP 5

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The last CPU that this process may use: interrupts mostly go to the first. */
static void stay_on_one_cpu(void)
{
	cpu_set_t allowed, one;

	sched_getaffinity(0, sizeof(allowed), &allowed);
	CPU_ZERO(&one);
	for (int cpu = CPU_SETSIZE - 1; cpu >= 0; cpu--) {
		if (!CPU_ISSET(cpu, &allowed))
			continue;
		CPU_SET(cpu, &one);
		break;
	}
	sched_setaffinity(0, sizeof(one), &one);
}

static void round_trips(int to, int from, int trips)
{
	char byte = 0;

	for (int trip = 0; trip < trips; trip++) {
		if (write(to, &byte, 1) != 1 || read(from, &byte, 1) != 1)
			exit(1);
	}
}

static void answer(int from, int to)
{
	char byte;

	while (read(from, &byte, 1) == 1) {
		if (write(to, &byte, 1) != 1)
			_exit(1);
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	int there[2], back[2];
	int64_t *bursts;
	int trips, count;

	if (argc != 3)
		return 2;
	trips = atoi(argv[1]);
	count = atoi(argv[2]);
	bursts = calloc(count, sizeof(*bursts));
	if (trips < 1 || count < 1 || !bursts || pipe(there) || pipe(back))
		return 1;
	stay_on_one_cpu();
	/* Others on this CPU interrupt less; without the right to it, more bursts are disturbed. */
	setpriority(PRIO_PROCESS, 0, -20);
	if (!fork()) {
		close(there[1]);
		answer(there[0], back[1]);
	}
	close(back[1]);
	for (int burst = -WARM_UP; burst < count; burst++) {
		int64_t began = now_ns();

		round_trips(there[1], back[0], trips);
		if (burst >= 0)
			bursts[burst] = now_ns() - began;
	}
	close(there[1]);
	wait(NULL);
	qsort(bursts, count, sizeof(*bursts), ascending);
	printf("%.1f\n", (double)bursts[count / 10] / trips);
	return 0;
}
