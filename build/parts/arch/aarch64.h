/* SPDX-License-Identifier: MIT */
/* Included by ../freestanding.h, which says what this file must define. */

static inline long syscall6(long number, long a, long b, long c, long d, long e, long f)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory", "cc");
	return x0;
}

#define START(function)               \
	__asm__(".globl _start\n"     \
		"_start:\n"           \
		"	mov x29, xzr\n"     \
		"	mov x30, xzr\n"     \
		"	mov x0, sp\n"       \
		"	and sp, x0, #-16\n" \
		"	bl " #function "\n")

static inline _Noreturn void enter(uintptr_t entry, const uintptr_t *stack)
{
	register uintptr_t x16 __asm__("x16") = entry;

	__asm__ volatile("mov sp, %0\n\t"
			 "mov x0, xzr\n\t"
			 "mov x29, xzr\n\t"
			 "mov x30, xzr\n\t"
			 "br %1"
			 :
			 : "r"(stack), "r"(x16)
			 : "x0", "x30", "memory");
	__builtin_unreachable();
}
