/* SPDX-License-Identifier: MIT */
/* Where the runtime finds the program: its module and its chunks (program.ts), as memory files. */

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

/*
 * The first of three numbers side by side, above the three standard ones even if those are closed: the module
 * finds its chunks under the numbers that follow its own.
 */
static int program_fd(int fd, uint64_t offset, uint64_t module_size, uint64_t near_size, uint64_t far_size)
{
	int first = 3;

	while (!is_free(first) || !is_free(first + 1) || !is_free(first + 2))
		first++;
	part_fd(first, fd, offset, module_size);
	part_fd(first + 1, fd, offset + module_size, near_size);
	part_fd(first + 2, fd, offset + module_size + near_size, far_size);
	return first;
}

#endif
