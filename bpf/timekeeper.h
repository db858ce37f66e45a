/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The timekeeper (kernel/time/timekeeping.c): what it was at the wakeup and at the read, and when it last changed. */
#ifndef PROBE_TIMEKEEPER_H
#define PROBE_TIMEKEEPER_H

#include "maps.h"

/* One reading; `seq` before, `seq_after` after the fields. A reading during an update differs there, or is odd. */
struct tk_reading {
	__u32 seq;
	__u32 seq_after;
	__u32 mult;
	__u32 shift;
	__u64 cycle_last;
	__u64 base_ns;
	const char *clock;
};

static __always_inline bool read_timekeeper(struct tk_reading *r)
{
	const struct seqcount_raw_spinlock *count = (const void *)config.timekeeper;
	const struct timekeeper *tk;
	__u64 size;

	if (!config.timekeeper)
		return 0;
	/* struct timekeeper follows, on a boundary of 8 bytes: it begins with a pointer. */
	size = bpf_core_type_size(struct seqcount_raw_spinlock);
	tk = (const void *)(config.timekeeper + ((size + 7) & ~7ULL));
	r->seq = BPF_CORE_READ(count, seqcount.sequence);
	r->mult = BPF_CORE_READ(tk, tkr_mono.mult);
	r->shift = BPF_CORE_READ(tk, tkr_mono.shift);
	r->cycle_last = BPF_CORE_READ(tk, tkr_mono.cycle_last);
	r->base_ns = BPF_CORE_READ(tk, tkr_mono.base);
	r->clock = BPF_CORE_READ(tk, tkr_mono.clock, name);
	r->seq_after = BPF_CORE_READ(count, seqcount.sequence);
	return 1;
}

/* Fills the fields tk_WHICH_* of the chain. */
#define NOTE_TIMEKEEPER(c, which, fact)                                                                     \
	do {                                                                                                \
		struct tk_reading reading;                                                                  \
		if (read_timekeeper(&reading)) {                                                            \
			(c)->tk_##which##_seq = reading.seq;                                                \
			(c)->tk_##which##_seq_after = reading.seq_after;                                    \
			(c)->tk_##which##_mult = reading.mult;                                              \
			(c)->tk_##which##_shift = reading.shift;                                            \
			(c)->tk_##which##_cycle_last = reading.cycle_last;                                  \
			(c)->tk_##which##_base_ns = reading.base_ns;                                        \
			bpf_probe_read_kernel_str((c)->tk_##which##_clock, sizeof((c)->tk_##which##_clock), \
						  reading.clock);                                           \
			(c)->seen[fact] = 1;                                                                \
		}                                                                                           \
	} while (0)

/* Whichever CPU does the tick updates it, with timekeeper_lock held, so no two write here at the same time. */
static __always_inline void timekeeper_updates(void)
{
	last_tk_update.ns = bpf_ktime_get_ns();
	last_tk_update.cpu = bpf_get_smp_processor_id();
}

static __always_inline void note_tk_update(struct chain *c)
{
	if (!last_tk_update.ns)
		return;
	c->tk_update_ns = last_tk_update.ns;
	c->tk_update_cpu = last_tk_update.cpu;
	c->seen[SEEN_TK_UPDATE] = 1;
}

#endif
