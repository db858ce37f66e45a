/* SPDX-License-Identifier: MIT */
/*
 * For use inside a guest. `realtime step NS` sets CLOCK_REALTIME forward by that much, and prints how many ns
 * passed meanwhile, by which the step may be shorter. `realtime read` reads CLOCK_REALTIME by the raw system
 * call for each byte of its standard input.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000LL

static int step(long long ns)
{
	struct timespec ts, before, after;

	clock_gettime(CLOCK_MONOTONIC, &before);
	if (clock_gettime(CLOCK_REALTIME, &ts))
		return 1;
	ns += ts.tv_nsec;
	ts.tv_sec += ns / NS_PER_S;
	ts.tv_nsec = ns % NS_PER_S;
	if (clock_settime(CLOCK_REALTIME, &ts))
		return 1;
	clock_gettime(CLOCK_MONOTONIC, &after);
	printf("%lld\n", (after.tv_sec - before.tv_sec) * NS_PER_S + after.tv_nsec - before.tv_nsec);
	return 0;
}

int main(int argc, char **argv)
{
	struct timespec ts;
	char byte;

	if (argc == 3 && !strcmp(argv[1], "step"))
		return step(atoll(argv[2]));
	if (argc != 2 || strcmp(argv[1], "read"))
		return 2;
	while (read(0, &byte, 1) == 1)
		syscall(SYS_clock_gettime, CLOCK_REALTIME, &ts);
	return 0;
}
