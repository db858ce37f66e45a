/* SPDX-License-Identifier: MIT */
/*
 * The C callbacks that libbpf needs, and calls that libbpf does not offer. Callbacks only copy bytes: a
 * JavaScript callback could be called from another thread, or throw.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* libbpf's log; when full, the oldest text goes. Only the one JavaScript thread calls libbpf. */
static char log_text[1 << 16];
static size_t log_used;

static int log_line(int level, const char *format, va_list args)
{
	int written;

	/* enum libbpf_print_level: WARN 0, INFO 1, DEBUG 2. Load errors carry the verifier's log at WARN. */
	if (level > 1)
		return 0;
	if (log_used > sizeof(log_text) - 4096)
		log_used = 0;
	written = vsnprintf(log_text + log_used, sizeof(log_text) - log_used, format, args);
	if (written < 0)
		return 0;
	log_used += (size_t)written;
	if (log_used >= sizeof(log_text))
		log_used = sizeof(log_text) - 1;
	return 0;
}

void *libbpf_log_function(void)
{
	return (void *)log_line;
}

/* Copies the log's text out and clears the log; returns the text's length in bytes. */
uint32_t libbpf_log_take(char *out, uint32_t size)
{
	uint32_t length = log_used < size ? log_used : size;

	memcpy(out, log_text, length);
	log_used = 0;
	return length;
}

/* A bpf() command that no kernel knows: the errno tells whether the call reaches bpf() at all, see bpf_refused.ts. */
int32_t bpf_empty_call(void)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	return syscall(SYS_bpf, INT32_MAX, &attr, sizeof(attr)) < 0 ? errno : 0;
}

/* Where ring_buffer__consume() puts records, one after the other. */
struct record_sink {
	uint64_t capacity;
	uint64_t used;
	uint64_t refused; /* records that did not fit into `bytes` */
	uint8_t bytes[];
};

static int sink_record(void *context, void *data, size_t size)
{
	struct record_sink *sink = context;

	if (sink->used + size > sink->capacity) {
		sink->refused++;
		return 0;
	}
	memcpy(sink->bytes + sink->used, data, size);
	sink->used += size;
	return 0;
}

void *record_sink_function(void)
{
	return (void *)sink_record;
}

struct program_counts {
	uint64_t counts_recursion_misses; /* 0: this kernel does not count them; ignore the next field */
	uint64_t recursion_misses;
	uint64_t run_cnt;
	uint64_t run_time_ns;
};

/*
 * bpf_prog_info.recursion_misses (5.12): invocations skipped because the program was already running. The
 * other two only count while some process keeps the statistics on.
 */
int program_counts(int program_fd, struct program_counts *counts)
{
	struct bpf_prog_info info;
	union bpf_attr attr;

	memset(&info, 0, sizeof(info));
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = program_fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uintptr_t)&info;
	if (syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)))
		return errno;
	/* The kernel says how much of the structure it knows. */
	counts->counts_recursion_misses =
		attr.info.info_len >= offsetof(struct bpf_prog_info, recursion_misses) + sizeof(info.recursion_misses);
	counts->recursion_misses = info.recursion_misses;
	counts->run_cnt = info.run_cnt;
	counts->run_time_ns = info.run_time_ns;
	return 0;
}

/* The statistics stay on while the returned file is open (BPF_ENABLE_STATS, 5.8). A descriptor or a negative errno. */
int program_statistics_open(void)
{
	union bpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.enable_stats.type = BPF_STATS_RUN_TIME;
	fd = syscall(SYS_bpf, BPF_ENABLE_STATS, &attr, sizeof(attr));
	return fd < 0 ? -errno : fd;
}

static int read_pmu_file(const char *name, char *text, size_t size)
{
	char path[96];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/event_source/devices/kprobe/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	length = read(fd, text, size - 1);
	close(fd);
	if (length <= 0)
		return EINVAL;
	text[length] = 0;
	return 0;
}

/*
 * Attaches a kprobe program at an address, which libbpf does by name only. When several functions share a
 * name, newer kernels refuse it and older ones silently take the first. Returns the descriptor of the perf
 * event, which holds the probe, or a negative errno.
 */
int kprobe_at_address(int program_fd, uint64_t address, int32_t is_return)
{
	struct perf_event_attr attr;
	char text[32];
	int error, fd;

	memset(&attr, 0, sizeof(attr));
	attr.size = sizeof(attr);
	error = read_pmu_file("type", text, sizeof(text));
	if (error)
		return -error;
	attr.type = atoi(text);
	if (is_return) {
		/* "config:N" */
		error = read_pmu_file("format/retprobe", text, sizeof(text));
		if (error || strncmp(text, "config:", 7))
			return error ? -error : -EINVAL;
		attr.config = 1ULL << atoi(text + 7);
	}
	attr.kprobe_addr = address;
	fd = syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (ioctl(fd, PERF_EVENT_IOC_SET_BPF, program_fd) || ioctl(fd, PERF_EVENT_IOC_ENABLE, 0)) {
		error = errno;
		close(fd);
		return -error;
	}
	return fd;
}

void close_descriptor(int fd)
{
	close(fd);
}
