/* SPDX-License-Identifier: MIT */
/* Load: threads that only compute, each pinned to one CPU, from before a run is armed until after it. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/prctl.h>

struct load {
	atomic_int stop;
	sem_t running; /* posted by each thread once it runs on its CPU */
	int32_t count;
	pthread_t threads[];
};

static void *compute(void *argument)
{
	struct load *load = argument;

	prctl(PR_SET_NAME, "probe-load");
	/* The thread was pinned before it started, so this already runs on the requested CPU. */
	sem_post(&load->running);
	while (!atomic_load_explicit(&load->stop, memory_order_relaxed))
		;
	return NULL;
}

/* The CPUs this thread may run on, in a set as large as the kernel needs. NULL on failure, errno says why. */
static cpu_set_t *allowed_cpus(size_t *size)
{
	for (int cpus = 1024;; cpus *= 2) {
		cpu_set_t *set = CPU_ALLOC(cpus);

		if (!set)
			return NULL;
		*size = CPU_ALLOC_SIZE(cpus);
		if (!sched_getaffinity(0, *size, set))
			return set;
		CPU_FREE(set);
		if (errno != EINVAL)
			return NULL;
	}
}

/*
 * The CPU of the set after `cpu`, wrapping around to the first; -1 starts. sched_getaffinity() never gives an
 * empty set.
 */
static int next_cpu(const cpu_set_t *set, size_t size, int cpu)
{
	do
		cpu = (cpu + 1) % (int)(8 * size);
	while (!CPU_ISSET_S(cpu, size, set));
	return cpu;
}

static int start_pinned(struct load *load, int cpu, size_t size)
{
	cpu_set_t *one = CPU_ALLOC(8 * size);
	pthread_attr_t attributes;
	int error;

	if (!one)
		return ENOMEM;
	CPU_ZERO_S(size, one);
	CPU_SET_S(cpu, size, one);
	pthread_attr_init(&attributes);
	error = pthread_attr_setaffinity_np(&attributes, size, one);
	if (!error)
		error = pthread_create(&load->threads[load->count], &attributes, compute, load);
	if (!error)
		load->count++;
	pthread_attr_destroy(&attributes);
	CPU_FREE(one);
	return error;
}

/* Returns once every thread has ended. */
void load_stop(struct load *load)
{
	atomic_store(&load->stop, 1);
	for (int32_t i = 0; i < load->count; i++)
		pthread_join(load->threads[i], NULL);
	sem_destroy(&load->running);
	free(load);
}

/*
 * Starts that many threads, pinned to the allowed CPUs in turn, and returns once each of them runs. When one
 * cannot be started, returns NULL with the errno in `error`, and no thread is left running.
 */
struct load *load_start(int32_t threads, int32_t *error)
{
	struct load *load = calloc(1, sizeof(*load) + (size_t)threads * sizeof(load->threads[0]));
	sigset_t all, before;
	cpu_set_t *allowed;
	size_t size;
	int cpu = -1;

	*error = ENOMEM;
	if (!load)
		return NULL;
	sem_init(&load->running, 0, 0);
	allowed = allowed_cpus(&size);
	*error = allowed ? 0 : errno;
	/* The threads inherit this mask: signals for the process must not be delivered to one of them. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (int32_t i = 0; i < threads && !*error; i++) {
		cpu = next_cpu(allowed, size, cpu);
		*error = start_pinned(load, cpu, size);
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (allowed)
		CPU_FREE(allowed);
	for (int32_t i = 0; i < load->count; i++) {
		while (sem_wait(&load->running))
			; /* EINTR */
	}
	if (!*error)
		return load;
	load_stop(load);
	return NULL;
}
