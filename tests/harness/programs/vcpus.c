/* SPDX-License-Identifier: MIT */
/*
 * For use as a VM without a VM: `vcpus N` has N threads that are named as QEMU names those of its vCPUs. Each sleeps
 * from one tenth of a second of CLOCK_MONOTONIC to the next. A line on standard input adds one. It ends when killed.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define PERIOD_NS 100000000L

static void *sleeper(void *argument)
{
	struct timespec due;
	char name[16];

	snprintf(name, sizeof(name), "CPU %ld/KVM", (long)argument);
	prctl(PR_SET_NAME, name);
	prctl(PR_SET_TIMERSLACK, 1);
	clock_gettime(CLOCK_MONOTONIC, &due);
	due.tv_nsec -= due.tv_nsec % PERIOD_NS;
	for (;;) {
		due.tv_nsec += PERIOD_NS;
		if (due.tv_nsec >= 1000000000L) {
			due.tv_nsec -= 1000000000L;
			due.tv_sec++;
		}
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	long started = 0, wanted = argc == 2 ? atol(argv[1]) : 0;
	char line[8];
	pthread_t thread;

	do {
		for (; started < wanted; started++) {
			if (pthread_create(&thread, NULL, sleeper, (void *)started))
				return 1;
		}
		puts("started");
		fflush(stdout);
		wanted++;
	} while (fgets(line, sizeof(line), stdin));
	for (;;)
		pause();
}
