/* SPDX-License-Identifier: MIT */
/*
 * Process 1 of a guest that runs commands one after the other: it mounts what measurements need, runs each
 * command with its output on the console, and sends files over the second serial port. It replaces a shell
 * and its tools, so `probe ab` needs only QEMU and a kernel on the user's machine.
 *
 * On the second serial port (PORT, from guest/qemu/arch.ts) it prints the line `ready` and then reads
 * requests. A request is the path of a file to send, or `-`, then the arguments of a command to run first, if
 * any. A `>` before the path has that file made of what the command prints on its standard output. Each word
 * ends in a NUL, and the request in one more. Newlines between requests keep an idle guest alive. The answer
 * is the line `done STATUS SIZE CRC32` and SIZE bytes. STATUS is the exit code, or 128 + n when signal n ended
 * the command; CRC32 is that of zlib; without a file the SIZE is `none` and no bytes follow.
 * guest/vm/turn_guest.ts is the other side.
 *
 * If the machine has memory that outlives it (guest/vm/kept_file.ts), a file that is requested along with a
 * command is copied there while it grows. It must lie in /, be the same in all requests, and never get
 * shorter.
 */

#define _GNU_SOURCE
#include <asm/termbits.h>
#include <fcntl.h>
#include <linux/reboot.h>
#include <poll.h>
#include <stdint.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>

#include "../../build/parts/freestanding.h"

#define SIGCHLD_FLAG 17
#define BUFFER 65536
#define MOST_ARGUMENTS 128
/*
 * How long a read waits for a byte, in tenths of a second, and how many such reads may be silent before init
 * assumes that its starter is dead.
 */
#define SILENCE 200
#define MOST_SILENT 3

/* The memory of the ivshmem device is its BAR 2, which sysfs lets us map without a driver. */
#define KEPT "/sys/bus/pci/devices/0000:00:1e.0/resource2"
#define KEPT_SIZE (256 << 20)

/* The memory that outlives the machine: `size` says how many of the bytes are valid. */
struct kept {
	volatile uint64_t size;
	char bytes[KEPT_SIZE - 8];
};

static struct kept *kept;
static char command[BUFFER];
static char buffer[BUFFER];

static int opened(const char *path, int flags)
{
	return (int)SYSCALL(SYS_openat, AT_FDCWD, path, flags, 0, 0, 0);
}

static void write_all(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		long n = SYSCALL(SYS_write, fd, bytes, size, 0, 0, 0);

		if (n <= 0)
			return;
		bytes += n;
		size -= (size_t)n;
	}
}

static void say(int fd, const char *text)
{
	write_all(fd, text, length(text));
}

static void say_number(int fd, uint64_t number)
{
	char digits[24];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	write_all(fd, digits + at, sizeof(digits) - at);
}

static _Noreturn void power_off(void)
{
	SYSCALL(SYS_sync, 0, 0, 0, 0, 0, 0);
	for (;;)
		SYSCALL(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_POWER_OFF, 0, 0, 0);
}

static void mount_all(void)
{
	static const char *const MOUNTS[][2] = {
		{ "proc", "/proc" },
		{ "sysfs", "/sys" },
		{ "devtmpfs", "/dev" },
		{ "debugfs", "/sys/kernel/debug" },
		{ "tracefs", "/sys/kernel/tracing" },
		{ "bpf", "/sys/fs/bpf" },
	};

	for (size_t i = 0; i < sizeof(MOUNTS) / sizeof(MOUNTS[0]); i++)
		SYSCALL(SYS_mount, MOUNTS[i][0], MOUNTS[i][1], MOUNTS[i][0], 0, 0, 0);
}

/* Raw mode: no line discipline turns LF into CR LF. */
static int open_port(void)
{
	struct termios raw = { .c_cflag = B115200 | CS8 | CREAD | CLOCAL, .c_cc = { [VMIN] = 0, [VTIME] = SILENCE } };
	int port = opened(PORT, O_RDWR | O_NOCTTY | O_CLOEXEC);

	SYSCALL(SYS_ioctl, port, TCSETS, &raw, 0, 0, 0);
	return port;
}

/* Reads a request: returns the file's path and puts the arguments into argv. */
static const char *read_request(int port, char **argv)
{
	size_t size = 0;
	size_t count = 0;

	for (int silent = 0; size < 2 || command[size - 1] != 0 || command[size - 2] != 0;) {
		if (silent == MOST_SILENT || size == sizeof(command))
			power_off();
		if (SYSCALL(SYS_read, port, command + size, 1, 0, 0, 0) != 1) {
			silent++;
			continue;
		}
		silent = 0;
		if (size > 0 || command[0] != '\n')
			size++;
	}
	for (size_t at = length(command) + 1; at < size - 1 && count < MOST_ARGUMENTS;) {
		argv[count++] = command + at;
		at += length(command + at) + 1;
	}
	argv[count] = NULL;
	return command;
}

/* The path of the file that gets the command's output; NULL: the console shows it. */
static const char *printed_to(const char *path)
{
	return *path == '>' ? path + 1 : NULL;
}

static _Noreturn void run_child(char **argv, const char *path, const int *pipe)
{
	static const char *const ENVIRONMENT[] = { "PATH=/bin", "HOME=/root", "TMPDIR=/tmp", "NO_COLOR=1", NULL };
	int out = pipe[1];

	if (printed_to(path))
		out = (int)SYSCALL(SYS_openat, AT_FDCWD, printed_to(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
				   0644, 0, 0);
	SYSCALL(SYS_dup3, out, 1, 0, 0, 0, 0);
	SYSCALL(SYS_dup3, pipe[1], 2, 0, 0, 0, 0);
	SYSCALL(SYS_execve, argv[0], argv, ENVIRONMENT, 0, 0, 0);
	say(2, "cannot execute ");
	say(2, argv[0]);
	say(2, "\n");
	for (;;)
		SYSCALL(SYS_exit_group, 127, 0, 0, 0, 0, 0);
}

static struct kept *map_kept(void)
{
	int fd = opened(KEPT, O_RDWR | O_CLOEXEC);
	long address =
		fd < 0 ? -1 : SYSCALL(SYS_mmap, 0, sizeof(struct kept), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return address < 0 ? NULL : (struct kept *)address;
}

/* Copies what the file has grown by. */
static void keep(const char *path)
{
	int file = opened(path, O_RDONLY | O_CLOEXEC);
	long n;

	if (file < 0)
		return;
	while ((n = SYSCALL(SYS_pread64, file, kept->bytes + kept->size, sizeof(kept->bytes) - kept->size, kept->size,
			    0, 0)) > 0)
		kept->size += (uint64_t)n;
	SYSCALL(SYS_close, file, 0, 0, 0, 0, 0);
}

/* A descriptor that is readable after a file in / was written to; negative when no file is kept. */
static int watch_files(void)
{
	int watch = kept ? (int)SYSCALL(SYS_inotify_init1, IN_CLOEXEC, 0, 0, 0, 0, 0) : -1;

	if (watch >= 0)
		SYSCALL(SYS_inotify_add_watch, watch, "/", IN_MODIFY, 0, 0, 0);
	return watch;
}

/*
 * Reads the command's output through a pipe: with the console itself as output it would see a terminal and
 * draw progress there, and each such line is work for the machine under measurement. Growth of the file wakes
 * this loop, not a clock, whose ticks could coincide with the edges: a row is written when its run is over.
 */
static int run(char **argv, const char *path)
{
	int pipe[2];
	int status = 0;
	int watch = printed_to(path) ? -1 : watch_files();
	struct pollfd ready[] = { { .events = POLLIN }, { .fd = watch, .events = POLLIN } };
	long child, n;

	SYSCALL(SYS_pipe2, pipe, O_CLOEXEC, 0, 0, 0, 0);
	ready[0].fd = pipe[0];
	child = SYSCALL(SYS_clone, SIGCHLD_FLAG, 0, 0, 0, 0, 0);
	if (child == 0)
		run_child(argv, path, pipe);
	SYSCALL(SYS_close, pipe[1], 0, 0, 0, 0, 0);
	for (;;) {
		if (SYSCALL(SYS_ppoll, ready, 2, NULL, NULL, 0, 0) <= 0)
			continue;
		if (ready[1].revents) {
			SYSCALL(SYS_read, watch, buffer, sizeof(buffer), 0, 0, 0);
			keep(path);
		}
		if (!ready[0].revents)
			continue;
		n = SYSCALL(SYS_read, pipe[0], buffer, sizeof(buffer), 0, 0, 0);
		if (n <= 0)
			break;
		write_all(2, buffer, (size_t)n);
	}
	if (watch >= 0) {
		keep(path);
		SYSCALL(SYS_close, watch, 0, 0, 0, 0, 0);
	}
	SYSCALL(SYS_close, pipe[0], 0, 0, 0, 0, 0);
	SYSCALL(SYS_wait4, child, &status, 0, 0, 0, 0);
	return (status & 0x7f) ? 128 + (status & 0x7f) : (status >> 8) & 0xff;
}

static uint32_t crc32_of(uint32_t crc, const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		crc ^= (unsigned char)bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ (0xedb88320u & -(crc & 1));
	}
	return crc;
}

/* Reads the file twice, because its checksum is sent first. */
static void send(int port, int status, const char *path)
{
	int file = opened(path, O_RDONLY | O_CLOEXEC);
	uint32_t crc = 0xffffffff;
	uint64_t size = 0;
	long n;

	say(port, "done ");
	say_number(port, (uint64_t)status);
	if (file < 0) {
		say(port, " none 0\n");
		return;
	}
	while ((n = SYSCALL(SYS_read, file, buffer, sizeof(buffer), 0, 0, 0)) > 0) {
		crc = crc32_of(crc, buffer, (size_t)n);
		size += (uint64_t)n;
	}
	say(port, " ");
	say_number(port, size);
	say(port, " ");
	say_number(port, ~crc);
	say(port, "\n");
	SYSCALL(SYS_lseek, file, 0, 0 /* SEEK_SET */, 0, 0, 0);
	while ((n = SYSCALL(SYS_read, file, buffer, sizeof(buffer), 0, 0, 0)) > 0)
		write_all(port, buffer, (size_t)n);
	SYSCALL(SYS_close, file, 0, 0, 0, 0, 0);
}

START(init);

__attribute__((used)) _Noreturn void init(void)
{
	static char *argv[MOST_ARGUMENTS + 1];
	int console, port;

	mount_all();
	console = opened("/dev/console", O_RDWR | O_NOCTTY);
	for (int fd = 0; fd <= 2; fd++)
		if (fd != console)
			SYSCALL(SYS_dup3, console, fd, 0, 0, 0, 0);
	port = open_port();
	kept = map_kept();
	say(port, "ready\n");
	for (;;) {
		const char *path = read_request(port, argv);
		int status = argv[0] == NULL ? 0 : run(argv, path);

		send(port, status, printed_to(path) ? printed_to(path) : path);
	}
}
