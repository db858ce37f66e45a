/* SPDX-License-Identifier: MIT */
/*
 * Two tasks on one CPU that wake each other through pipes, TRIPS round trips (two wakeups, two switches, four system
 * calls each) a burst. Prints ns per round trip:
 *
 * pair decile TRIPS BURSTS    elapsed time of the burst at the first decile: a burst that others interrupted says
 *                             nothing about what costs the same in all of them
 * pair mean TRIPS SECONDS     time of both on the CPU, over all bursts: for what costs much now and nothing later;
 *                             being interrupted is not part of it
 *
 * And one task that sleeps, each time for 300 us, on an idle CPU. Prints ns from a timer's expiry to the return:
 *
 * pair timer 1 SLEEPS         the median: the wakeup by an hrtimer and the CPU's way out of idle
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
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

static int64_t cpu_ns(clockid_t clock)
{
	struct timespec used;

	clock_gettime(clock, &used);
	return used.tv_sec * 1000000000LL + used.tv_nsec;
}

static double first_decile(int to, int from, int trips, int count)
{
	int64_t *bursts = calloc(count, sizeof(*bursts));

	if (!bursts)
		exit(1);
	for (int burst = -WARM_UP; burst < count; burst++) {
		int64_t began = now_ns();

		round_trips(to, from, trips);
		if (burst >= 0)
			bursts[burst] = now_ns() - began;
	}
	qsort(bursts, count, sizeof(*bursts), ascending);
	return (double)bursts[count / 10] / trips;
}

static double mean_of_cpu(int to, int from, int trips, int seconds, pid_t other)
{
	int64_t began, used, bursts = 0;
	clockid_t others;

	if (clock_getcpuclockid(other, &others))
		exit(1);
	round_trips(to, from, trips * WARM_UP);
	used = cpu_ns(CLOCK_PROCESS_CPUTIME_ID) + cpu_ns(others);
	for (began = now_ns(); now_ns() - began < seconds * 1000000000LL; bursts++)
		round_trips(to, from, trips);
	return (double)(cpu_ns(CLOCK_PROCESS_CPUTIME_ID) + cpu_ns(others) - used) / bursts / trips;
}

#define SLEEP_NS 300000

static double median_of_wakeups(int count)
{
	int64_t *late = calloc(count, sizeof(*late)), due;

	/* Otherwise the kernel adds 50 us to each sleep. */
	if (!late || prctl(PR_SET_TIMERSLACK, 1))
		exit(1);
	for (int sleep = -WARM_UP; sleep < count; sleep++) {
		struct timespec then;

		due = now_ns() + SLEEP_NS;
		then.tv_sec = due / 1000000000LL;
		then.tv_nsec = due % 1000000000LL;
		if (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &then, NULL))
			exit(1);
		if (sleep >= 0)
			late[sleep] = now_ns() - due;
	}
	qsort(late, count, sizeof(*late), ascending);
	return (double)late[count / 2];
}

int main(int argc, char **argv)
{
	int there[2], back[2], is_mean, trips, length;
	double ns;
	pid_t other;

	if (argc != 4)
		return 2;
	is_mean = !strcmp(argv[1], "mean");
	trips = atoi(argv[2]);
	length = atoi(argv[3]);
	if (trips < 1 || length < 1 || pipe(there) || pipe(back))
		return 1;
	stay_on_one_cpu();
	if (!strcmp(argv[1], "timer")) {
		printf("%.1f\n", median_of_wakeups(length));
		return 0;
	}
	/*
	 * A higher priority, so others on this CPU interrupt less; without the right to it, more bursts are
	 * disturbed.
	 */
	if (!is_mean)
		setpriority(PRIO_PROCESS, 0, -20);
	other = fork();
	if (!other) {
		close(there[1]);
		answer(there[0], back[1]);
	}
	close(back[1]);
	ns = is_mean ? mean_of_cpu(there[1], back[0], trips, length, other) :
		       first_decile(there[1], back[0], trips, length);
	close(there[1]);
	wait(NULL);
	printf("%.1f\n", ns);
	return 0;
}
