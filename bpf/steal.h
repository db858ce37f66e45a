/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the hypervisor took from a virtual CPU, ns, as KVM writes it into struct kvm_steal_time, whose first field it
 * is (5.10 to 7.3). Any CPU's can be read from any CPU.
 */
#ifndef PROBE_STEAL_H
#define PROBE_STEAL_H

#include "maps.h"

/* Whether the guest is told at all: otherwise the variable stays 0, which would not mean that nothing was taken. */
static __always_inline bool steal_is_told(void)
{
	__u32 enabled;

	return config.steal_time && config.steal_enabled && config.per_cpu_offset &&
	       !bpf_probe_read_kernel(&enabled, sizeof(enabled), (const void *)config.steal_enabled) && enabled;
}

static __always_inline __u64 steal_of(__u32 cpu)
{
	__u64 offset, steal;

	if (bpf_probe_read_kernel(&offset, sizeof(offset),
				  (const void *)(config.per_cpu_offset + cpu * sizeof(offset))) ||
	    bpf_probe_read_kernel(&steal, sizeof(steal), (const void *)(offset + config.steal_time)))
		return 0;
	return steal;
}

/* Into the chain's @field, when the hypervisor tells. */
#define NOTE_STEAL(c, field, cpu)                   \
	do {                                        \
		if ((c)->seen[SEEN_STEAL])          \
			(c)->field = steal_of(cpu); \
	} while (0)

#endif
