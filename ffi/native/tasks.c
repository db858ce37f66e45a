/* SPDX-License-Identifier: MIT */
/* Existing tasks: found by name, and armed at an edge. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attributes.h"
#include "clocks.h"
#include "target.h"
#include "wakes.h"

/* TASK_COMM_LEN (include/linux/sched.h): how much of a name the kernel keeps. */
#define COMM_LEN 16
/* How much of a kernel thread's name /proc shows (proc_task_name(), fs/proc/array.c). */
#define SHOWN_LEN 64

/*
 * Turns a name as /proc shows it into the one that the kernel keeps and BPF programs see: cut to length, and
 * without the work item that /proc appends to a worker's name (wq_worker_comm(), kernel/workqueue.c) behind a
 * - or a +. The names of rescuers (kworker/R-) have no such suffix.
 */
static void keep(char *comm)
{
	const char *worker = "kworker/";
	size_t prefix = strlen(worker);

	if (!strncmp(comm, worker, prefix) && comm[prefix] != 'R')
		comm[prefix + strcspn(comm + prefix, "-+")] = 0;
	comm[COMM_LEN - 1] = 0;
}

static int is_named(const char *process, const char *task, const char *name)
{
	char path[64], comm[SHOWN_LEN + 1];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/%.16s/task/%.16s/comm", process, task);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0; /* the task has ended meanwhile */
	length = read(fd, comm, SHOWN_LEN);
	close(fd);
	if (length <= 0)
		return 0;
	comm[length] = 0;
	comm[strcspn(comm, "\n")] = 0;
	if (!strcmp(comm, name))
		return 1;
	keep(comm);
	return !strcmp(comm, name);
}

/*
 * Finds all tasks of that name, as shown or as kept. Writes their pids, as /proc counts, into `pids` as far
 * as they fit, and returns how many there are.
 */
int32_t tasks_named(const char *name, int32_t *pids, int32_t capacity)
{
	struct dirent *process, *task;
	int32_t count = 0;
	DIR *proc = opendir("/proc");

	if (!proc)
		return 0;
	while ((process = readdir(proc))) {
		char path[64];
		DIR *tasks;

		if (process->d_name[0] < '1' || process->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%.16s/task", process->d_name);
		tasks = opendir(path);
		if (!tasks)
			continue;
		while ((task = readdir(tasks))) {
			if (task->d_name[0] == '.' || !is_named(process->d_name, task->d_name, name))
				continue;
			if (count < capacity)
				pids[count] = atoi(task->d_name);
			count++;
		}
		closedir(tasks);
	}
	closedir(proc);
	return count;
}

/*
 * Writes the names in a folder of /proc or /sys into `out`, each with its ending 0, as far as whole names fit. Returns
 * how many bytes all of them take, or a negative errno.
 */
int32_t directory_entries(const char *path, char *out, uint32_t size)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	uint32_t used = 0;

	if (!folder)
		return -errno;
	while ((entry = readdir(folder))) {
		uint32_t length = strlen(entry->d_name) + 1;

		if (entry->d_name[0] == '.')
			continue;
		if (used + length <= size)
			memcpy(out + used, entry->d_name, length);
		used += length;
	}
	closedir(folder);
	return (int32_t)used;
}

/*
 * One run of an existing task, whose first wakeup after the edge is followed. When the time of the edge is
 * known in advance, the map is armed ahead, so this thread need not be on time: a pulse wakes the task in the
 * same interrupt as this thread. Otherwise it is armed once the edge has come. Returns 0 or an errno: ESRCH
 * when the task has ended, ETIME when the timer's edge came before the arming, and those of target_run().
 */
static int follow_once(const struct target_request *request, int32_t pid, struct target_result *result)
{
	struct wait_state state = wait_of_run(request);
	int64_t difference, uncertainty_ns, end_ns;
	int is_foreseen, error;
	char path[64];

	if (!state.trigger)
		return EINVAL;
	is_foreseen = state.trigger->is_due || state.trigger->earliest_ns > 0;
	memset(result, 0, sizeof(*result));
	result->pid = pid;
	difference = clock_difference(CLOCK_REALTIME, &uncertainty_ns);
	if (is_foreseen) {
		int64_t from_real_ns = request->edge_real_ns - state.trigger->earliest_ns;

		error = arm_map(request, pid, kernel_monotonic(request, from_real_ns - difference));
		if (!error && state.trigger->is_due && now_ns(CLOCK_REALTIME) > from_real_ns)
			error = ETIME;
		if (error)
			return error;
	}
	error = edge_of_run(request->run, &state);
	if (error)
		return error;
	end_ns = now_ns(CLOCK_MONOTONIC);
	snprintf(path, sizeof(path), "/proc/%d", pid);
	if (access(path, F_OK))
		return ESRCH;
	if (!is_foreseen) {
		error = arm_map(request, pid, kernel_monotonic(request, end_ns));
		if (error)
			return error;
	}
	return place_edge(request, &state, difference, uncertainty_ns, end_ns, result);
}

int existing_run(const struct target_request *request, int32_t pid, struct target_result *result)
{
	long slack_ns = drop_slack();
	int error = follow_once(request, pid, result);

	restore_slack(slack_ns);
	return error;
}
