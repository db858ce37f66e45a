/** A Debian machine as `probe doctor` sees it, on which every check that can be answered says yes. */

import { type Tier, TIERS } from "../../../analysis/result/meta.ts";
import { type Attachments, couldNotTell, type Examined, no, yes } from "../../../runbook/doctor/check.ts";
import { HOOKS } from "../../../runbook/probes/hooks.ts";
import { Kallsyms } from "../../../runbook/probes/kallsyms.ts";
import { leftOut } from "../../../runbook/probes/ladder.ts";
import type { HookState, Reason } from "../../../runbook/probes/reasons.ts";
import { readMachine } from "../../../runbook/machine/machine.ts";
import { ERRNO } from "../../../system/errno.ts";

/** Links of /proc in the initial namespaces. */
export const LINKS: Readonly<Record<string, string>> = {
  "/proc/self": "4242",
  "/proc/self/ns/pid": "pid:[4026531836]",
  "/proc/self/ns/time": "time:[4026531834]",
  "/proc/self/ns/time_for_children": "time:[4026531834]",
};

const CPU = "/sys/devices/system/cpu";

export const FILES: Readonly<Record<string, string>> = {
  "/proc/self/status": "Name:\tprobe\nCapEff:\t000001ffffffffff\nCpus_allowed_list:\t0-7\n",
  "/proc/self/stat": `4242 (probe) R ${Array(49).fill(0).join(" ")}\n`,
  "/proc/self/timerslack_ns": "50000\n",
  "/proc/self/cgroup": "0::/user.slice/session-1.scope\n",
  "/proc/self/uid_map": "         0          0 4294967295\n",
  "/proc/self/limits": "Max locked memory         8388608              8388608              bytes     \n" +
    "Max open files            1024                 524288               files     \n" +
    "Max processes             63500                63500                processes \n" +
    "Max realtime priority     0                    0                    \n",
  "/proc/self/mountinfo": "21 26 0:20 / /proc rw,relatime shared:5 - proc proc rw\n" +
    "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n",
  "/sys/fs/cgroup/user.slice/cpu.max": "max 100000\n",
  "/sys/fs/cgroup/user.slice/pids.max": "21473\n",
  "/sys/fs/cgroup/user.slice/pids.current": "140\n",
  "/sys/fs/cgroup/user.slice/memory.max": "max\n",
  "/sys/kernel/sched_ext/state": "disabled\n",
  "/proc/cmdline": "BOOT_IMAGE=/boot/vmlinuz root=/dev/sda1 ro tsc=reliable\n",
  "/proc/cpuinfo":
    "processor\t: 0\nmodel name\t: Some CPU\nflags\t\t: fpu tsc constant_tsc nonstop_tsc rdtscp tsc_known_freq\n",
  "/proc/sys/kernel/osrelease": "6.12.117-amd64\n",
  "/proc/sys/kernel/kptr_restrict": "1\n",
  "/proc/sys/kernel/unprivileged_bpf_disabled": "2\n",
  "/proc/sys/kernel/perf_event_paranoid": "3\n",
  "/proc/sys/kernel/bpf_stats_enabled": "0\n",
  "/sys/kernel/btf/vmlinux": "",
  "/sys/kernel": "",
  "/sys/class": "",
  "/sys/bus/event_source": "",
  "/sys/bus/event_source/devices/kprobe": "",
  "/sys/kernel/security/lockdown": "[none] integrity confidentiality\n",
  "/sys/devices/system/clocksource/clocksource0/current_clocksource": "hpet\n",
  "/sys/devices/system/clocksource/clocksource0/available_clocksource": "hpet acpi_pm\n",
  [`${CPU}/online`]: "0-1\n",
  [`${CPU}/cpu0/cpufreq/scaling_governor`]: "performance\n",
  [`${CPU}/cpu1/cpufreq/scaling_governor`]: "performance\n",
  [`${CPU}/cpuidle/current_driver`]: "intel_idle\n",
  [`${CPU}/cpuidle/current_governor`]: "menu\n",
  [`${CPU}/cpu0/cpuidle/state0/name`]: "POLL\n",
  [`${CPU}/cpu0/cpuidle/state0/latency`]: "0\n",
  [`${CPU}/cpu0/cpuidle/state1/name`]: "C1\n",
  [`${CPU}/cpu0/cpuidle/state1/latency`]: "2\n",
  [`${CPU}/cpu0/cpuidle/state2/name`]: "C6\n",
  [`${CPU}/cpu0/cpuidle/state2/latency`]: "133\n",
  [`${CPU}/cpu0/cpuidle/state2/disable`]: "1\n",
  [`${CPU}/cpu0/cache/index0/level`]: "1\n",
  [`${CPU}/cpu0/cache/index0/shared_cpu_list`]: "0\n",
  [`${CPU}/cpu0/cache/index1/level`]: "3\n",
  [`${CPU}/cpu0/cache/index1/shared_cpu_list`]: "0-1\n",
  [`${CPU}/cpu1/cache/index0/level`]: "1\n",
  [`${CPU}/cpu1/cache/index0/shared_cpu_list`]: "1\n",
  [`${CPU}/cpu1/cache/index1/level`]: "3\n",
  [`${CPU}/cpu1/cache/index1/shared_cpu_list`]: "0-1\n",
  "/dev": "",
  "/dev/cpu_dma_latency": "",
  [CPU]: "",
  "/dev/pps0": "",
  "/sys/class/pps/pps0": "",
  "/sys/class/pps/pps0/name": "serial0\n",
  "/dev/rtc0": "",
  "/sys/class/rtc/rtc0": "",
  "/sys/class/rtc/rtc0/name": "rtc_cmos\n",
};

export const KALLSYMS = [
  "0000000000000000 A fixed_percpu_data",
  "ffffffff81000000 T _stext",
  "ffffffff81012340 t read_tsc",
  "ffffffff81012350 t read_hpet",
  "ffffffff81023450 T ktime_get",
  "ffffffff81023460 T ktime_get_ts64",
  "0000000000021a40 A runqueues",
  "",
].join("\n");

/** For a kernel that lacks the function, or forbids tracing it. */
export const ABSENT: Reason = { code: "not_in_btf", kind: "fentry" };
export const notrace = (hook: string): Reason => ({
  code: "notrace",
  kind: "fentry",
  hook,
  errno: ERRNO.EBUSY,
});

/** The hooks of a tier, all attached except those with a reason. */
export function hooksAt(tier: Tier, missing: Readonly<Record<string, Reason>> = {}): HookState[] {
  return HOOKS.map((entry): HookState => {
    const { hook, stage, ladder } = entry;
    const reason = missing[hook];
    return {
      stage,
      hook,
      kind: ladder[tier]?.[0]?.kind ?? "tp_btf",
      reasons: leftOut(entry, { tier, asked: { targetTells: true, detail: true, keepsRecent: false } }, []) ??
        (reason === undefined ? [] : [reason]),
    };
  });
}

export const ALL_TIERS: Attachments = {
  tiers: TIERS.map((tier) => ({
    tier,
    answer: yes("all hooks attached"),
    hooks: hooksAt(tier),
  })),
  unrequired: { tier: "full" },
  countsMisses: true,
};

export const NO_TIER: Attachments = {
  tiers: TIERS.map((tier) => ({
    tier,
    answer: no("refused", "all", "another kernel"),
    hooks: [],
  })),
  unrequired: { refused: { code: "no_kprobes" } },
  countsMisses: null,
};

export const UNKNOWN_TIERS: Attachments = {
  tiers: NO_TIER.tiers.map((finding) => ({ ...finding, answer: couldNotTell("CAP_BPF is missing") })),
  unrequired: { refused: null },
  countsMisses: null,
};

export interface Changes
  extends Partial<Omit<Examined, "read" | "readLink" | "exists" | "machine" | "kallsyms">> {
  /** Content of /proc/kallsyms; null: it cannot be read. */
  readonly kallsyms?: string | null;
  /** Other files, or null for files that do not exist. */
  readonly files?: Readonly<Record<string, string | null>>;
  /** The same for links. */
  readonly links?: Readonly<Record<string, string | null>>;
}

export function examined(
  { files = {}, links = {}, kallsyms = KALLSYMS, ...changes }: Changes = {},
): Examined {
  const all: Readonly<Record<string, string | null>> = { ...FILES, ...files };
  const read = (path: string) => all[path] ?? null;
  return {
    read,
    readLink: (path) => ({ ...LINKS, ...links })[path] ?? null,
    pid: 4242,
    exists: (path) => read(path) !== null,
    machine: readMachine(read, "x86_64"),
    attachments: ALL_TIERS,
    clockReads: { reads: 16, entered: 16 },
    types: null,
    runqueuesInBtf: true,
    kallsyms: kallsyms === null ? null : new Kallsyms(new TextEncoder().encode(kallsyms)),
    ...changes,
  };
}

/** No file of /proc or /sys can be read. */
export const NOTHING: Examined = {
  ...examined({
    attachments: UNKNOWN_TIERS,
    clockReads: { errno: ERRNO.EINVAL },
    types: null,
    runqueuesInBtf: null,
    kallsyms: null,
  }),
  read: () => null,
  readLink: () => null,
  exists: () => false,
  machine: readMachine(() => null, "x86_64"),
};
