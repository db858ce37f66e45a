/* SPDX-License-Identifier: MIT */
/* Pulses of a PPS device: the kernel stamps each assert edge with CLOCK_REALTIME and counts it (RFC 2783). */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/pps.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "clocks.h"
#include "triggers.h"

/* It must stamp assert edges, and let a caller wait for the next event. */
static int checked(int fd)
{
	struct pps_kparams params;
	int capabilities;

	if (ioctl(fd, PPS_GETCAP, &capabilities) || ioctl(fd, PPS_GETPARAMS, &params))
		return errno;
	return capabilities & PPS_CANWAIT && params.mode & PPS_CAPTUREASSERT ? 0 : EOPNOTSUPP;
}

static int open_pps(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), error;

	if (fd < 0)
		return -errno;
	error = checked(fd);
	if (error) {
		close(fd);
		return -error;
	}
	return fd;
}

/*
 * PPS_FETCH first waits for an event that comes after the call, as long as the timeout says: one of 0 does not wait,
 * an invalid one is none. Then it answers with the latest assert.
 */
static int fetch(struct edge_wait *wait, uint32_t timeout_flags)
{
	struct pps_fdata data = { .timeout = { .flags = timeout_flags } };

	if (ioctl(wait->fd, PPS_FETCH, &data))
		return errno;
	wait->edge_real_ns = data.info.assert_tu.sec * NS_PER_S + data.info.assert_tu.nsec;
	wait->sequence = data.info.assert_sequence;
	return 0;
}

static int latest_pps(struct edge_wait *wait)
{
	return fetch(wait, 0);
}

static int begin_pps(struct edge_wait *wait)
{
	int error = latest_pps(wait);

	wait->waited_for = (uint32_t)(wait->sequence + 1);
	return error;
}

/*
 * When it answers with a later assert than the next one, another pulse came before the wait began or after it had
 * ended; with an earlier one, a clear edge ended the wait. Then nobody knows the edge of this wakeup.
 */
static int block_pps(struct edge_wait *wait)
{
	return fetch(wait, PPS_TIME_INVALID);
}

/* A pulse per second is due a second after the one before it, as well as the machine's own clock keeps its rate. */
#define EARLIEST_NS 20000000LL

const struct trigger PPS_TRIGGER = {
	.name = "pps",
	.earliest_ns = EARLIEST_NS,
	.open = open_pps,
	.begin = begin_pps,
	.block = block_pps,
	.latest = latest_pps,
};
