/* SPDX-License-Identifier: MIT */
/*
 * refuse NUMBER:ERRNO... -- COMMAND...: runs the command with a seccomp filter that refuses these system
 * calls.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define MOST 8

int main(int argc, char **argv)
{
	struct sock_filter filter[2 + 2 * MOST] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	};
	struct sock_fprog program = { .len = 1, .filter = filter };
	unsigned int number, error;
	int i = 1;

	for (; i < argc && i <= MOST && sscanf(argv[i], "%u:%u", &number, &error) == 2; i++) {
		filter[program.len++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
		filter[program.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error);
	}
	filter[program.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	if (i + 1 >= argc || strcmp(argv[i], "--")) {
		fprintf(stderr, "refuse NUMBER:ERRNO... -- COMMAND...\n");
		return 2;
	}
	/* An unprivileged process needs this to set a filter; with CAP_SYS_ADMIN it changes nothing here. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
		perror("refuse");
		return 2;
	}
	execvp(argv[i + 1], argv + i + 1);
	perror(argv[i + 1]);
	return 127;
}
