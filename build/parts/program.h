/* SPDX-License-Identifier: MIT */
/* Where the runtime finds the program: its module, its chunks and their code cache (program.ts), as memory files. */

#ifndef PROGRAM_H
#define PROGRAM_H

/* Copies a part of the file into a sealed memfd with this number. */
static void part_fd(int number, int fd, uint64_t from, uint64_t left)
{
	int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	int memfd = (int)SYSCALL(SYS_memfd_create, "probe", MFD_CLOEXEC | MFD_ALLOW_SEALING, 0, 0, 0, 0);
	int64_t offset = (int64_t)from;

	if (memfd < 0 || (memfd != number && SYSCALL(SYS_dup3, memfd, number, O_CLOEXEC, 0, 0, 0) < 0))
		fail("the kernel gives no memory file (memfd_create); free memory or raise the limit of open files");
	if (memfd != number)
		SYSCALL(SYS_close, memfd, 0, 0, 0, 0, 0);
	while (left > 0) {
		long copied = SYSCALL(SYS_sendfile, number, fd, &offset, left, 0, 0);

		if (copied <= 0)
			fail("the program cannot be copied into a memory file; free memory");
		left -= (uint64_t)copied;
	}
	SYSCALL(SYS_fcntl, number, F_ADD_SEALS, seals, 0, 0, 0);
}

static int is_free(int number)
{
	return SYSCALL(SYS_fcntl, number, F_GETFD, 0, 0, 0, 0) == -EBADF;
}

#define PARTS 4

static int are_free(int first)
{
	for (int number = first; number < first + PARTS; number++)
		if (!is_free(number))
			return 0;
	return 1;
}

/*
 * The first of numbers side by side, above the three standard ones even if those are closed: the module finds
 * the other parts under the numbers that follow its own.
 */
static int program_fd(int fd, uint64_t offset, const uint64_t sizes[PARTS])
{
	int first = 3;

	while (!are_free(first))
		first++;
	for (int part = 0; part < PARTS; part++) {
		part_fd(first + part, fd, offset, sizes[part]);
		offset += sizes[part];
	}
	return first;
}

#endif
