// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Programs that do nothing, on the hooks of a tier that an unrelated wakeup passes: the lowest cost that any
 * user of these hooks can reach. Compiled once for each tier, with -DFULL or without.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

#define EMPTY(section, name) \
	SEC(section)         \
	int name(void *ctx)  \
	{                    \
		(void)ctx;   \
		return 0;    \
	}

EMPTY("tp_btf/sched_waking", waking)
EMPTY("tp_btf/sched_wakeup", wakeup)
EMPTY("tp_btf/sched_switch", switched)
EMPTY("tp_btf/sched_migrate_task", migrated)
#ifdef FULL
EMPTY("fentry/try_to_wake_up", ttwu)
EMPTY("fexit/try_to_wake_up", ttwu_return)
EMPTY("fentry/ttwu_queue_wakelist", wakelist)
EMPTY("fentry/sched_ttwu_pending", pending)
EMPTY("fentry/ttwu_do_activate", activate)
EMPTY("fentry/ktime_get", read)
EMPTY("fexit/ktime_get", read_return)
#endif
