/* SPDX-License-Identifier: MIT */
/* Compares clocks: where an instant of one clock lies on another, and whether one of them jumped. */
#define _GNU_SOURCE
#include "clocks.h"

#include <fcntl.h>
#include <linux/ptp_clock.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "arch/counter.h"

#define BRACKETS 16

int64_t ns_of(const struct timespec *ts)
{
	return (int64_t)ts->tv_sec * NS_PER_S + ts->tv_nsec;
}

struct timespec timespec_of(int64_t ns)
{
	struct timespec ts = { .tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S };

	return ts;
}

int64_t now_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ns_of(&ts);
}

int64_t clock_difference(clockid_t other, int64_t *uncertainty_ns)
{
	int64_t best = INT64_MAX, difference = 0;

	for (int i = 0; i < BRACKETS; i++) {
		int64_t before = now_ns(CLOCK_MONOTONIC);
		int64_t middle = now_ns(other);
		int64_t after = now_ns(CLOCK_MONOTONIC);

		if (after - before < best) {
			best = after - before;
			difference = middle - before - best / 2;
		}
	}
	*uncertainty_ns = (best + 1) / 2;
	return difference;
}

/* Name of the counter that clock_step() uses. */
const char *clock_step_counter(void)
{
	return counter_is_steady() ? counter_name : "CLOCK_MONOTONIC_RAW";
}

static struct counter_sample sample(int own)
{
	struct counter_sample best = { .uncertainty_ns = INT64_MAX };

	for (int i = 0; i < BRACKETS; i++) {
		int64_t before = now_ns(CLOCK_MONOTONIC);
		uint64_t counter = own ? counter_ticks() : (uint64_t)now_ns(CLOCK_MONOTONIC_RAW);
		int64_t after = now_ns(CLOCK_MONOTONIC);

		if (after - before < best.uncertainty_ns) {
			best.uncertainty_ns = after - before;
			best.mono_ns = before + (after - before) / 2;
			best.counter = counter;
		}
	}
	best.uncertainty_ns = (best.uncertainty_ns + 1) / 2;
	return best;
}

struct counter_sample sample_counter(void)
{
	return sample(counter_is_steady());
}

struct counter_sample sample_own_counter(void)
{
	return sample(1);
}

/*
 * For ffi/native_library.ts: CLOCK_MONOTONIC, the machine's own counter, half the bracket; then CLOCK_REALTIME less
 * CLOCK_MONOTONIC, half its bracket.
 */
void clock_pairs(int64_t out[5])
{
	struct counter_sample own = sample_own_counter();

	out[0] = own.mono_ns;
	out[1] = (int64_t)own.counter;
	out[2] = own.uncertainty_ns;
	out[3] = clock_difference(CLOCK_REALTIME, &out[4]);
}

int64_t clock_step(const struct counter_sample *origin, const struct counter_sample *from,
		   const struct counter_sample *to, int64_t *uncertainty_ns)
{
	int64_t elapsed = to->mono_ns - from->mono_ns;
	double counted = (double)(to->counter - from->counter);
	int64_t brackets = from->uncertainty_ns + to->uncertainty_ns;

	if (counter_is_steady()) {
		double baseline = (double)(from->mono_ns - origin->mono_ns);

		counted *= baseline / (double)(from->counter - origin->counter);
		brackets += (int64_t)((double)(origin->uncertainty_ns + from->uncertainty_ns) / baseline *
				      (double)elapsed) +
			    1;
	}
	*uncertainty_ns = brackets;
	return elapsed - (int64_t)counted;
}

/* ---- the clock of the host that this machine is a guest of, as ptp_kvm gives it ---- */

#define MOST_CLOCKS 16
#define NAME "KVM virtual PTP\n"
#define SAMPLES 8

static int is_host_clock(int index)
{
	char path[64], name[64];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/sys/class/ptp/ptp%d/clock_name", index);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	length = read(fd, name, sizeof(name));
	close(fd);
	return length == (ssize_t)strlen(NAME) && !memcmp(name, NAME, length);
}

/* Its device; -1 without one. */
static int host_clock(void)
{
	static int device = -2;
	char path[32];

	for (int index = 0; device == -2 && index < MOST_CLOCKS; index++) {
		if (!is_host_clock(index))
			continue;
		snprintf(path, sizeof(path), "/dev/ptp%d", index);
		device = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (device == -2)
		device = -1;
	return device;
}

static int64_t ns_of_ptp(const struct ptp_clock_time *time)
{
	return time->sec * NS_PER_S + time->nsec;
}

/* Both clocks at the same instant: the hypervisor tells the counter that its time was read at. */
static int sample_at_once(int device, int64_t *real_ns, int64_t *host_real_ns)
{
	struct ptp_sys_offset_precise precise;

	memset(&precise, 0, sizeof(precise));
	if (ioctl(device, PTP_SYS_OFFSET_PRECISE, &precise))
		return -1;
	*real_ns = ns_of_ptp(&precise.sys_realtime);
	*host_real_ns = ns_of_ptp(&precise.device);
	return 0;
}

/* The host's clock between two reads of this machine's. ptp_kvm has no PTP_SYS_OFFSET_EXTENDED (5.10 to 7.3). */
static int sample_bracketed(int device, int64_t *real_ns, int64_t *host_real_ns, int64_t *uncertainty_ns)
{
	struct ptp_sys_offset offset;
	int64_t best = INT64_MAX;

	memset(&offset, 0, sizeof(offset));
	offset.n_samples = SAMPLES;
	if (ioctl(device, PTP_SYS_OFFSET, &offset))
		return -1;
	for (int i = 0; i < SAMPLES; i++) {
		int64_t before = ns_of_ptp(&offset.ts[2 * i]), after = ns_of_ptp(&offset.ts[2 * i + 2]);

		if (after - before >= best)
			continue;
		best = after - before;
		*real_ns = before + best / 2;
		*host_real_ns = ns_of_ptp(&offset.ts[2 * i + 1]);
	}
	*uncertainty_ns = (best + 1) / 2;
	return 0;
}

struct host_sample sample_host(void)
{
	struct host_sample sample = { .uncertainty_ns = -1 };
	int device = host_clock();
	int64_t difference, real_ns, uncertainty_ns = 1;
	int64_t bracket_ns;

	if (device < 0)
		return sample;
	difference = clock_difference(CLOCK_REALTIME, &bracket_ns);
	if (sample_at_once(device, &real_ns, &sample.host_real_ns) &&
	    sample_bracketed(device, &real_ns, &sample.host_real_ns, &uncertainty_ns))
		return sample;
	sample.mono_ns = real_ns - difference;
	sample.uncertainty_ns = uncertainty_ns + bracket_ns;
	return sample;
}

/* For ffi/native_library.ts: CLOCK_REALTIME of the host, CLOCK_MONOTONIC, how far apart; -1: no host tells its clock. */
void host_pair(int64_t out[3])
{
	struct host_sample sample = sample_host();

	out[0] = sample.host_real_ns;
	out[1] = sample.mono_ns;
	out[2] = sample.uncertainty_ns;
}
