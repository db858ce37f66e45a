/* SPDX-License-Identifier: MIT */
/*
 * Update interrupts of a real-time clock, one a second. The kernel counts them but does not stamp them. One
 * of its worker threads ends the read some time after the interrupt, so the time of the edge is not known.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/rtc.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "clocks.h"
#include "triggers.h"

/* State of the one device that is open. */
static int64_t updates, latest_return_real_ns;

static int open_rtc(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), error;

	if (fd < 0)
		return -errno;
	if (ioctl(fd, RTC_UIE_ON, 0)) {
		error = errno;
		close(fd);
		return -error;
	}
	return fd;
}

/* The bytes above the lowest one hold the number of interrupts since the last read. The read blocks while it is 0. */
static int read_updates(int fd, int64_t *count)
{
	unsigned long word;

	if (read(fd, &word, sizeof(word)) != sizeof(word))
		return errno;
	*count = word >> 8;
	return 0;
}

/* Reads pending updates away: they would end the wait before it began. */
static int begin_rtc(struct edge_wait *wait)
{
	struct pollfd poll_fd = { .fd = wait->fd, .events = POLLIN };
	int64_t count = 0;
	int error = 0;

	if (poll(&poll_fd, 1, 0) > 0)
		error = read_updates(wait->fd, &count);
	updates += count;
	wait->waited_for = updates + 1;
	return error;
}

static int block_rtc(struct edge_wait *wait)
{
	int64_t count;
	int error = read_updates(wait->fd, &count);

	if (error)
		return error;
	updates += count;
	wait->sequence = updates;
	return 0;
}

/* Runs after the target's own first clock read. */
static void settle_rtc(struct edge_wait *wait)
{
	(void)wait;
	latest_return_real_ns = now_ns(CLOCK_REALTIME);
}

static int latest_rtc(struct edge_wait *wait)
{
	wait->edge_real_ns = latest_return_real_ns;
	wait->sequence = updates;
	return 0;
}

const struct trigger RTC_TRIGGER = {
	.name = "rtc",
	.open = open_rtc,
	.begin = begin_rtc,
	.block = block_rtc,
	.settle = settle_rtc,
	.latest = latest_rtc,
};
