/* SPDX-License-Identifier: MIT */
/* What the runtime needs to start: it panics when a limit of the system is lower. */

#ifndef LIMITS_H
#define LIMITS_H

#include <sys/resource.h>

/* Observed with Deno 2.9.6 on 2 CPUs: the runtime starts with these, but not with less. */
#define FILES_NEEDED 32          /* 14 to start, 24 with libbpf */
#define FILES_WANTED 1024        /* Linux's default; a measurement checks what it needs itself */
#define ADDRESS_MIB_NEEDED 34816 /* V8 reserves 32 GiB */
#define DATA_MIB_NEEDED 640
#define THREADS_NEEDED 8 /* those of the runtime, the target and what wakes it */

static void append(char *line, const char *text)
{
	size_t end = length(line);

	memcpy(line + end, text, length(text) + 1);
}

static void append_number(char *line, uint64_t number)
{
	char digits[24] = "";
	size_t first = sizeof(digits) - 1;

	do {
		digits[--first] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	append(line, digits + first);
}

static struct rlimit limit_of(int resource)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

	SYSCALL(SYS_prlimit64, 0, resource, 0, &limit, 0, 0);
	return limit;
}

static void require(const char *name, uint64_t is, uint64_t needed, const char *remedy)
{
	char line[256] = "";

	if (is >= needed)
		return;
	append(line, name);
	append(line, " is ");
	append_number(line, is);
	append(line, ", and ");
	append_number(line, needed);
	append(line, " are needed; raise it (");
	append(line, remedy);
	append(line, ")");
	fail(line);
}

/* A process may raise its limit of open files by itself, up to the system's hard limit. */
static void require_files(void)
{
	struct rlimit limit = limit_of(RLIMIT_NOFILE);
	uint64_t wanted = limit.rlim_max < FILES_WANTED ? limit.rlim_max : FILES_WANTED;

	if (limit.rlim_cur < wanted) {
		limit.rlim_cur = wanted;
		SYSCALL(SYS_prlimit64, 0, RLIMIT_NOFILE, &limit, 0, 0, 0);
	}
	require("the limit of open files (RLIMIT_NOFILE)", limit.rlim_cur, FILES_NEEDED, "ulimit -n 1024");
}

/*
 * Several limits may count the threads: RLIMIT_NPROC of a user, pids.max of a cgroup or of one above it,
 * threads-max. Only the kernel itself knows what others already use, so as many processes are started, and
 * ended again.
 */
static int threads_given(void)
{
	long pids[THREADS_NEEDED - 1];
	int given = 0;

	while (given < THREADS_NEEDED - 1) {
		struct {
			int64_t seconds, ns;
		} second = { 1, 0 };
		long pid = SYSCALL(SYS_clone, 0, 0, 0, 0, 0, 0);

		if (pid == 0) {
			/* Killed before that; if this process is killed now, it ends by itself. */
			SYSCALL(SYS_nanosleep, &second, 0, 0, 0, 0, 0);
			for (;;)
				SYSCALL(SYS_exit_group, 0, 0, 0, 0, 0, 0);
		}
		if (pid < 0)
			break;
		pids[given++] = pid;
	}
	for (int i = 0; i < given; i++) {
		SYSCALL(SYS_kill, pids[i], SIGKILL, 0, 0, 0, 0);
		SYSCALL(SYS_wait4, pids[i], 0, 0x40000000 /* __WALL */, 0, 0, 0);
	}
	return given + 1;
}

/* Reads the beginning of a file as text; returns 0 when it cannot be read. */
static int read_text(const char *path, char *text, size_t size)
{
	int fd = (int)SYSCALL(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0, 0, 0);
	long count = fd < 0 ? -1 : SYSCALL(SYS_read, fd, text, size - 1, 0, 0, 0);

	if (fd >= 0)
		SYSCALL(SYS_close, fd, 0, 0, 0, 0, 0);
	text[count > 0 ? count : 0] = 0;
	return count > 0;
}

/* The text after the first `word`; 0 when the text does not contain it. */
static char *after(char *text, const char *word)
{
	for (; *text; text++)
		if (starts_with(text, word))
			return text + length(word);
	return 0;
}

/*
 * The tightest pids.max from this process's cgroup up to the root, at the paths where systemd and containers
 * mount it (v1 and v2); 0: not known.
 */
static uint64_t tasks_of_group(void)
{
	static char groups[4096], path[4096 + 64], text[32];
	char *group;
	uint64_t least = 0;
	size_t mount, end;

	if (!read_text("/proc/self/cgroup", groups, sizeof(groups)))
		return 0;
	group = after(groups, ":pids:");
	append(path, group ? "/sys/fs/cgroup/pids" : "/sys/fs/cgroup");
	mount = length(path);
	if (!group)
		group = after(groups, "0::");
	if (!group)
		return 0;
	for (end = 0; group[end] && group[end] != '\n';)
		end++;
	group[end] = 0;
	append(path, group);
	for (end = length(path); end >= mount; end--) {
		uint64_t max = 0;

		if (path[end] && path[end] != '/')
			continue;
		path[end] = 0;
		append(path, "/pids.max");
		if (read_text(path, text, sizeof(text)))
			for (const char *digit = text; *digit >= '0' && *digit <= '9'; digit++)
				max = 10 * max + (uint64_t)(*digit - '0');
		path[end] = 0;
		if (max > 0 && (least == 0 || max < least))
			least = max;
	}
	return least;
}

static void require_threads(void)
{
	int given = threads_given();
	struct rlimit limit = limit_of(RLIMIT_NPROC);
	uint64_t group;
	char line[256] = "";

	if (given == THREADS_NEEDED)
		return;
	group = tasks_of_group();
	append(line, "only ");
	append_number(line, (uint64_t)given);
	append(line, " of the ");
	append_number(line, THREADS_NEEDED);
	append(line, " threads needed can be started: RLIMIT_NPROC is ");
	if (limit.rlim_cur == RLIM_INFINITY)
		append(line, "unlimited");
	else
		append_number(line, limit.rlim_cur);
	append(line, ", pids.max of its cgroup ");
	if (group > 0)
		append_number(line, group);
	else
		append(line, "not known");
	append(line, "; raise what is reached (ulimit -u, TasksMax=, --pids-limit)");
	fail(line);
}

static void require_limits(void)
{
	const uint64_t mib = 1024 * 1024;

	require_files();
	require("the address space in MiB (RLIMIT_AS)", limit_of(RLIMIT_AS).rlim_cur / mib, ADDRESS_MIB_NEEDED,
		"ulimit -v unlimited");
	require("the data segment in MiB (RLIMIT_DATA)", limit_of(RLIMIT_DATA).rlim_cur / mib, DATA_MIB_NEEDED,
		"ulimit -d unlimited");
	require_threads();
}

#endif
