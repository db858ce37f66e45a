/* SPDX-License-Identifier: MIT */
/*
 * A task that wakes by itself, for use inside a guest: `waits DEVICE` waits for each pulse of a PPS device,
 * `waits` alone sleeps 50 ms each time. After each wakeup it reads the clock by the raw system call.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/pps.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static const struct timespec PAUSE = { 0, 50000000 };
	int fd = argc > 1 ? open(argv[1], O_RDONLY) : -1;
	struct timespec now;

	if (argc > 1 && fd < 0)
		return 1;
	for (;;) {
		struct pps_fdata data = { .timeout = { .flags = PPS_TIME_INVALID } };

		if (fd < 0)
			nanosleep(&PAUSE, NULL);
		else if (ioctl(fd, PPS_FETCH, &data))
			return 1;
		syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
	}
}
