/* SPDX-License-Identifier: MIT */
/* What a program without a C library needs: system calls, and the functions that the compiler calls by itself. */

#ifndef FREESTANDING_H
#define FREESTANDING_H

#include <stddef.h>
#include <sys/syscall.h>

#ifndef __x86_64__
#error "x86-64 only: add this architecture's system call here, and _start where it is defined"
#endif

static long syscall6(long number, long a, long b, long c, long d, long e, long f)
{
	long result;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

#define SYSCALL(number, a, b, c, d, e, f) \
	syscall6(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

static size_t length(const char *text)
{
	size_t n = 0;

	while (text[n])
		n++;
	return n;
}

/* The compiler may make calls of these two out of loops and initialisers. */
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
