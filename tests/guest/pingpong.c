/* SPDX-License-Identifier: MIT */
/*
 * For the inside of a guest: a task that is woken as often as this machine can. Two threads hand one byte to and fro
 * through two pipes; each sleeps until the other has written, and the first one reads the clock after each wakeup.
 */
#define _GNU_SOURCE
#include <pthread.h>
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

int main(void)
{
	struct timespec ts;
	pthread_t thread;
	char byte = 0;

	if (pipe(there) || pipe(back) || pthread_create(&thread, NULL, returning, NULL))
		return 1;
	while (write(there[1], &byte, 1) == 1 && read(back[0], &byte, 1) == 1)
		syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &ts);
	return 1;
}
