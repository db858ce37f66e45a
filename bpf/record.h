/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The one definition of what the kernel side passes to user space. ffi/layout.generated.ts is generated from
 * the BTF of these types (build/parts/layout.ts), never written by hand.
 *
 * A field of struct chain that is a column of the result file has the column's name
 * (analysis/result/columns.ts).
 */
#ifndef PROBE_RECORD_H
#define PROBE_RECORD_H

#define PROBE_STACK_DEPTH 64
#define PROBE_COMM_LEN 16
/* Of a clocksource's name: hyperv_clocksource_tsc_page is the longest (5.10 to 7.3). */
#define PROBE_CLOCK_LEN 32
#define PROBE_CPU_EVENTS 64

/* The field is only valid if `seen` is 1 for that fact. BTF keeps the mark for the layout. */
#define IF_SEEN(fact) __attribute__((btf_decl_tag("if " #fact)))
/* For the programs' own use, not part of the layout. */
#define KERNEL_ONLY __attribute__((btf_decl_tag("kernel only")))

/* The facts of struct chain that may be absent, as indices into `seen`. */
enum chain_seen {
	SEEN_TTWU = 0,             /* the chain was minted: all that sched_waking gives, the fields without IF_SEEN */
	SEEN_WAKE_FLAGS_ENTRY = 1, /* the entry of try_to_wake_up() */
	SEEN_WAKER_CONTEXT = 2,    /* preempt_count could be read */
	SEEN_TTWU_RETURN = 3,
	SEEN_ACTIVATE = 4, /* ttwu_do_activate() */
	SEEN_RQ_ACTIVATE = 5,
	SEEN_WAKEUP = 6, /* sched_wakeup */
	SEEN_TARGET_IDLE = 7,
	SEEN_SWITCH = 8,    /* sched_switch to the target */
	SEEN_RQ_SWITCH = 9, /* the target is on the rq that activated it */
	SEEN_TKREAD_ANY = 10,
	SEEN_TKREAD = 11,
	SEEN_TKREAD_CONTEXT = 12,
	SEEN_TKREAD_VALUE = 13,
	SEEN_TKREAD_TASK = 14,
	SEEN_MIGRATE = 15, /* sched_migrate_task between sched_waking and sched_wakeup */
	SEEN_QUEUED = 16,  /* ttwu_queue_wakelist() got the target, but may have declined */
	SEEN_RQ_QUEUED = 17,
	SEEN_PENDING = 18,     /* the target's CPU began with its wakelist */
	SEEN_CLOCKSOURCE = 19, /* the first clocksource switch */
	SEEN_CLOCKSOURCE_FROM = 20,
	SEEN_TKREAD_CPU = 21,
	SEEN_TKREADS = 22, /* reads of all tasks are hooked */
	SEEN_TIMER = 23,   /* the wakeup came from an hrtimer's callback */
	SEEN_PI_LOCK_CONTENDED = 24,
	SEEN_RQ_LOCK = 25, /* asked for and held, by who activates the target */
	SEEN_RQ_LOCK_CONTENDED = 26,
	SEEN_RQ_CLOCK = 27, /* update_rq_clock() under that lock */
	SEEN_RQ_UNLOCK = 28,
	SEEN_TK_TTWU = 29, /* the timekeeper at sched_waking */
	SEEN_TK_TKREAD = 30,
	SEEN_TK_UPDATE = 31, /* the last update_wall_time() before the read */
	SEEN_STEAL = 32,     /* the hypervisor tells what it takes */
	SEEN_CLOCKSOURCE_READ = 33,
};

/* What happened on a CPU while a chain was open: the events of struct cpu_log. */
enum cpu_event_kind {
	EVENT_IDLE = 1,   /* it left idle: if since_ns is known, arg is the state, as the cpu_idle event has it */
	EVENT_SWITCH = 2, /* sched_switch: arg and name are the pid and comm of the task that leaves the CPU */
	EVENT_INTERRUPT = 3,
	EVENT_INTERRUPT_END = 4,
	EVENT_SOFTIRQ = 5, /* arg is its number, enum of include/linux/interrupt.h */
	EVENT_SOFTIRQ_END = 6,
};

/* Which interrupt: the vectors with tracepoints of their own, or a device's handler, whose name is the event's. */
enum cpu_interrupt {
	INTERRUPT_LOCAL_TIMER = 1,
	INTERRUPT_RESCHEDULE = 2,
	INTERRUPT_CALL_FUNCTION = 3,
	INTERRUPT_CALL_FUNCTION_SINGLE = 4,
	INTERRUPT_HANDLER = 5,
};

struct cpu_event {
	unsigned long long ns;
	unsigned long long since_ns; /* idle: when it was entered; 0: not seen */
	enum cpu_event_kind kind;
	enum cpu_interrupt interrupt;
	unsigned int arg;
	unsigned int unused KERNEL_ONLY;
	char name[PROBE_COMM_LEN];
};

/*
 * The log of one CPU for one chain, written by that CPU alone. An interrupt that comes between a program's reading
 * and writing of `count` takes the same place, so `appended`, which is added to by one instruction, then says more.
 */
struct cpu_log {
	struct cpu_event events[PROBE_CPU_EVENTS] KERNEL_ONLY; /* first, so that user space finds them */
	unsigned long long correlation_id;                     /* of the chain to which the events belong */
	unsigned int count;                                    /* of `events`; at most PROBE_CPU_EVENTS */
	unsigned int appended;                                 /* attempts: more than `count` when events were lost */
	/*
	 * The CPU's present state, whether or not a chain is open; as old as the window (probe_window) in which it was
	 * noted.
	 */
	unsigned long long idle_since_ns KERNEL_ONLY; /* of the latest entry */
	unsigned long long idle_window KERNEL_ONLY;
	unsigned long long timer_ns KERNEL_ONLY;  /* hrtimer_expire_entry */
	unsigned long long timer_run KERNEL_ONLY; /* armed then */
	unsigned long long timer_expires_ns KERNEL_ONLY;
	const struct hrtimer *timer KERNEL_ONLY;
	const struct hrtimer_clock_base *timer_base KERNEL_ONLY;
	unsigned int idle_state KERNEL_ONLY;
	unsigned int timer_pid KERNEL_ONLY; /* current in that callback */
	/*
	 * How many events this CPU has noted in its part of recent_events since the programs were attached, at
	 * recent_window; more were attempted where an interrupt took the same place.
	 */
	unsigned long long recent;
	unsigned long long recent_attempts;
	unsigned long long recent_since_ns; /* of the first of them */
	unsigned long long recent_window;
};

/* What the CPUs did lately, whether or not a chain was open: the events of struct recent_event. */
enum recent_kind {
	RECENT_SWITCH = 1,  /* sched_switch: arg and name are of the task that gets the CPU, other is who leaves it */
	RECENT_WAKING = 2,  /* sched_waking: arg and name of the task that is to be woken */
	RECENT_WAKEUP = 3,  /* sched_wakeup: arg and name of the task, other is its CPU */
	RECENT_MIGRATE = 4, /* sched_migrate_task: the same, other is the CPU it moves to */
	RECENT_IDLE = 5,    /* cpu_idle: arg is the state that it enters */
	RECENT_IDLE_END = 6,
	RECENT_TIMER = 7, /* hrtimer_expire_entry: arg is the address of its function */
	RECENT_TIMER_END = 8,
	RECENT_CONTENTION = 9, /* contention_begin: arg is the address of the lock */
	RECENT_CONTENTION_END = 10,
	RECENT_TIMEKEEPER = 11, /* update_wall_time */
	RECENT_INTERRUPT = 12,  /* other is enum cpu_interrupt, a handler's name is name */
	RECENT_INTERRUPT_END = 13,
	RECENT_SOFTIRQ = 14, /* arg is its number */
	RECENT_SOFTIRQ_END = 15,
};

struct recent_event {
	unsigned long long ns;
	unsigned long long arg;
	enum recent_kind kind;
	unsigned int other;
	char name[PROBE_COMM_LEN];
};

/* How far a chain has come. The program that sets the last of READ and RETURN submits its record. */
enum chain_phase {
	CHAIN_OPEN = 1 << 0,   /* minted */
	CHAIN_READ = 1 << 1,   /* the target's read in task context is complete */
	CHAIN_RETURN = 1 << 2, /* try_to_wake_up returned, or its return is not hooked */
};

/* Words for user space: the part of the name after its first _, in lower case, so PATH_DIRECT is `direct`. */

/* Path of the wakeup through try_to_wake_up (kernel/sched/core.c). */
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

/* The function whose hook marks the read. */
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
	TKREAD_CLOCK_GETTIME = 14, /* the system call, or the target's own report of it: tracepoint tier */
	TKREAD_ARCH_COUNTER_READ = 15,
};

/*
 * What user space asks the programs to follow: the value of the `armed` map. The target's first wakeup, at
 * its sched_waking, takes `run` and leaves 0. Only one CPU at a time can do that, so a run is minted once,
 * however many CPUs wake the target. The built-in target maps this value into its memory, and notes there
 * what it read, and for which run.
 */
struct armed_run {
	unsigned int pid;                 /* of the target, in probe's pid namespace; 0: nothing armed */
	unsigned int kernel_pid;          /* the kernel's own pid, found at first sight; 0: not yet, or not needed */
	unsigned long long run;           /* from 1; 0: taken */
	unsigned long long not_before_ns; /* CLOCK_MONOTONIC: wakeups before it are not this run's */
	unsigned long long takes_stacks;  /* 0: in this run no stack is taken */
	unsigned long long read_run;      /* 0: the target has not read yet */
	unsigned long long read_ns;       /* what it read, written before read_run */
};

/*
 * How often the tracepoint programs have been attached: the value of the `window` map. Between two windows nothing is
 * seen, so what was noted in an earlier one may have ended since.
 */
struct probe_window {
	unsigned long long number;
};

/* What user space tells the programs before they are loaded. */
struct probe_config {
	/*
	 * Whether try_to_wake_up is hooked: at its entry, whose notes sched_waking uses, and at its return,
	 * for which the record waits.
	 */
	unsigned char ttwu_is_hooked;
	unsigned char counts_hardirq_disable; /* local_interrupt_disable() exists: see kernel.h, preempt_count */
	unsigned char target_tells_read;      /* no read is hooked: armed.read_ns is the target's */
	/* How many recent events each CPU keeps, a power of two; 0: none. */
	unsigned int recent_events;
	/* Inode of probe's pid namespace; 0: the initial one, whose pids are the kernel's. */
	unsigned int pid_namespace;
	/* Addresses of variables of the kernel; 0: not known. */
	unsigned long long timekeeper;    /* tk_core, or timekeeper_data: seqcount and struct timekeeper */
	unsigned long long steal_time;    /* struct kvm_steal_time, to which a CPU's __per_cpu_offset is added */
	unsigned long long steal_enabled; /* struct static_key paravirt_steal_enabled */
	unsigned long long curr_clocksource;
	unsigned long long preempt_count; /* __preempt_count, to which a CPU's __per_cpu_offset is added */
	unsigned long long per_cpu_offset;
};

/* One run's chain, filled stage by stage and submitted once as one ring-buffer record. Times: ktime_get_ns(). */
struct chain {
	unsigned long long correlation_id;
	unsigned long long run;
	/*
	 * By enum chain_seen, one byte each: the waker returns while the target runs on another CPU. When two
	 * CPUs set bits of the same word, the later one may write back a value from before the other's write.
	 */
	unsigned char seen[40];
	unsigned int phase KERNEL_ONLY; /* enum chain_phase */
	unsigned int tgid;
	unsigned int pid;
	unsigned int waker_pid;
	int waker_cpu;
	enum chain_context waker_context IF_SEEN(SEEN_WAKER_CONTEXT);
	unsigned int wake_flags_entry IF_SEEN(SEEN_WAKE_FLAGS_ENTRY);
	unsigned int wake_flags_queued IF_SEEN(SEEN_QUEUED);
	unsigned int wake_flags IF_SEEN(SEEN_ACTIVATE);
	unsigned int state_before;
	unsigned int state_after IF_SEEN(SEEN_WAKEUP);
	enum chain_path path IF_SEEN(SEEN_WAKEUP);
	unsigned int on_rq KERNEL_ONLY;
	unsigned int takes_stacks KERNEL_ONLY; /* as armed */
	int prev_cpu;
	int target_cpu IF_SEEN(SEEN_WAKEUP);
	unsigned int target_idle IF_SEEN(SEEN_TARGET_IDLE);
	int tkread_cpu IF_SEEN(SEEN_TKREAD_CPU);
	enum chain_tkread tkread_function IF_SEEN(SEEN_TKREAD);
	enum chain_context tkread_context IF_SEEN(SEEN_TKREAD_CONTEXT);
	unsigned int rq_clock_flags IF_SEEN(SEEN_RQ_ACTIVATE);
	unsigned int rq_clock_queued_flags IF_SEEN(SEEN_RQ_QUEUED);
	unsigned int clocksource_switches;
	unsigned int tkreads IF_SEEN(SEEN_TKREADS); /* on any CPU, between the ttwu and the end of the chain */
	unsigned int tkreads_before_switch IF_SEEN(SEEN_CLOCKSOURCE);
	/* How much of ttwu_stack and tkread_stack is filled; negative: bpf_get_stack()'s error. */
	int ttwu_stack_bytes;
	int tkread_stack_bytes;
	int migrate_cpu IF_SEEN(SEEN_MIGRATE);
	int rq_cpu IF_SEEN(SEEN_ACTIVATE);
	unsigned int tkread_task_function KERNEL_ONLY; /* of the first read in task context */
	unsigned long long rq KERNEL_ONLY;             /* that activated the target */
	unsigned long long ttwu_frame KERNEL_ONLY;     /* the stack pointer at the kprobe on try_to_wake_up */
	unsigned long long tkread_fills KERNEL_ONLY;   /* the timespec64 that the read fills */
	unsigned long long resumed_ns KERNEL_ONLY;     /* the latest switch to the target */
	unsigned long long lock KERNEL_ONLY;           /* address of the last one asked for */
	unsigned long long rq_lock KERNEL_ONLY;        /* address of the lock that was waited for */
	unsigned long long rq_lock_contended_since IF_SEEN(SEEN_RQ_LOCK_CONTENDED);
	/* How long each stage's program worked after it took the stage's time, on the way of the wakeup, ns. */
	unsigned int ttwu_probe_ns;
	unsigned int waking_probe_ns;
	unsigned int queued_probe_ns;
	unsigned int pending_probe_ns;
	unsigned int activate_probe_ns;
	unsigned int wakeup_probe_ns;
	unsigned int switch_probe_ns;
	int activate_cpu IF_SEEN(SEEN_ACTIVATE); /* that ran ttwu_do_activate() */
	int rq_lock_contended_cpu IF_SEEN(SEEN_RQ_LOCK_CONTENDED);
	int tk_update_cpu IF_SEEN(SEEN_TK_UPDATE);
	/* The hypervisor's count of ns taken, at each stage: of the waker's CPU, then of the target's. */
	unsigned long long waking_steal_ns IF_SEEN(SEEN_STEAL);
	unsigned long long queued_steal_ns IF_SEEN(SEEN_STEAL); /* of the target's CPU */
	unsigned long long activate_steal_ns IF_SEEN(SEEN_STEAL);
	unsigned long long wakeup_steal_ns IF_SEEN(SEEN_STEAL);
	unsigned long long switch_steal_ns IF_SEEN(SEEN_STEAL);
	unsigned long long tkread_steal_ns IF_SEEN(SEEN_STEAL);
	unsigned long long timer_expires_ns IF_SEEN(SEEN_TIMER);
	unsigned long long timer_ns IF_SEEN(SEEN_TIMER);
	unsigned long long ttwu_ns;
	unsigned long long waking_ns;
	unsigned long long pi_lock_contended_ns IF_SEEN(SEEN_PI_LOCK_CONTENDED); /* waited, like the next */
	unsigned long long rq_lock_contended_ns IF_SEEN(SEEN_RQ_LOCK_CONTENDED);
	unsigned long long rq_lock_asked_ns IF_SEEN(SEEN_RQ_LOCK);
	unsigned long long rq_lock_ns IF_SEEN(SEEN_RQ_LOCK);
	unsigned long long rq_clock_ns IF_SEEN(SEEN_RQ_CLOCK);
	unsigned long long rq_unlock_ns IF_SEEN(SEEN_RQ_UNLOCK);
	unsigned long long tk_update_ns IF_SEEN(SEEN_TK_UPDATE);
	/* The timekeeper at sched_waking and at the read. `after`: its sequence once the fields had been read. */
	unsigned int tk_ttwu_seq IF_SEEN(SEEN_TK_TTWU);
	unsigned int tk_ttwu_seq_after IF_SEEN(SEEN_TK_TTWU);
	unsigned int tk_ttwu_mult IF_SEEN(SEEN_TK_TTWU);
	unsigned int tk_ttwu_shift IF_SEEN(SEEN_TK_TTWU);
	unsigned int tk_tkread_seq IF_SEEN(SEEN_TK_TKREAD);
	unsigned int tk_tkread_seq_after IF_SEEN(SEEN_TK_TKREAD);
	unsigned int tk_tkread_mult IF_SEEN(SEEN_TK_TKREAD);
	unsigned int tk_tkread_shift IF_SEEN(SEEN_TK_TKREAD);
	unsigned long long tk_ttwu_cycle_last IF_SEEN(SEEN_TK_TTWU);
	unsigned long long tk_tkread_cycle_last IF_SEEN(SEEN_TK_TKREAD);
	unsigned long long tk_ttwu_base_ns IF_SEEN(SEEN_TK_TTWU);
	unsigned long long tk_tkread_base_ns IF_SEEN(SEEN_TK_TKREAD);
	unsigned long long queued_ns IF_SEEN(SEEN_QUEUED);
	unsigned long long pending_ns IF_SEEN(SEEN_PENDING);
	unsigned long long activate_ns IF_SEEN(SEEN_ACTIVATE);
	unsigned long long wakeup_ns IF_SEEN(SEEN_WAKEUP);
	unsigned long long ttwu_return_ns IF_SEEN(SEEN_TTWU_RETURN);
	unsigned long long switch_ns IF_SEEN(SEEN_SWITCH);
	unsigned long long tkread_any_ns IF_SEEN(SEEN_TKREAD_ANY);
	unsigned long long tkread_ns IF_SEEN(SEEN_TKREAD);
	unsigned long long tkread_task_ns IF_SEEN(SEEN_TKREAD_TASK);
	unsigned long long clocksource_read_ns IF_SEEN(SEEN_CLOCKSOURCE_READ);
	unsigned long long clocksource_switch_ns IF_SEEN(SEEN_CLOCKSOURCE);
	unsigned long long rq_clock_queued_ns IF_SEEN(SEEN_RQ_QUEUED);
	unsigned long long rq_clock_activate_ns IF_SEEN(SEEN_RQ_ACTIVATE);
	unsigned long long rq_clock_switch_ns IF_SEEN(SEEN_RQ_SWITCH);
	long long tkread_value_ns IF_SEEN(SEEN_TKREAD_VALUE);
	char comm[PROBE_COMM_LEN];
	char waker_comm[PROBE_COMM_LEN];
	char rq_lock_contended_comm[PROBE_COMM_LEN] IF_SEEN(SEEN_RQ_LOCK_CONTENDED);
	char tk_ttwu_clock[PROBE_CLOCK_LEN] IF_SEEN(SEEN_TK_TTWU);
	char tk_tkread_clock[PROBE_CLOCK_LEN] IF_SEEN(SEEN_TK_TKREAD);
	char clocksource_from[PROBE_CLOCK_LEN] IF_SEEN(SEEN_CLOCKSOURCE_FROM);
	char clocksource_to[PROBE_CLOCK_LEN] IF_SEEN(SEEN_CLOCKSOURCE);
	/* Instruction pointers, innermost first. */
	unsigned long long ttwu_stack[PROBE_STACK_DEPTH];
	unsigned long long tkread_stack[PROBE_STACK_DEPTH];
};

/* Loss and self-observation, summed by the programs since they were loaded. */
struct probe_counters {
	unsigned long long ring_full;  /* chains that did not fit into the ring buffer */
	unsigned long long self_reads; /* clock reads by our own programs, which are filtered out */
};

#endif
