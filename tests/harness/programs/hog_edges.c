/* SPDX-License-Identifier: MIT */
/*
 * For use inside an emulated host: `hog_edges N...` waits until the file that a throwaway guest shares with its host
 * has N rows. Then its children, named `hog`, occupy both CPUs as real-time tasks around each of the guest's edges,
 * which come every second, until there is a row of a run around one of them; the rows and KVM's offset of the counter
 * say when that is. With `Ns` a signal stops the guest's process around these edges instead. Every edge is a line on
 * standard output, `hog NS` or `stop NS`, in ns of the guest; with `late` after it where that began only at the edge or
 * after it, and may have missed the run.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <glob.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#define KEPT "/tmp/probe-guest-*/kept"
#define OFFSET "/sys/kernel/debug/kvm/*-*/vcpu0/tsc-offset"
#define CPUS 2
#define PERIOD_NS 1e9
#define BEFORE_NS 20e6
#define AFTER_NS 40e6
#define STOPPED_BEFORE_NS 5e6
#define STOPPED_AFTER_NS 30e6
#define POLL_NS 50e6
/* Most that are hogged for one N. */
#define EDGES 1000

static char text[1 << 20];

/* Of one row. */
struct row {
	double edge_ns;
	double counter;
	double counter_mono_ns;
};

static void sleep_ns(double ns)
{
	struct timespec time = { .tv_sec = (long long)ns / 1000000000, .tv_nsec = (long long)ns % 1000000000 };

	if (ns > 0)
		nanosleep(&time, NULL);
}

static int open_only(const char *pattern)
{
	glob_t found;
	int fd = -1;

	if (!glob(pattern, 0, NULL, &found) && found.gl_pathc)
		fd = open(found.gl_pathv[found.gl_pathc - 1], O_RDONLY);
	globfree(&found);
	return fd;
}

/* The rows so far; the file begins with the number of bytes that follow (guest/vm/kept_file.ts). */
static void read_kept(void)
{
	int fd = open_only(KEPT);
	uint64_t size = 0;

	text[0] = 0;
	if (fd < 0)
		return;
	if (pread(fd, &size, sizeof(size), 0) == sizeof(size) && size < sizeof(text) &&
	    pread(fd, text, size, sizeof(size)) == (ssize_t)size)
		text[size] = 0;
	close(fd);
}

static double offset_of_counter(void)
{
	int fd = open_only(OFFSET);
	char number[32] = "";

	if (fd < 0)
		exit(1);
	if (read(fd, number, sizeof(number) - 1) <= 0)
		exit(1);
	close(fd);
	return (double)atoll(number);
}

static int is_row(const char *line)
{
	return *line >= '0' && *line <= '9';
}

static const char *next_line(const char *line)
{
	const char *end = strchr(line, '\n');

	return end ? end + 1 : NULL;
}

static int count_rows(void)
{
	int rows = 0;

	for (const char *line = text; line; line = next_line(line))
		rows += is_row(line) && strchr(line, '\n');
	return rows;
}

/* The number of the column of that name; -1 while the header is not there. */
static int column(const char *name)
{
	const char *header = strstr(text, "\nrun,");
	int at = 0;

	for (const char *cell = header ? header + 1 : NULL; cell && *cell != '\n'; at++) {
		size_t length = strcspn(cell, ",\n");

		if (length == strlen(name) && !strncmp(cell, name, length))
			return at;
		cell += length + (cell[length] == ',');
	}
	return -1;
}

static double cell(const char *line, int at)
{
	int quoted = 0;

	for (; at > 0 && *line; line++) {
		quoted ^= *line == '"';
		at -= *line == ',' && !quoted;
	}
	return strtod(line, NULL);
}

static struct row row_at(int number)
{
	struct row row = { 0 };

	for (const char *line = text; line; line = next_line(line)) {
		if (!is_row(line) || --number)
			continue;
		row.edge_ns = cell(line, column("edge_ns"));
		row.counter = cell(line, column("counter"));
		row.counter_mono_ns = cell(line, column("counter_mono_ns"));
		break;
	}
	return row;
}

/* What the guest's clock says now. */
static double guest_now(const struct row *first, const struct row *last, double offset)
{
	double rate = (last->counter - first->counter) / (last->counter_mono_ns - first->counter_mono_ns);

	return last->counter_mono_ns + ((double)__rdtsc() + offset - last->counter) / rate;
}

/* How a hog ends. */
enum {
	IN_TIME,
	NO_CPU,
	LATE,
};

static void hog(int cpu, const struct row *first, const struct row *last, double offset, double edge)
{
	int is_late;

	struct sched_param param = { .sched_priority = 1 };
	cpu_set_t cpus;

	prctl(PR_SET_NAME, "hog");
	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) || sched_setscheduler(0, SCHED_FIFO, &param))
		_exit(NO_CPU);
	is_late = guest_now(first, last, offset) > edge - BEFORE_NS / 2;
	while (guest_now(first, last, offset) < edge + AFTER_NS)
		;
	_exit(is_late ? LATE : IN_TIME);
}

/* The guest's process: KVM names its folders after it. */
static pid_t guest_process(void)
{
	glob_t found;
	int pid = 0;

	if (!glob(OFFSET, 0, NULL, &found) && found.gl_pathc)
		sscanf(found.gl_pathv[found.gl_pathc - 1], "/sys/kernel/debug/kvm/%d-", &pid);
	globfree(&found);
	if (pid <= 1)
		exit(1);
	return pid;
}

/* Returns whether it was stopped only at the edge or after it. */
static int stop(const struct row *first, const struct row *last, double offset, double edge)
{
	pid_t guest = guest_process();

	int is_late;

	if (kill(guest, SIGSTOP))
		exit(1);
	is_late = guest_now(first, last, offset) > edge - STOPPED_BEFORE_NS / 2;
	sleep_ns(edge + STOPPED_AFTER_NS - guest_now(first, last, offset));
	kill(guest, SIGCONT);
	return is_late;
}

/* Returns the edge; 0 when that was late. */
static double occupy_next_edge(int stops)
{
	int status, is_late = 0;

	double offset = offset_of_counter();
	struct row first = row_at(1), last = row_at(count_rows());
	double now = guest_now(&first, &last, offset);
	double edge = last.edge_ns, before = stops ? STOPPED_BEFORE_NS : BEFORE_NS;

	while (edge - before < now)
		edge += PERIOD_NS;
	sleep_ns(edge - before - now);
	if (stops)
		is_late = stop(&first, &last, offset, edge);
	for (int cpu = 0; cpu < CPUS && !stops; cpu++) {
		if (!fork())
			hog(cpu, &first, &last, offset, edge);
	}
	while (wait(&status) > 0)
		is_late |= WEXITSTATUS(status) == LATE;
	printf("%s %.0f%s\n", stops ? "stop" : "hog", edge, is_late ? " late" : "");
	fflush(stdout);
	return is_late ? 0 : edge;
}

/* Whether a row is of a run around one of these edges. */
static int is_hit(const double *edges, int count)
{
	for (int row = count_rows(); row > 0; row--) {
		double edge_ns = row_at(row).edge_ns;

		for (int i = 0; i < count; i++) {
			if (edge_ns > edges[i] - BEFORE_NS / 2 && edge_ns < edges[i] + BEFORE_NS / 2)
				return 1;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct sched_param param = { .sched_priority = 2 };

	/* It must be in time. */
	if (sched_setscheduler(0, SCHED_FIFO, &param))
		return 1;
	for (int i = 1; i < argc; i++) {
		double edges[EDGES];
		int hogged = 0;

		for (read_kept(); count_rows() < atoi(argv[i]); read_kept())
			sleep_ns(POLL_NS);
		/* A run may take longer than a period: then not every edge has one. */
		for (; !is_hit(edges, hogged); read_kept()) {
			if (hogged == EDGES)
				return 1;
			edges[hogged++] = occupy_next_edge(strchr(argv[i], 's') != NULL);
		}
	}
	return 0;
}
