/* SPDX-License-Identifier: MIT */
/* Included by ../freestanding.h, which says what this file must define. */

static inline long syscall6(long number, long a, long b, long c, long d, long e, long f)
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

#define START(function)             \
	__asm__(".globl _start\n"   \
		"_start:\n"         \
		"	xor %ebp, %ebp\n" \
		"	mov %rsp, %rdi\n" \
		"	and $-16, %rsp\n" \
		"	call " #function "\n")

static inline _Noreturn void enter(uintptr_t entry, const uintptr_t *stack)
{
	__asm__ volatile("mov %0, %%rsp\n\t"
			 "xor %%edx, %%edx\n\t"
			 "xor %%ebp, %%ebp\n\t"
			 "jmp *%1"
			 :
			 : "S"(stack), "a"(entry)
			 : "memory");
	__builtin_unreachable();
}
