/* SPDX-License-Identifier: MIT */
/*
 * First part of the packed executable: [launcher][Deno runtime][module][chunks][code cache][struct trailer].
 *
 * It maps the runtime straight from its own file, as execve() would, and enters it with the arguments that
 * run the module. Nothing is unpacked: the runtime's pages come from the page cache. That is faster than a
 * copy, needs no second 95 MB in a small guest and no executable memfd (kernels can forbid those), and keeps
 * file capabilities. The module, its chunks and a code cache (4 MB; build/parts/program.ts) go into sealed memfds,
 * because Deno needs paths.
 *
 * Freestanding on purpose: the kernel's per-thread state (TLS, rseq, robust list) must be untouched when the
 * runtime's own C library starts.
 */

#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#include "freestanding.h"

static _Noreturn void fail(const char *message)
{
	SYSCALL(SYS_write, 2, "probe: ", 7, 0, 0, 0);
	SYSCALL(SYS_write, 2, message, length(message), 0, 0, 0);
	SYSCALL(SYS_write, 2, "\n", 1, 0, 0, 0);
	for (;;)
		SYSCALL(SYS_exit_group, 1, 0, 0, 0, 0, 0);
}

static int starts_with(const char *text, const char *prefix)
{
	while (*prefix)
		if (*text++ != *prefix++)
			return 0;
	return 1;
}

#include "limits.h"
#include "short_calls.h"

/* Last bytes of the file; build/parts/executable.ts writes it. */
struct trailer {
	char magic[16];
	uint64_t runtime_offset;
	uint64_t module_offset;
	uint64_t module_size;
	uint64_t near_size;
	uint64_t far_size;
	uint64_t cache_size;
};

static const char MAGIC[16] = "probe pack 4\n";
static const char DAMAGED[] = "this executable is damaged; copy it again";

static void read_at(int fd, void *to, size_t size, uint64_t offset)
{
	if (SYSCALL(SYS_pread64, fd, to, size, offset, 0, 0) != (long)size)
		fail(DAMAGED);
}

static struct trailer read_trailer(int fd)
{
	struct trailer trailer;
	long size = SYSCALL(SYS_lseek, fd, 0, 2 /* SEEK_END */, 0, 0, 0);

	if (size < (long)sizeof(trailer))
		fail(DAMAGED);
	read_at(fd, &trailer, sizeof(trailer), (uint64_t)size - sizeof(trailer));
	for (size_t i = 0; i < sizeof(MAGIC); i++)
		if (trailer.magic[i] != MAGIC[i])
			fail(DAMAGED);
	return trailer;
}

#include "program.h"

/* Bytes, by the kernel's word: some machines have kernels with larger pages. */
static size_t page_size;

#define PAGE_DOWN(x) ((x) & ~(page_size - 1))
#define PAGE_UP(x) PAGE_DOWN((x) + page_size - 1)
#define MAX_SEGMENTS 32

struct image {
	uintptr_t base;
	uintptr_t entry;
	uintptr_t phdr;
	uintptr_t phnum;
	char interpreter[256];
};

static void map(uintptr_t at, size_t size, int protection, int flags, int fd, uint64_t offset)
{
	long result = SYSCALL(SYS_mmap, at, size, protection, flags | MAP_PRIVATE | MAP_FIXED, fd, offset);

	if (result != (long)at)
		fail("the runtime cannot be mapped; free memory, or allow this file to be executed");
}

static void map_segment(int fd, uint64_t file_offset, uintptr_t base, const Elf64_Phdr *segment)
{
	int protection = (segment->p_flags & PF_R ? PROT_READ : 0) | (segment->p_flags & PF_W ? PROT_WRITE : 0) |
			 (segment->p_flags & PF_X ? PROT_EXEC : 0);
	uintptr_t start = PAGE_DOWN(base + segment->p_vaddr);
	uintptr_t file_end = base + segment->p_vaddr + segment->p_filesz;
	uintptr_t memory_end = base + segment->p_vaddr + segment->p_memsz;
	uintptr_t mapped_end = PAGE_UP(file_end);

	map(start, mapped_end - start, protection, 0, fd, file_offset + PAGE_DOWN(segment->p_offset));
	if (memory_end == file_end)
		return;
	memset((void *)file_end, 0, mapped_end - file_end);
	if (PAGE_UP(memory_end) > mapped_end)
		map(mapped_end, PAGE_UP(memory_end) - mapped_end, protection, MAP_ANONYMOUS, -1, 0);
}

/* Maps the position-independent ELF file that begins at file_offset of fd, like the kernel's binfmt_elf. */
static struct image map_image(int fd, uint64_t file_offset)
{
	struct image image = { 0 };
	Elf64_Ehdr header;
	Elf64_Phdr segments[MAX_SEGMENTS];
	uintptr_t span = 0;
	long reserved;

	read_at(fd, &header, sizeof(header), file_offset);
	if (header.e_type != ET_DYN || header.e_phnum > MAX_SEGMENTS || header.e_phentsize != sizeof(Elf64_Phdr))
		fail(DAMAGED);
	read_at(fd, segments, header.e_phnum * sizeof(Elf64_Phdr), file_offset + header.e_phoff);
	for (int i = 0; i < header.e_phnum; i++)
		if (segments[i].p_type == PT_LOAD)
			span = PAGE_UP(segments[i].p_vaddr + segments[i].p_memsz);
	/* One reservation keeps the distances between segments; each segment is then mapped over it. */
	reserved = SYSCALL(SYS_mmap, 0, span, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (reserved < 0 && reserved > -4096)
		fail("the runtime cannot be mapped; raise the limit of address space (ulimit -v)");
	image.base = (uintptr_t)reserved;
	image.entry = image.base + header.e_entry;
	image.phnum = header.e_phnum;
	for (int i = 0; i < header.e_phnum; i++) {
		const Elf64_Phdr *segment = &segments[i];

		if (segment->p_type == PT_LOAD)
			map_segment(fd, file_offset, image.base, segment);
		if (segment->p_type == PT_PHDR)
			image.phdr = image.base + segment->p_vaddr;
		if (segment->p_type == PT_INTERP && segment->p_filesz <= sizeof(image.interpreter))
			read_at(fd, image.interpreter, segment->p_filesz, file_offset + segment->p_offset);
	}
	return image;
}

static struct image map_interpreter(const char *path)
{
	int fd = (int)SYSCALL(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0, 0, 0);
	struct image image;

	if (fd < 0)
		fail("the 64-bit GNU C library is missing; install it (libc6), or use a 64-bit system that is not musl's");
	image = map_image(fd, 0);
	SYSCALL(SYS_close, fd, 0, 0, 0, 0, 0);
	return image;
}

/* PERMISSIONS and PATH come from build/parts/permissions.ts, SHORT_CALL_FLAGS from build/parts/code_cache.ts. */
/* clang-format off */
static const char *const BEFORE_MODULE[] = {
	"deno",
	"run",
	"--quiet",
	"--ext=js",
	"--no-config",
	"--no-lock",
	"--no-remote",
	"--no-npm",
	"--no-code-cache",
	"--unstable-raw-imports",
	PERMISSIONS,
};
/* clang-format on */

/*
 * With these the runtime has no folder of its own (none can be created below a device) and prints no warning
 * about that, asks for no update, and looks for no package of the user: neither here nor, for .npmrc, at
 * home. HOME is a path where no file can be created, but not one below a file, where an ENOTDIR would end the
 * runtime.
 */
/* clang-format off */
static const char *const ENVIRONMENT[] = {
	"DENO_DIR=/dev/null/probe",
	"DENO_LOG=error,deno::cache=off",
	"DENO_NO_UPDATE_CHECK=1",
	"DENO_NO_PACKAGE_JSON=1",
	"HOME=/proc/no-home",
};
/* clang-format on */

/* Variables of the user's environment that would configure the runtime. */
static const char *const NOT_PASSED_ON[] = { "DENO_", "NODE_", "NPM_CONFIG_", "npm_config_", "PROBE_HOME=" };

/* Passes on the user's own HOME under this name: ssh gets it (guest/vm/remote.ts). */
#define KEPT_HOME "PROBE_"
#define LONGEST_HOME 4096

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uintptr_t *push_arguments(uintptr_t *to, const uintptr_t *arguments, uintptr_t argc, const char *module,
				 int is_short)
{
	*to++ = COUNT(BEFORE_MODULE) + (is_short ? 1 : 0) + 1 + (argc > 0 ? argc - 1 : 0);
	for (size_t i = 0; i < COUNT(BEFORE_MODULE); i++)
		*to++ = (uintptr_t)BEFORE_MODULE[i];
	if (is_short)
		*to++ = (uintptr_t)SHORT_CALL_FLAGS;
	*to++ = (uintptr_t)module;
	for (uintptr_t i = 1; i < argc; i++)
		*to++ = arguments[i];
	*to++ = 0;
	return to;
}

static int is_passed_on(const char *variable)
{
	for (size_t i = 0; i < COUNT(NOT_PASSED_ON); i++)
		if (starts_with(variable, NOT_PASSED_ON[i]))
			return 0;
	return 1;
}

/* Turns "HOME=..." into "PROBE_HOME=..."; 0 when that is too long to be a path. */
static const char *kept_home(const char *variable)
{
	static char kept[sizeof(KEPT_HOME) + LONGEST_HOME] = KEPT_HOME;
	size_t n = 0;

	while (variable[n])
		if (n++ == LONGEST_HOME - 1)
			return 0;
	for (size_t i = 0; i <= n; i++)
		kept[sizeof(KEPT_HOME) - 1 + i] = variable[i];
	return kept;
}

/* The runtime does not start without a PATH, because it looks there for the programs that it may run. */
static uintptr_t *push_environment(uintptr_t *to, const uintptr_t *environment)
{
	int has_path = 0;

	for (; *environment; environment++) {
		const char *variable = (const char *)*environment;

		has_path |= starts_with(variable, "PATH=");
		if (starts_with(variable, "HOME="))
			variable = kept_home(variable);
		else if (!is_passed_on(variable))
			variable = 0;
		if (variable)
			*to++ = (uintptr_t)variable;
	}
	if (!has_path)
		*to++ = (uintptr_t)PATH;
	for (size_t i = 0; i < COUNT(ENVIRONMENT); i++)
		*to++ = (uintptr_t)ENVIRONMENT[i];
	*to++ = 0;
	return to;
}

static void push_auxiliary(uintptr_t *to, const uintptr_t *auxiliary, const struct image *runtime, uintptr_t base)
{
	for (;; auxiliary += 2) {
		uintptr_t value = auxiliary[1];

		switch (auxiliary[0]) {
		case AT_PHDR:
			value = runtime->phdr;
			break;
		case AT_PHNUM:
			value = runtime->phnum;
			break;
		case AT_ENTRY:
			value = runtime->entry;
			break;
		case AT_BASE:
			value = base;
			break;
		}
		*to++ = auxiliary[0];
		*to++ = value;
		if (auxiliary[0] == AT_NULL)
			return;
	}
}

static void write_number(char *to, int number)
{
	char digits[12];
	int n = 0;

	do {
		digits[n++] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	while (n > 0)
		*to++ = digits[--n];
	*to = 0;
}

/*
 * Under nohup the hangup is ignored, but the runtime would install a handler for it. A blocked signal stays
 * blocked in the runtime.
 */
static void block_ignored_hangup(void)
{
	struct {
		uintptr_t handler;
		uintptr_t rest[20];
	} action = { 0 };
	uint64_t hangup = 1 << (SIGHUP - 1);

	SYSCALL(SYS_rt_sigaction, SIGHUP, 0, &action, sizeof(hangup), 0, 0);
	if (action.handler == (uintptr_t)SIG_IGN)
		SYSCALL(SYS_rt_sigprocmask, SIG_BLOCK, &hangup, 0, sizeof(hangup), 0, 0);
}

/*
 * The runtime does not start in a deleted folder, where no relative path names anything. The same holds in
 * this folder, where no file can be created.
 */
static void leave_deleted_folder(void)
{
	static char path[4096];

	if (SYSCALL(SYS_getcwd, path, sizeof(path), 0, 0, 0, 0) == -ENOENT)
		SYSCALL(SYS_chdir, "/proc/self/fdinfo", 0, 0, 0, 0, 0);
}

START(launch);

__attribute__((used)) _Noreturn void launch(const uintptr_t *stack)
{
	static char module[32] = "/proc/self/fd/";
	uintptr_t argc = stack[0];
	const uintptr_t *arguments = stack + 1;
	const uintptr_t *environment = arguments + argc + 1;
	const uintptr_t *auxiliary = environment;
	const uintptr_t *end;
	struct trailer trailer;
	struct image runtime, interpreter;
	int fd, is_short;

	block_ignored_hangup();
	leave_deleted_folder();
	require_limits();
	while (*auxiliary++)
		;
	for (end = auxiliary; *end; end += 2) {
		if (*end == AT_PAGESZ)
			page_size = end[1];
	}
	fd = (int)SYSCALL(SYS_openat, AT_FDCWD, "/proc/self/exe", O_RDONLY | O_CLOEXEC, 0, 0, 0);
	if (fd < 0)
		fail("cannot open /proc/self/exe; mount /proc (mount -t proc proc /proc) and allow reading this file");
	trailer = read_trailer(fd);
	is_short = is_short_call(arguments, argc);
	/* V8 takes a code cache only with the flags with which it was made. */
	const uint64_t sizes[] = { trailer.module_size, trailer.near_size, trailer.far_size,
				   is_short ? trailer.cache_size : 0 };
	write_number(module + length(module), program_fd(fd, trailer.module_offset, sizes));
	runtime = map_image(fd, trailer.runtime_offset);
	interpreter = map_interpreter(runtime.interpreter);
	SYSCALL(SYS_close, fd, 0, 0, 0, 0, 0);

	/* The new stack image: at most what the old one contains plus what is added. */
	uintptr_t image[(size_t)(end - stack) + 2 + COUNT(BEFORE_MODULE) + 1 + 2 + COUNT(ENVIRONMENT) + 3]
		__attribute__((aligned(16)));
	uintptr_t *to = push_arguments(image, arguments, argc, module, is_short);

	to = push_environment(to, environment);
	push_auxiliary(to, auxiliary, &runtime, interpreter.base);
	enter(interpreter.entry, image);
}
