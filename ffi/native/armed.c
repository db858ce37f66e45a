/* SPDX-License-Identifier: MIT */
/* The map `armed`: how the target tells BPF programs whom to follow, and what it read. */
#define _GNU_SOURCE

#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../bpf/record.h"
#include "target.h"

int arm_map(const struct target_request *request, uint32_t pid, uint64_t not_before_ns)
{
	struct armed_run value = {
		.pid = pid,
		.run = pid ? request->run : 0,
		.not_before_ns = not_before_ns,
		.takes_stacks = request->stack,
	};
	uint32_t key = 0;
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = request->armed_map_fd;
	attr.key = (uintptr_t)&key;
	attr.value = (uintptr_t)&value;
	attr.flags = BPF_ANY;
	return syscall(SYS_bpf, BPF_MAP_UPDATE_ELEM, &attr, sizeof(attr)) ? errno : 0;
}

/* ID of a BPF map; 0 where the kernel does not tell. */
static uint32_t map_id(int map_fd)
{
	struct bpf_map_info info = { 0 };
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = map_fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uintptr_t)&info;
	return syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)) ? 0 : info.id;
}

/*
 * Maps the value of the armed map into this process's memory: noting something there costs no call, and BPF
 * programs see it at once. The mapping stays from one run to the next: with a new one for each run, the way from
 * the switch-in to the read took 40 us longer in a VM. The ID tells maps apart, because descriptors are used
 * again. 0 or an errno.
 */
int map_armed(int map_fd, struct armed_run **armed)
{
	static struct armed_run *mapped;
	static uint32_t mapped_id;
	uint32_t id = map_id(map_fd);
	void *memory;

	if (!mapped || !id || id != mapped_id) {
		if (mapped)
			munmap(mapped, sizeof(*mapped));
		mapped = NULL;
		memory = mmap(NULL, sizeof(*mapped), PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
		if (memory == MAP_FAILED)
			return errno;
		mapped = memory;
		mapped_id = id;
	}
	*armed = mapped;
	return 0;
}

/* Notes the read for the program that sees the target leave its CPU. */
void note_read(struct armed_run *armed, uint64_t run, int64_t read_ns)
{
	armed->read_ns = read_ns;
	__atomic_store_n(&armed->read_run, run, __ATOMIC_RELEASE);
}

/* Keeps the note of the read, because the target has not left its CPU yet. */
void disarm(struct armed_run *armed)
{
	__atomic_store_n(&armed->run, 0, __ATOMIC_RELEASE);
	armed->pid = 0;
}
