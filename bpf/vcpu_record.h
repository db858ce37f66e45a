/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the programs that follow a VM's vCPU threads on its host pass to user space. ffi/vcpu_layout.generated.ts is
 * generated from the BTF of these types, as ffi/layout.generated.ts is from record.h.
 */
#ifndef PROBE_VCPU_RECORD_H
#define PROBE_VCPU_RECORD_H

#define VCPU_NAME_LEN 16

/* What happened to a vCPU's thread. */
enum vcpu_event_kind {
	EVENT_WAKING = 1, /* sched_waking of the thread: origin says what began it */
	EVENT_IN = 2,     /* sched_switch to it: other and name are of the task that leaves */
	EVENT_OUT = 3,    /* sched_switch away from it: other and name are of the task that comes */
	EVENT_WAKEUP = 4, /* kvm_vcpu_wakeup: it waited since since_ns, asleep if arg is 1, else polling */
	EVENT_ACCEPT =
		5,       /* an interrupt is given to the guest: arg is its vector, other the number of the local APIC */
	EVENT_RUN = 6,   /* kvm_entry: since since_ns (0: not seen) it was out of guest mode, for `reason` of `isa` */
	EVENT_OTHER = 7, /* while any vCPU's thread waits for a CPU, sched_switch away from another task: other, name */
};

/* What ran where sched_waking was called. Words for user space: the part of the name after its first _. */
enum vcpu_origin {
	ORIGIN_TASK = 1,    /* other and name are its pid and comm */
	ORIGIN_TIMER = 2,   /* an hrtimer's callback, at `address` */
	ORIGIN_IRQ = 3,     /* a device's handler: arg is the number, name the handler's */
	ORIGIN_SOFTIRQ = 4, /* arg is its number, enum of include/linux/interrupt.h */
	ORIGIN_IDLE = 5,    /* none of these, and the CPU was idle: another interrupt */
};

struct vcpu_event {
	unsigned long long ns; /* CLOCK_MONOTONIC of the host, like all times here */
	unsigned long long since_ns;
	unsigned long long address;
	unsigned long long reason; /* of the exit, as the processor numbers it */
	enum vcpu_event_kind kind;
	unsigned int tid; /* of the vCPU's thread; kvm's events: of whoever is current */
	unsigned int cpu;
	unsigned int other;
	unsigned int state; /* EVENT_OUT: the thread's; with VCPU_PREEMPTED it did not go by itself */
	unsigned int arg;
	enum vcpu_origin origin;
	unsigned int isa; /* enum kvm_isa: 1 VMX, 2 SVM; 0: the reason is not known */
	char name[VCPU_NAME_LEN];
};

/* In `state`: the kernel's states of a task use fewer bits (include/linux/sched.h, 5.10 to 7.3). */
#define VCPU_PREEMPTED 0x80000000

/* What user space asks the programs to follow: the value of the map .data.followed. */
struct followed_vm {
	unsigned int tgid;    /* of the VM's process; 0: nothing */
	unsigned int waiting; /* the programs' own: vCPU threads that are woken or preempted, and not yet switched in */
};

/* The programs' own: the state of a vCPU's thread. User space adds it zeroed. */
struct vcpu_state {
	unsigned long long exit_ns; /* 0: in guest mode, or not seen yet */
	unsigned long long reason;
	unsigned int isa;
	unsigned int is_on_cpu;
	unsigned int waits; /* counted in followed_vm.waiting */
};

/* What the ring buffer had no room for, since the programs were loaded. */
struct vcpu_counters {
	unsigned long long ring_full;
};

#endif
