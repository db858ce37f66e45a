/* SPDX-License-Identifier: MIT */
/*
 * Calls that end before V8's best compiler (Turbofan) pays for itself: comparisons of files that are not large.
 * It would take a fifth of their CPU time beside the program (docs/cost.md); a flag of V8 can only be given at
 * the start.
 */

#ifndef SHORT_CALLS_H
#define SHORT_CALLS_H

#include <sys/stat.h>

/* Bytes of all files together from which on it pays. */
#define LARGE_FILES 32000000

static const char *const SHORT_COMMANDS[] = { "compare", "report" };
/* What stands for files of unknown size: patterns, which only the program expands, and standard input. */
static const char *const UNKNOWN_FILES[] = { "--a", "--b", "-a", "-b", "-" };

static int is_word(const char *text, const char *word)
{
	size_t n = length(word);

	return starts_with(text, word) && (text[n] == 0 || text[n] == '=');
}

static int is_one_of(const char *text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is_word(text, words[i]))
			return 1;
	return 0;
}

/* Size of a file; 0 where no file has this name, as with options; LARGE_FILES of what is no regular file. */
static uint64_t size_of(const char *path)
{
	struct stat facts;

	if (SYSCALL(SYS_newfstatat, AT_FDCWD, path, &facts, 0, 0, 0) < 0)
		return 0;
	return S_ISREG(facts.st_mode) ? (uint64_t)facts.st_size : LARGE_FILES;
}

static int is_short_call(const uintptr_t *arguments, uintptr_t argc)
{
	uint64_t size = 0;

	if (argc < 2 || !is_one_of((const char *)arguments[1], SHORT_COMMANDS, sizeof(SHORT_COMMANDS) / sizeof(char *)))
		return 0;
	for (uintptr_t i = 2; i < argc; i++) {
		if (is_one_of((const char *)arguments[i], UNKNOWN_FILES, sizeof(UNKNOWN_FILES) / sizeof(char *)))
			return 0;
		size += size_of((const char *)arguments[i]);
	}
	return size > 0 && size < LARGE_FILES;
}

#endif
