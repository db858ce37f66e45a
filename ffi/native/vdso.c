/* SPDX-License-Identifier: MIT */
/*
 * Whether a user program's clock read enters the kernel, counted by syscall user dispatch: while the selector
 * says so, each system call of this thread, also one made inside the vDSO, becomes a SIGSYS and is not
 * executed (Linux 5.11, kernel/entry/syscall_user_dispatch.c). Needs no privilege and leaves nothing behind.
 */
#define _GNU_SOURCE
#include "vdso.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#define PR_SYS_DISPATCH_OFF 0
#define PR_SYS_DISPATCH_ON 1
#endif

#define ALLOW 0
#define BLOCK 1

static volatile char selector;
static volatile int32_t entered;

static void on_sigsys(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	/* Must come first: returning from this handler is itself a system call. */
	selector = ALLOW;
	if (info->si_syscall == SYS_clock_gettime)
		entered++;
}

int32_t clock_reads_entering_kernel(int32_t reads)
{
	struct sigaction action = { .sa_sigaction = on_sigsys, .sa_flags = SA_SIGINFO }, before;
	sigset_t all, mask;
	int error = 0;

	/* No other signal's handler may run now: its system calls would be caught too. */
	sigfillset(&all);
	sigdelset(&all, SIGSYS);
	pthread_sigmask(SIG_SETMASK, &all, &mask);
	sigaction(SIGSYS, &action, &before);
	selector = ALLOW;
	entered = 0;
	if (prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, 0, 0, &selector)) {
		error = errno;
	} else {
		for (int32_t i = 0; i < reads; i++) {
			struct timespec ts;

			selector = BLOCK;
			clock_gettime(CLOCK_MONOTONIC, &ts);
			selector = ALLOW;
		}
		prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_OFF, 0, 0, 0);
	}
	sigaction(SIGSYS, &before, NULL);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	return error ? -error : entered;
}
