/* SPDX-License-Identifier: MIT */
/*
 * What a program without a C library needs: system calls, and the functions that the compiler calls by
 * itself.
 */

#ifndef FREESTANDING_H
#define FREESTANDING_H

#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

/*
 * Each header of arch/ defines for its own machine:
 *
 *   syscall6()        a system call; calls that only some machines have (dup2, poll) are not to be used
 *   START(function)   begins the program: function(stack) never returns; the stack as the kernel made it, from argc on
 *   enter()           enters a program as the kernel does: that stack, and no function to call at exit
 */
#if defined(__x86_64__)
#include "arch/x86_64.h"
#elif defined(__aarch64__)
#include "arch/aarch64.h"
#else
#error "build/parts/arch/ has no header for this architecture: add it there, and here"
#endif

#define SYSCALL(number, a, b, c, d, e, f) \
	syscall6(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

static size_t length(const char *text)
{
	size_t n = 0;

	while (text[n])
		n++;
	return n;
}

/* The compiler may turn loops and initialisers into calls of these two. */
void *memset(void *to, int byte, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((volatile char *)to)[i] = (char)byte;
	return to;
}

void *memcpy(void *to, const void *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((volatile char *)to)[i] = ((const char *)from)[i];
	return to;
}

#endif
