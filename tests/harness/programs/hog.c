/* SPDX-License-Identifier: MIT */
/* For use inside a guest: `hog CPU` occupies that CPU as a real-time task until it is killed. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	struct sched_param param = { .sched_priority = 1 };
	cpu_set_t cpus;

	if (argc != 2)
		return 2;
	CPU_ZERO(&cpus);
	CPU_SET(atoi(argv[1]), &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) || sched_setscheduler(0, SCHED_FIFO, &param))
		return 1;
	for (volatile int forever = 1; forever;)
		;
	return 0;
}
