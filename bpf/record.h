/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The one definition of what the kernel side hands to user space. ffi/layout.generated.ts is made from the
 * BTF of these types (build/parts/layout.ts), never written by hand.
 *
 * A fact that was not observed has 0 at its place in `seen`; its field then means nothing.
 */
#ifndef PROBE_RECORD_H
#define PROBE_RECORD_H

#define PROBE_STACK_DEPTH 64
#define PROBE_COMM_LEN 16

/* The facts of struct chain that may be absent: places in `seen`. */
enum chain_seen {
	SEEN_TTWU = 0,                /* ttwu_ns, and everything known at sched_waking */
	SEEN_FLAGS_ENTRY = 1,         /* flags_entry */
	SEEN_WAKER_CONTEXT = 2,       /* waker_context */
	SEEN_TTWU_RETURN = 3,         /* ttwu_return_ns */
	SEEN_ACTIVATE = 4,            /* activate_ns, flags_activate */
	SEEN_RQ_ACTIVATE = 5,         /* rq_clock_activate_ns, rq_clock_flags */
	SEEN_WAKEUP = 6,              /* wakeup_ns, target_cpu, state_after, path */
	SEEN_TARGET_IDLE = 7,         /* target_idle */
	SEEN_SWITCH = 8,              /* switch_ns */
	SEEN_RQ_SWITCH = 9,           /* rq_clock_switch_ns */
	SEEN_TKREAD_ANY = 10,         /* tkread_any_ns */
	SEEN_TKREAD = 11,             /* tkread_ns, tkread_cpu, tkread_function, tkread stack */
	SEEN_TKREAD_CONTEXT = 12,     /* tkread_context */
	SEEN_TKREAD_VALUE = 13,       /* tkread_value_ns */
	SEEN_TKREAD_TASK = 14,        /* tkread_task_ns */
	SEEN_MIGRATE = 15,            /* migrate_cpu: sched_migrate_task between sched_waking and sched_wakeup */
	SEEN_QUEUED = 16,             /* queued_ns, flags_queued: ttwu_queue_wakelist() took the target */
	SEEN_RQ_QUEUED = 17,          /* rq_clock_queued_ns, rq_clock_queued_flags */
	SEEN_PENDING = 18,            /* pending_ns: the target's CPU began with its wakelist */
	SEEN_CLOCKSOURCE = 19,        /* clocksource_switch_ns, clocksource_to, reads_before_switch */
	SEEN_CLOCKSOURCE_FROM = 20,   /* clocksource_from */
};

/* How far a chain is. Its record is submitted by whoever sets the last of READ and RETURN. */
enum chain_phase {
	CHAIN_OPEN = 1 << 0,   /* minted */
	CHAIN_READ = 1 << 1,   /* the target's read in task context is complete */
	CHAIN_RETURN = 1 << 2, /* try_to_wake_up returned, or its return is not hooked */
};

/* Way of the wakeup through try_to_wake_up (kernel/sched/core.c). */
enum chain_path {
	PATH_SELF = 1,     /* p == current */
	PATH_RUNNABLE = 2, /* p was still on its runqueue: ttwu_runnable() */
	PATH_DIRECT = 3,   /* activated by the waker's CPU */
	PATH_WAKELIST = 4, /* ttwu_queue_wakelist(): activated by the target CPU after an IPI */
};

enum chain_context {
	CONTEXT_TASK = 1,
	CONTEXT_SOFTIRQ = 2,
	CONTEXT_HARDIRQ = 3,
	CONTEXT_NMI = 4,
};

/* Function that carries the read marker. Names are made from these words: TKREAD_ is cut, the rest lowered. */
enum chain_tkread {
	TKREAD_KTIME_GET = 1,
	TKREAD_KTIME_GET_TS64 = 2,
	TKREAD_KTIME_GET_REAL_TS64 = 3,
	TKREAD_KTIME_GET_RAW_TS64 = 4,
	TKREAD_KTIME_GET_RAW = 5,
	TKREAD_KTIME_GET_WITH_OFFSET = 6,
	TKREAD_KTIME_GET_UPDATE_OFFSETS_NOW = 7,
	TKREAD_KTIME_GET_SNAPSHOT = 8,
	TKREAD_READ_HPET = 9,
	TKREAD_ACPI_PM_READ = 10,
	TKREAD_READ_TSC = 11,
	TKREAD_KVM_CLOCK_GET_CYCLES = 12,
	TKREAD_READ_HV_CLOCK_TSC = 13,
	TKREAD_CLOCK_GETTIME = 14, /* the system call: tracepoint tier */
};

/*
 * What user space asks the programs to follow: the value of the `armed` map. The first wakeup of the target, as
 * sched_waking says it, takes `run` and leaves 0, one CPU at a time, so a run is minted once, however many CPUs wake
 * the target.
 */
struct armed_run {
	unsigned int pid;        /* of the target, in probe's pid namespace; 0: nothing armed */
	unsigned int kernel_pid; /* the kernel's own, learnt at first sight; 0: not yet, or not needed */
	unsigned long long run; /* from 1; 0: taken */
	unsigned long long not_before_ns; /* CLOCK_MONOTONIC: wakeups before it are not this run's */
};

/* What user space tells the programs before they are loaded. */
struct probe_config {
	/* try_to_wake_up, at its entry, whose notes sched_waking takes up, and at its return, which the record waits for. */
	unsigned char ttwu_is_hooked;
	unsigned char counts_hardirq_disable; /* local_interrupt_disable() exists: see kernel.h, preempt_count */
	unsigned int pid_namespace; /* inode of probe's pid namespace; 0: the initial one, whose pids are the kernel's */
	/* Addresses of variables of the kernel; 0: not known. */
	unsigned long long curr_clocksource;
	unsigned long long preempt_count; /* __preempt_count, to be added to a CPU's __per_cpu_offset */
	unsigned long long per_cpu_offset;
};

/* One run's chain, filled stage by stage; submitted once as one ring-buffer record. Times: ktime_get_ns(). */
struct chain {
	unsigned long long correlation_id;
	unsigned long long run;
	/*
	 * By enum chain_seen, and a byte each: the waker returns while the target runs on another CPU, and of two that
	 * put a bit each into the same word, the later one may put back what it read before the other one wrote.
	 */
	unsigned char seen[24];
	unsigned int phase; /* enum chain_phase */
	unsigned int tgid;
	unsigned int pid;
	unsigned int waker_pid;
	int waker_cpu;
	unsigned int waker_context;
	unsigned int flags_entry;
	unsigned int flags_queued;
	unsigned int flags_activate;
	unsigned int state_before;
	unsigned int state_after;
	unsigned int path;
	unsigned int on_rq;
	int prev_cpu;
	int target_cpu;
	unsigned int target_idle;
	int tkread_cpu;
	unsigned int tkread_function;
	unsigned int tkread_context;
	unsigned int rq_clock_flags;
	unsigned int rq_clock_queued_flags;
	unsigned int clocksource_switches;
	unsigned int reads_before_switch; /* `reads` when the first switch happened */
	unsigned int self_reads;
	unsigned int reads;
	int ttwu_stack_bytes;   /* negative: bpf_get_stack()'s error */
	int tkread_stack_bytes;
	int migrate_cpu;
	int rq_cpu;
	/* The kernel side's own: the function of the first read in task context, the rq that activated the target,
	 * the stack pointer at the kprobe on try_to_wake_up, the timespec64 that the read fills. */
	unsigned int tkread_task_function;
	unsigned long long rq;
	unsigned long long ttwu_frame;
	unsigned long long tkread_fills;
	unsigned long long ttwu_ns;
	unsigned long long queued_ns;
	unsigned long long pending_ns;
	unsigned long long activate_ns;
	unsigned long long wakeup_ns;
	unsigned long long ttwu_return_ns;
	unsigned long long switch_ns;
	unsigned long long tkread_any_ns;
	unsigned long long tkread_ns;
	unsigned long long tkread_task_ns;
	unsigned long long clocksource_switch_ns;
	unsigned long long rq_clock_queued_ns;
	unsigned long long rq_clock_activate_ns;
	unsigned long long rq_clock_switch_ns;
	long long tkread_value_ns;
	char comm[PROBE_COMM_LEN];
	char waker_comm[PROBE_COMM_LEN];
	char clocksource_from[PROBE_COMM_LEN];
	char clocksource_to[PROBE_COMM_LEN];
	unsigned long long ttwu_stack[PROBE_STACK_DEPTH];
	unsigned long long tkread_stack[PROBE_STACK_DEPTH];
};

/* Loss and self-observation, summed by the programs since they were loaded. */
struct probe_counters {
	unsigned long long ring_full;       /* chains that found no room in the ring buffer */
	unsigned long long self_reads;      /* clock reads of our own programs, filtered out */
};

#endif
