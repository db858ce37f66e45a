/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The host's part of a VM's wakeup: follows the threads that run the vCPUs of one VM. Each program leaves after one
 * comparison when the task is of another process. All of them are attached only while the VM measures.
 */
#include "arch.h"
#include "vcpu_record.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

/* Keeps the type in the BTF, for the layout: a pointer inside of functions does not. */
const struct vcpu_event *const vcpu_event_type = 0;

struct followed_vm followed SEC(".data.followed") = {};

/* By the thread id of a vCPU; user space adds threads as it finds them. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, struct vcpu_state);
} vcpus SEC(".maps");

/* What a CPU is in at the moment; 0: not in such. The latest one that has begun runs. */
struct cpu_origin {
	__u64 timer_ns;
	__u64 timer_function;
	__u64 irq_ns;
	__u64 irq_name;
	__u64 softirq_ns;
	__u32 irq;
	__u32 softirq;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct cpu_origin);
} origins SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct vcpu_counters);
} vcpu_counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 22);
} vcpu_events SEC(".maps");

static __always_inline struct cpu_origin *origin_here(void)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&origins, &key);
}

static __always_inline struct vcpu_state *vcpu_of(__u32 tid)
{
	return bpf_map_lookup_elem(&vcpus, &tid);
}

/* An event of that thread, its time set. The caller gives it back with bpf_ringbuf_submit(). */
static __always_inline struct vcpu_event *begin_event(enum vcpu_event_kind kind, __u32 tid)
{
	struct vcpu_event *event = bpf_ringbuf_reserve(&vcpu_events, sizeof(*event), 0);
	struct vcpu_counters *counters;
	__u32 key = 0;

	if (!event) {
		counters = bpf_map_lookup_elem(&vcpu_counters, &key);
		if (counters)
			__sync_fetch_and_add(&counters->ring_full, 1);
		return 0;
	}
	__builtin_memset(event, 0, sizeof(*event));
	event->ns = bpf_ktime_get_ns();
	event->kind = kind;
	event->tid = tid;
	event->cpu = bpf_get_smp_processor_id();
	return event;
}

/* User space reads the ring when it wants to: waking it up would cost the host more than the event. */
static __always_inline void end_event(struct vcpu_event *event)
{
	bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
}

static __always_inline bool is_of_vm(const struct task_struct *task)
{
	return followed.tgid && (__u32)task->tgid == followed.tgid;
}

/* ---- the scheduler ---- */

static __always_inline void note_origin(struct vcpu_event *event)
{
	struct cpu_origin *in = origin_here();
	__u64 irq_ns = in ? in->irq_ns : 0, timer_ns = in ? in->timer_ns : 0, softirq_ns = in ? in->softirq_ns : 0;

	if (in && timer_ns && timer_ns >= irq_ns && timer_ns >= softirq_ns) {
		event->origin = ORIGIN_TIMER;
		event->address = in->timer_function;
	} else if (in && irq_ns && irq_ns >= softirq_ns) {
		event->origin = ORIGIN_IRQ;
		event->arg = in->irq;
		bpf_probe_read_kernel_str(event->name, sizeof(event->name), (const void *)in->irq_name);
	} else if (in && softirq_ns) {
		event->origin = ORIGIN_SOFTIRQ;
		event->arg = in->softirq;
	} else {
		event->other = (__u32)bpf_get_current_pid_tgid();
		event->origin = event->other ? ORIGIN_TASK : ORIGIN_IDLE;
		bpf_get_current_comm(event->name, sizeof(event->name));
	}
}

static __always_inline void waits_for_cpu(struct vcpu_state *vcpu)
{
	if (vcpu->waits)
		return;
	vcpu->waits = 1;
	__sync_fetch_and_add(&followed.waiting, 1);
}

SEC("tp_btf/sched_waking")
int BPF_PROG(vcpu_waking, struct task_struct *p)
{
	struct vcpu_state *vcpu = is_of_vm(p) ? vcpu_of(p->pid) : 0;
	struct vcpu_event *event;

	if (!vcpu)
		return 0;
	if (!vcpu->is_on_cpu)
		waits_for_cpu(vcpu);
	event = begin_event(EVENT_WAKING, p->pid);
	if (!event)
		return 0;
	note_origin(event);
	end_event(event);
	return 0;
}

static __always_inline void switched(enum vcpu_event_kind kind, __u32 tid, const struct task_struct *other, __u32 state)
{
	struct vcpu_event *event = begin_event(kind, tid);

	if (!event)
		return;
	event->other = other->pid;
	event->state = state;
	bpf_probe_read_kernel_str(event->name, sizeof(event->name), other->comm);
	end_event(event);
}

static __always_inline void goes_out(struct vcpu_state *vcpu, struct task_struct *prev, struct task_struct *next,
				     bool preempt)
{
	__u32 state = task_state(prev);

	vcpu->is_on_cpu = 0;
	if (preempt || !state)
		waits_for_cpu(vcpu);
	switched(EVENT_OUT, prev->pid, next, state | (preempt || !state ? VCPU_PREEMPTED : 0));
}

static __always_inline void comes_in(struct vcpu_state *vcpu, struct task_struct *prev, struct task_struct *next)
{
	vcpu->is_on_cpu = 1;
	if (vcpu->waits) {
		vcpu->waits = 0;
		__sync_fetch_and_add(&followed.waiting, -1);
	}
	switched(EVENT_IN, next->pid, prev, 0);
}

SEC("tp_btf/sched_switch")
int BPF_PROG(vcpu_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	struct vcpu_state *out = is_of_vm(prev) ? vcpu_of(prev->pid) : 0;
	struct vcpu_state *in = is_of_vm(next) ? vcpu_of(next->pid) : 0;

	if (out)
		goes_out(out, prev, next, preempt);
	if (in)
		comes_in(in, prev, next);
	if (!out && !in && followed.waiting)
		switched(EVENT_OTHER, 0, prev, 0);
	return 0;
}

/* ---- what may begin a wakeup: noted on each CPU while it lasts ---- */

SEC("tp_btf/hrtimer_expire_entry")
int BPF_PROG(vcpu_timer_begins, struct hrtimer *timer)
{
	struct cpu_origin *in = followed.tgid ? origin_here() : 0;

	if (!in)
		return 0;
	in->timer_function = (__u64)BPF_CORE_READ(timer, function);
	in->timer_ns = bpf_ktime_get_ns();
	return 0;
}

SEC("tp_btf/hrtimer_expire_exit")
int BPF_PROG(vcpu_timer_ends)
{
	struct cpu_origin *in = followed.tgid ? origin_here() : 0;

	if (in)
		in->timer_ns = 0;
	return 0;
}

SEC("tp_btf/irq_handler_entry")
int BPF_PROG(vcpu_irq_begins, int irq, struct irqaction *action)
{
	struct cpu_origin *in = followed.tgid ? origin_here() : 0;

	if (!in)
		return 0;
	in->irq = irq;
	in->irq_name = (__u64)BPF_CORE_READ(action, name);
	in->irq_ns = bpf_ktime_get_ns();
	return 0;
}

SEC("tp_btf/irq_handler_exit")
int BPF_PROG(vcpu_irq_ends)
{
	struct cpu_origin *in = followed.tgid ? origin_here() : 0;

	if (in)
		in->irq_ns = 0;
	return 0;
}

SEC("tp_btf/softirq_entry")
int BPF_PROG(vcpu_softirq_begins, unsigned int number)
{
	struct cpu_origin *in = followed.tgid ? origin_here() : 0;

	if (!in)
		return 0;
	in->softirq = number;
	in->softirq_ns = bpf_ktime_get_ns();
	return 0;
}

SEC("tp_btf/softirq_exit")
int BPF_PROG(vcpu_softirq_ends)
{
	struct cpu_origin *in = followed.tgid ? origin_here() : 0;

	if (in)
		in->softirq_ns = 0;
	return 0;
}

/* ---- kvm: these run in the vCPU's own thread, except where another one gives it an interrupt ---- */

/* The thread id, if current is of the followed VM; else 0. */
static __always_inline __u32 followed_tid(void)
{
	__u64 current = bpf_get_current_pid_tgid();

	return followed.tgid && current >> 32 == followed.tgid ? (__u32)current : 0;
}

/* virt/kvm/kvm_main.c, kvm_vcpu_halt(): TP_PROTO(__u64 ns, bool waited, bool valid), 5.10 to 7.3 */
SEC("tp_btf/kvm_vcpu_wakeup")
int BPF_PROG(vcpu_wakeup, __u64 ns, bool waited)
{
	__u32 tid = followed_tid();
	struct vcpu_event *event;

	if (!tid || !vcpu_of(tid))
		return 0;
	event = begin_event(EVENT_WAKEUP, tid);
	if (!event)
		return 0;
	event->since_ns = event->ns - ns;
	event->arg = waited;
	end_event(event);
	return 0;
}

/*
 * __apic_accept_irq(): TP_PROTO(__u32 apicid, __u16 dm, __u16 tm, __u8 vec), 5.10 to 7.3. An
 * interrupt that another process or the host gives to the guest is not seen.
 */
SEC("tp_btf/kvm_apic_accept_irq")
int BPF_PROG(vcpu_accepts, __u32 apicid, __u16 dm, __u16 tm, __u8 vec)
{
	__u32 tid = followed_tid();
	struct vcpu_event *event;

	if (!tid)
		return 0;
	event = begin_event(EVENT_ACCEPT, tid);
	if (!event)
		return 0;
	event->other = apicid;
	event->arg = vec;
	end_event(event);
	return 0;
}

SEC("tp_btf/kvm_exit")
int vcpu_exit(__u64 *ctx)
{
	__u32 tid = followed_tid();
	struct vcpu_state *vcpu = tid ? vcpu_of(tid) : 0;

	if (!vcpu)
		return 0;
	vcpu->exit_ns = bpf_ktime_get_ns();
	vcpu->isa = kvm_exit_reason(ctx, &vcpu->reason);
	return 0;
}

SEC("tp_btf/kvm_entry")
int BPF_PROG(vcpu_entry)
{
	__u32 tid = followed_tid();
	struct vcpu_state *vcpu = tid ? vcpu_of(tid) : 0;
	struct vcpu_event *event;

	if (!vcpu)
		return 0;
	event = begin_event(EVENT_RUN, tid);
	if (!event)
		return 0;
	event->since_ns = vcpu->exit_ns;
	event->reason = vcpu->reason;
	event->isa = vcpu->isa;
	vcpu->exit_ns = 0;
	end_event(event);
	return 0;
}
