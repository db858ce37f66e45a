/* SPDX-License-Identifier: MIT */
/*
 * For use inside a guest: `affinity COMM CPU PERIOD_MS OWN_CPU` changes the affinity of the task of that name between that
 * CPU and all of them, from its own CPU, shortly before each multiple of the period, until it is killed. The kernel
 * takes the task's pi_lock and the lock of its runqueue for that. `affinity COMM CPU PERIOD_MS OWN_CPU new` makes the task,
 * which sleeps; otherwise it is that one of the name which is in clock_nanosleep() then.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void only_on(pid_t tid, int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	sched_setaffinity(tid, sizeof(cpus), &cpus);
}

static void anywhere(pid_t tid)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	CPU_SET(1, &cpus);
	sched_setaffinity(tid, sizeof(cpus), &cpus);
}

/* The first line of a file of the task; empty when there is none. */
static void read_line(const char *pid, const char *tid, const char *name, char *line, int size)
{
	char path[64];
	FILE *file;

	line[0] = 0;
	snprintf(path, sizeof(path), "/proc/%.10s/task/%.10s/%.10s", pid, tid, name);
	file = fopen(path, "r");
	if (!file)
		return;
	if (!fgets(line, size, file))
		line[0] = 0;
	fclose(file);
	line[strcspn(line, "\n")] = 0;
}

struct candidate {
	char pid[16];
	char tid[16];
};

#define MOST 16

/* Threads that once ran the target keep its name. */
static int candidates_named(const char *comm, struct candidate *found)
{
	DIR *processes = opendir("/proc");
	int count = 0;

	for (struct dirent *process; processes && (process = readdir(processes));) {
		char path[64], line[32];
		DIR *tasks;

		snprintf(path, sizeof(path), "/proc/%.10s/task", process->d_name);
		tasks = atoi(process->d_name) ? opendir(path) : 0;
		for (struct dirent *task; tasks && count < MOST && (task = readdir(tasks));) {
			read_line(process->d_name, task->d_name, "comm", line, sizeof(line));
			if (!atoi(task->d_name) || strcmp(line, comm))
				continue;
			snprintf(found[count].pid, sizeof(found->pid), "%.10s", process->d_name);
			snprintf(found[count++].tid, sizeof(found->tid), "%.10s", task->d_name);
		}
		if (tasks)
			closedir(tasks);
	}
	if (processes)
		closedir(processes);
	return count;
}

/* The one that sleeps until its edge; 0: none does yet. */
static pid_t sleeping(const struct candidate *candidates, int count)
{
	for (int i = 0; i < count; i++) {
		char line[128];

		read_line(candidates[i].pid, candidates[i].tid, "syscall", line, sizeof(line));
		if (atoi(line) == SYS_clock_nanosleep)
			return atoi(candidates[i].tid);
	}
	return 0;
}

static pid_t new_sleeper(const char *comm, int cpu)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, comm);
	only_on(0, cpu);
	for (;;)
		pause();
}

/* How long before an edge the call is made: the target sleeps by then. */
#define LEAD_NS 10000000L

static void await_edge(long period_ns)
{
	struct timespec now, then;
	long long ns;

	clock_gettime(CLOCK_REALTIME, &now);
	ns = now.tv_sec * 1000000000LL + now.tv_nsec + LEAD_NS;
	ns += period_ns - ns % period_ns - LEAD_NS;
	then.tv_sec = ns / 1000000000LL;
	then.tv_nsec = ns % 1000000000LL;
	clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &then, 0);
}

int main(int argc, char **argv)
{
	struct sched_param param = { .sched_priority = 1 };
	int cpu = argc >= 5 ? atoi(argv[2]) : -1;
	long period_ns = argc >= 5 ? atol(argv[3]) * 1000000L : 0;
	struct candidate candidates[MOST];
	pid_t own = 0;
	int count = 0;

	if (cpu < 0 || period_ns <= LEAD_NS)
		return 2;
	only_on(0, atoi(argv[4]));
	if (argc > 5)
		own = new_sleeper(argv[1], cpu);
	if (sched_setscheduler(0, SCHED_FIFO, &param))
		return 1;
	for (int turn = 0;; turn++) {
		pid_t tid;

		await_edge(period_ns);
		/* The kernel returns early when nothing changes; the target narrows its own affinity for each run. */
		if (own && turn % 2)
			only_on(own, cpu);
		else if (own)
			anywhere(own);
		else if ((tid = sleeping(candidates, count)))
			anywhere(tid);
		else
			count = candidates_named(argv[1], candidates);
	}
}
