/* SPDX-License-Identifier: MIT */
/*
 * A task that is woken as often as this machine can. Two threads pass one byte back and forth through two
 * pipes; each sleeps until the other has written, and the first one reads the clock after each wakeup.
 *
 * It writes its own account into the given file, as 8-byte integers, as many as the file has room for: how
 * many wakeups there were, then the clock at each of them, in ns.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int there[2], back[2];

static void *returning(void *unused)
{
	char byte;

	(void)unused;
	while (read(there[0], &byte, 1) == 1 && write(back[1], &byte, 1) == 1)
		;
	return NULL;
}

static int64_t *account(const char *path, int64_t *capacity)
{
	struct stat status;
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &status))
		return MAP_FAILED;
	*capacity = status.st_size / sizeof(int64_t) - 1;
	return mmap(NULL, status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
}

int main(int argc, char **argv)
{
	int64_t none = 0, *count = &none, capacity = 0;
	struct timespec ts;
	pthread_t thread;
	char byte = 0;

	if (argc > 1)
		count = account(argv[1], &capacity);
	if (count == MAP_FAILED || pipe(there) || pipe(back) || pthread_create(&thread, NULL, returning, NULL))
		return 1;
	while (write(there[1], &byte, 1) == 1 && read(back[0], &byte, 1) == 1) {
		syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &ts);
		if (*count < capacity)
			count[1 + *count] = ts.tv_sec * 1000000000LL + ts.tv_nsec;
		++*count;
	}
	return 1;
}
