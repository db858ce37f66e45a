/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The programs' state: their maps, and what user space sets before the load. */
#ifndef PROBE_MAPS_H
#define PROBE_MAPS_H

#include "kernel.h"
#include "record.h"

/* Set by user space before the load, so the verifier drops what the tier does not have. */
const volatile struct probe_config config = {};

/*
 * What every program checks first, for every task of the machine. Each has a section of its own, which libbpf
 * turns into a map of that name with one value: a program reaches it by its address, without a lookup.
 */
struct armed_run armed SEC(".data.armed") = {};
struct chain chain SEC(".data.chain") = {};
struct probe_window window SEC(".data.window") = {};

/*
 * The first timekeeping read on each CPU since the chain was minted. Only later is it known which CPU is the
 * target's.
 */
struct first_read {
	__u64 correlation_id;
	__u64 ns;
};

#define MAX_CPUS 4096

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MAX_CPUS);
	__type(key, __u32);
	__type(value, struct first_read);
} first_reads SEC(".maps");

/*
 * What a waker of the armed target brings to try_to_wake_up(). Several wakers may be in it at the same time.
 * The one for which sched_waking is traced wakes the target; the others find it awake.
 */
struct ttwu_entry {
	__u64 run;
	__u64 ns;
	__u64 frame;           /* the stack pointer there, at the tier kprobe */
	__u64 pi_lock;         /* address of the target's */
	__u64 contended_since; /* waiting for it */
	__u64 contended_ns;    /* waited for it */
	__u64 probe_ns;        /* spent in our program */
	__u32 pid;
	__u32 waker_pid;
	__u32 flags;
	int stack_bytes; /* negative: bpf_get_stack()'s error */
	__u64 stack[PROBE_STACK_DEPTH];
};

/*
 * By the waker's pid, because a task may be preempted after the entry and continue on another CPU. When two
 * tasks with the same place, that is pids 1024 apart, are in it at the same time, the note of the first is
 * lost, and with it its wakeup.
 */
#define TASK_ENTRIES 1024

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TASK_ENTRIES);
	__type(key, __u32);
	__type(value, struct ttwu_entry);
} task_entries SEC(".maps");

/* By the CPU, for interrupts of an idle CPU, where the current task always has pid 0. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ttwu_entry);
} idle_entries SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct probe_counters);
} counters SEC(".maps");

/* Non-zero while one of our programs works on this CPU: a clock read is then our own timestamp. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} in_probe SEC(".maps");

/*
 * Atomic instructions that return the old value exist since 5.12 (91c960b00566, "bpf: Rename BPF_XADD and
 * prepare to encode other atomics"); earlier verifiers refuse even unreachable ones. Pushing into a queue
 * with room for one value works as such an instruction everywhere: only one of several CPUs finds it empty.
 */
struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 1);
	__uint(value_size, sizeof(__u32));
} minting SEC(".maps"), closing SEC(".maps");

/* As many as the machine can have CPUs: user space sets max_entries before the load. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MAX_CPUS);
	__type(key, __u32);
	__type(value, struct cpu_log);
} cpu_logs SEC(".maps");

/*
 * Of every CPU one part, config.recent_events long, written round and round: user space sets max_entries before the
 * load.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct recent_event);
} recent_events SEC(".maps");

/* The latest update_wall_time(), whether or not a run is armed. */
struct tk_update {
	__u64 ns;
	__u32 cpu;
};

struct tk_update last_tk_update SEC(".data.tk_update") = {};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 18);
} records SEC(".maps");

#endif
