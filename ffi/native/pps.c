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

/* The device must stamp assert edges, and let a caller wait for the next event. */
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
 * PPS_FETCH first waits for an event later than the call, then returns the latest assert edge. A timeout of 0
 * means it does not wait; an invalid timeout (PPS_TIME_INVALID) means it waits without limit.
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
 * The returned assert edge may not be the next one. A later edge: another pulse came before the wait began or
 * after it ended. An earlier one: a clear edge ended the wait. In both cases the edge of this wakeup is not
 * known.
 */
static int block_pps(struct edge_wait *wait)
{
	return fetch(wait, PPS_TIME_INVALID);
}

/* Pulses come one second apart, as precisely as the machine's own clock keeps its rate. */
#define EARLIEST_NS 20000000LL

const struct trigger PPS_TRIGGER = {
	.name = "pps",
	.earliest_ns = EARLIEST_NS,
	.open = open_pps,
	.begin = begin_pps,
	.block = block_pps,
	.latest = latest_pps,
};
