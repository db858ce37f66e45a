/* SPDX-License-Identifier: MIT */
/*
 * For use inside an emulated host: `hog N...` waits until the file that a throwaway guest shares with its host has N
 * rows, then occupies both CPUs as real-time tasks around the next edge, and so on. Rows are there well before 0.6 s
 * after their edge, and the next edge comes 1 s after it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <glob.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define KEPT "/tmp/probe-guest-*/kept"
#define CPUS 2
#define UNTIL_MS 600
#define HOG_MS 450
#define POLL_MS 20

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void sleep_ms(long ms)
{
	struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&time, NULL);
}

static int open_kept(void)
{
	glob_t found;
	int fd = -1;

	if (!glob(KEPT, 0, NULL, &found) && found.gl_pathc)
		fd = open(found.gl_pathv[found.gl_pathc - 1], O_RDONLY);
	globfree(&found);
	return fd;
}

/* Lines that begin with a digit; the file begins with the number of bytes that follow (guest/vm/kept_file.ts). */
static long rows_in(int fd)
{
	static char text[1 << 20];
	uint64_t size = 0;
	long rows = 0;
	ssize_t length;

	if (pread(fd, &size, sizeof(size), 0) != sizeof(size) || size > sizeof(text))
		return 0;
	length = pread(fd, text, size, sizeof(size));
	for (ssize_t i = 1; i < length; i++)
		rows += text[i - 1] == '\n' && text[i] >= '0' && text[i] <= '9';
	return rows;
}

static void hog(int cpu)
{
	struct sched_param param = { .sched_priority = 1 };
	long long end_ms = now_ms() + HOG_MS;
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) || sched_setscheduler(0, SCHED_FIFO, &param))
		_exit(1);
	while (now_ms() < end_ms)
		;
	_exit(0);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		for (;;) {
			int fd = open_kept();
			long rows = fd < 0 ? 0 : rows_in(fd);

			if (fd >= 0)
				close(fd);
			if (rows >= atol(argv[i]))
				break;
			sleep_ms(POLL_MS);
		}
		sleep_ms(UNTIL_MS);
		for (int cpu = 0; cpu < CPUS; cpu++) {
			if (!fork())
				hog(cpu);
		}
		while (wait(NULL) > 0)
			;
	}
	return 0;
}
