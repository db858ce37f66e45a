/* SPDX-License-Identifier: MIT */
/*
 * For use inside a guest: executes the given command with a RLIMIT_MEMLOCK of 64 KiB, and without
 * CAP_SYS_RESOURCE, so the command cannot raise it.
 */
#define _GNU_SOURCE
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct rlimit limit = { 65536, 65536 };

	/* Root gets what is left in the bounding set. */
	if (argc < 2 || setrlimit(RLIMIT_MEMLOCK, &limit) || prctl(PR_CAPBSET_DROP, CAP_SYS_RESOURCE, 0, 0, 0))
		return 125;
	execv(argv[1], argv + 1);
	return 126;
}
