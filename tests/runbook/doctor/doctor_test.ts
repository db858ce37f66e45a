import assert from "node:assert/strict";
import { diagnose } from "../../../runbook/doctor/doctor.ts";
import { type Attachments, type CheckAnswer, no, TOPICS } from "../../../runbook/doctor/check.ts";
import { CannotLoad } from "../../../runbook/machine/preflight.ts";
import type { Reason } from "../../../runbook/probes/reasons.ts";
import { ERRNO } from "../../../system/errno.ts";
import {
  ALL_TIERS,
  type Changes,
  examined,
  FILES,
  hooksAt,
  KALLSYMS,
  NO_TIER,
  NOTHING,
  notrace,
  UNKNOWN_TIERS,
} from "./doctor_fixture.ts";

function answers(of = examined()): Map<string, CheckAnswer> {
  return new Map(diagnose(of).checks.map(({ id, answer }) => [id, answer]));
}

const CPU = "/sys/devices/system/cpu";
const CLOCKSOURCES = "/sys/devices/system/clocksource/clocksource0";
const capabilities = (...bits: bigint[]) => ({
  "/proc/self/status": `CapEff:\t${
    bits.reduce((set, bit) => set | 1n << bit, 0n).toString(16).padStart(16, "0")
  }\n`,
});
const tsc = {
  [`${CLOCKSOURCES}/current_clocksource`]: "tsc\n",
  [`${CLOCKSOURCES}/available_clocksource`]: "tsc hpet\n",
};

function withFull(missing: Readonly<Record<string, Reason>>): Attachments {
  const [full, ...others] = ALL_TIERS.tiers;
  return { ...ALL_TIERS, tiers: [{ ...full!, hooks: hooksAt("full", missing) }, ...others] };
}

const TYPES = { name: "own.btf", sha256: "00", agreed_sizes: 7 };

/** Function tiers refused, tracepoints available. */
const TRACEPOINTS: Attachments = {
  tiers: ALL_TIERS.tiers.map((finding) =>
    finding.tier === "tracepoint"
      ? finding
      : { ...finding, answer: no("no function tracing", "flags", "another kernel"), hooks: [] }
  ),
  unrequired: { tier: "tracepoint" },
  countsMisses: true,
};

Deno.test("on a machine without faults every check says yes, each under a topic and a name of its own", () => {
  const { checks } = diagnose(examined());
  for (const { id, answer } of checks) assert.equal(answer.outcome, "yes", `${id}: ${answer.found}`);
  assert.equal(new Set(checks.map(({ id }) => id)).size, checks.length);
  for (const topic of TOPICS) assert.ok(checks.some((check) => check.topic === topic), topic);
});

Deno.test("where nothing can be read no check guesses: none says yes or no", () => {
  const { checks, facts } = diagnose(NOTHING);
  for (const { id, answer } of checks) {
    assert.equal(answer.outcome, "could not tell", `${id}: ${answer.found}`);
  }
  for (const { id, value } of facts) assert.equal(id === "cpu" ? null : value, null, id);
});

const SLICE = "/sys/fs/cgroup/user.slice";

/** Check, difference to the machine without faults, outcome, what was found. */
const CASES:
  readonly (readonly [id: string, changes: Changes, outcome: CheckAnswer["outcome"], found: RegExp])[] = [
    ["cap_bpf", { files: capabilities(38n) }, "no", /^CAP_BPF is missing$/],
    ["cap_bpf", { files: capabilities(39n) }, "yes", /^CAP_BPF$/],
    ["cap_bpf", { files: capabilities(21n) }, "yes", /CAP_SYS_ADMIN includes it/],
    ["cap_perfmon", { files: capabilities(39n) }, "no", /^CAP_PERFMON is missing$/],
    ["cap_perfmon", { files: capabilities(21n) }, "yes", /CAP_SYS_ADMIN includes it/],
    ["cap_syslog", { files: capabilities(21n, 38n, 39n) }, "no", /^CAP_SYSLOG is missing$/],
    ["cap_syslog", { files: capabilities(34n) }, "yes", /^CAP_SYSLOG$/],
    ["user_namespace", { files: { "/proc/self/uid_map": "0 1000 1\n" } }, "no", /user namespace of its own/],
    ["pid_namespace", {}, "yes", /^the kernel's own$/],
    [
      "pid_namespace",
      { links: { "/proc/self/ns/pid": "pid:[4026532195]" } },
      "yes",
      /4026532195, translated/,
    ],
    ["pid_namespace", { links: { "/proc/self": "1" } }, "no", /\/proc counts pids of another pid namespace/],
    ["time_namespace", {}, "yes", /^the kernel's own$/],
    [
      "time_namespace",
      {
        links: {
          "/proc/self/ns/time": "time:[4026532999]",
          "/proc/self/ns/time_for_children": "time:[4026532999]",
        },
        files: { "/proc/self/timens_offsets": "monotonic -100 0\nboottime 0 0\n" },
      },
      "yes",
      /of a time namespace, -100 s from the kernel's own/,
    ],
    [
      "time_namespace",
      { links: { "/proc/self/ns/time": "time:[4026532999]" } },
      "could not tell",
      /children's is another one/,
    ],
    [
      "cap_sys_ptrace",
      {
        files: {
          ...capabilities(38n, 39n),
          "/proc/self/mountinfo": "21 26 0:20 / /proc rw - proc proc rw,hidepid=invisible\n",
        },
      },
      "no",
      /hidepid=invisible/,
    ],
    [
      "cap_sys_ptrace",
      { files: { "/proc/self/mountinfo": "21 26 0:20 / /proc rw - proc proc rw,hidepid=2\n" } },
      "yes",
      /hidepid=2; CAP_SYS_PTRACE/,
    ],
    [
      "realtime_policies",
      { files: capabilities(39n) },
      "no",
      /CAP_SYS_NICE is missing, and RLIMIT_RTPRIO is 0$/,
    ],
    [
      "realtime_policies",
      {
        files: { ...capabilities(), "/proc/self/limits": "Max realtime priority     20         20       \n" },
      },
      "no",
      /up to priority 20 \(RLIMIT_RTPRIO\)$/,
    ],
    [
      "realtime_policies",
      { files: { ...capabilities(), "/proc/self/limits": "Max realtime priority  unlimited unlimited \n" } },
      "yes",
      /^RLIMIT_RTPRIO unlimited$/,
    ],
    [
      "cgroup_cpu_max",
      { files: { "/sys/fs/cgroup/user.slice/session-1.scope/cpu.max": "50000 100000\n" } },
      "no",
      /^50000 of 100000 us, by \/sys\/fs\/cgroup\/user.slice\/session-1.scope$/,
    ],
    ["cgroup_cpu_max", { files: { "/proc/self/cgroup": null } }, "could not tell", /no cpu.max/],
    [
      "sched_ext",
      {
        files: {
          "/sys/kernel/sched_ext/state": "enabled\n",
          "/sys/kernel/sched_ext/root/ops": "lavd\n",
        },
      },
      "no",
      /sched_ext scheduler lavd is active/,
    ],
    ["cpu_dma_latency", { files: { "/dev/cpu_dma_latency": null } }, "no", /cpu_dma_latency is missing$/],
    ["idle_states", { files: { [`${CPU}/cpu0/cpuidle/state0/name`]: null } }, "no", /^no cpuidle in \/sys/],
    ["idle_states", { files: { [`${CPU}/cpu0/cpuidle/state1/name`]: null } }, "no", /^POLL alone$/],
    [
      "open_files",
      { files: { "/proc/self/limits": "Max open files  64 64 files\n" } },
      "no",
      /64, and 256 are/,
    ],
    ["threads", { files: { [`${SLICE}/pids.max`]: "150\n" } }, "no", /^pids.max leaves 10 of 150, by/],
    ["memory", { files: { [`${SLICE}/memory.max`]: "67108864\n" } }, "no", /^memory.max 65536 KiB, by/],
    ["memlock", { attachments: NO_TIER }, "could not tell", /RLIMIT_MEMLOCK is 8192 KiB/],
    [
      "memlock",
      {
        attachments: NO_TIER,
        files: { "/proc/self/limits": "Max locked memory  unlimited unlimited bytes\n" },
      },
      "yes",
      /unlimited/,
    ],
    [
      "memlock",
      { attachments: { ...NO_TIER, unrequired: { refused: { code: "memlock", limitBytes: 65536 } } } },
      "no",
      /^8192 KiB, and this kernel counts it$/,
    ],
    ["btf", { files: { "/sys/kernel/btf/vmlinux": null } }, "no", /vmlinux is missing/],
    ["btf", { types: TYPES }, "yes", /^own\.btf, and 7 of its struct sizes are this kernel's$/],
    ["btf", { types: { ...TYPES, agreed_sizes: 0 } }, "could not tell", /^own\.btf: .* shows no size/],
    [
      "btf",
      { types: new CannotLoad("own.btf is of another kernel", "give it") },
      "no",
      /^own\.btf is of another/,
    ],
    [
      "lockdown",
      { files: { "/sys/kernel/security/lockdown": "none integrity [confidentiality]\n" } },
      "no",
      /confidentiality/,
    ],
    [
      "lockdown",
      { files: { "/sys/kernel/security/lockdown": "none [integrity] confidentiality\n" } },
      "yes",
      /integrity/,
    ],
    ["lockdown", { files: { "/sys/kernel/security/lockdown": null } }, "yes", /programs were loaded/],
    [
      "lockdown",
      { files: { "/sys/kernel/security/lockdown": null }, attachments: NO_TIER },
      "could not tell",
      /cannot be read/,
    ],
    ["misses_counted", { attachments: { ...ALL_TIERS, countsMisses: false } }, "no", /recursion_misses$/],
    ["misses_counted", { attachments: NO_TIER }, "could not tell", /no program was attached/],
    ["other_runqueues", { runqueuesInBtf: false }, "no", /BTF has no per-CPU variables/],
    [
      "other_runqueues",
      { kallsyms: KALLSYMS.replace(" A runqueues", " T runqueues") },
      "no",
      /does not list/,
    ],
    ["other_runqueues", { runqueuesInBtf: null }, "could not tell", /own BTF is missing, or not used/],
    ["other_runqueues", { kallsyms: null }, "could not tell", /cannot be read/],
    ["kprobes", { files: { "/sys/bus/event_source/devices/kprobe": null } }, "no", /is missing/],
    [
      "symbol_names",
      { kallsyms: KALLSYMS.replaceAll(/^[0-9a-f]{16}/gm, "0".repeat(16)), files: capabilities(38n, 39n) },
      "no",
      /only zeros: kptr_restrict is 1, CAP_SYSLOG is missing$/,
    ],
    [
      "unique_symbols",
      { kallsyms: `${KALLSYMS}ffffffffc0000010 t read_tsc\t[kvm]\n` },
      "no",
      /^read_tsc 2 times \(the kernel, kvm\)$/,
    ],
    // A variable, or a longer name with the same beginning, is not a second function.
    [
      "unique_symbols",
      { kallsyms: `${KALLSYMS}ffffffff82000000 d read_tsc\nffffffff82000000 t read_tsc.cold\n` },
      "yes",
      /none of 4 names/,
    ],
    ["callback_hpet", {}, "yes", /^fentry\/read_hpet$/],
    [
      "callback_tsc",
      {
        files: tsc,
        attachments: withFull({ read_tsc: notrace("read_tsc") }),
      },
      "no",
      /^read_tsc: .*notrace/,
    ],
    ["callback_hpet", { attachments: TRACEPOINTS }, "no", /^read_hpet: no tier that hooks functions/],
    ["callback_hpet", { attachments: UNKNOWN_TIERS }, "could not tell", /CAP_BPF is missing/],
    [
      "callback_jiffies",
      { files: { [`${CLOCKSOURCES}/available_clocksource`]: "hpet jiffies\n" } },
      "could not tell",
      /does not know/,
    ],
    ["clock_read_enters_kernel", { clockReads: { reads: 16, entered: 0 } }, "no", /^0 of 16 reads.*vDSO/],
    ["clock_read_enters_kernel", { clockReads: { reads: 16, entered: 3 } }, "could not tell", /^3 of 16/],
    [
      "clock_read_enters_kernel",
      { clockReads: { errno: ERRNO.EINVAL } },
      "could not tell",
      /EINVAL.*hpet it is usually a system call/,
    ],
    [
      "steady_tsc",
      { files: { "/proc/cpuinfo": "flags\t\t: fpu tsc constant_tsc hypervisor\n" } },
      "no",
      /^nonstop_tsc missing$/,
    ],
    ["steady_tsc", { files: { "/proc/cpuinfo": "CPU part\t: 0xd0c\n" } }, "could not tell", /no x86 flags/],
    ["clocksource_stays", { files: tsc }, "yes", /^tsc=reliable: no watchdog$/],
    [
      "clocksource_stays",
      { files: { ...tsc, "/proc/cmdline": "quiet\n" } },
      "could not tell",
      /decides at boot/,
    ],
    [
      "steady_frequency",
      { files: { [`${CPU}/cpu1/cpufreq/scaling_governor`]: "schedutil\n" } },
      "no",
      /^governor performance, schedutil$/,
    ],
    [
      "steady_frequency",
      {
        files: {
          [`${CPU}/cpu0/cpufreq/scaling_governor`]: null,
          [`${CPU}/cpu1/cpufreq/scaling_governor`]: null,
        },
      },
      "could not tell",
      /no cpufreq/,
    ],
    [
      "shallow_idle",
      { files: { [`${CPU}/cpu0/cpuidle/state2/disable`]: "0\n" } },
      "no",
      /^POLL 0 us, C1 2 us, C6 133 us$/,
    ],
    [
      "shallow_idle",
      { files: { [`${CPU}/cpu0/cpuidle/state0/name`]: null } },
      "could not tell",
      /no cpuidle states/,
    ],
    [
      "one_last_level_cache",
      {
        files: {
          [`${CPU}/cpu0/cache/index1/shared_cpu_list`]: "0\n",
          [`${CPU}/cpu1/cache/index1/shared_cpu_list`]: "1\n",
        },
      },
      "no",
      /^2 groups: 0 \| 1$/,
    ],
    [
      "one_last_level_cache",
      { files: { [`${CPU}/cpu1/cache/index0/level`]: null } },
      "could not tell",
      /not in \/sys/,
    ],
    ["pps", { files: { "/dev/pps0": null, "/sys/class/pps/pps0": null } }, "no", /^no \/dev\/pps\*$/],
    ["pps", { files: { "/dev/pps0": null } }, "yes", /^\/dev\/pps0 \(serial0\), but that node is missing$/],
    ["rtc", { files: { "/dev/rtc0": null, "/sys/class/rtc/rtc0": null } }, "no", /^no \/dev\/rtc\*$/],
  ];

for (const [index, [id, changes, outcome, found]] of CASES.entries()) {
  Deno.test(`doctor check ${id} says ${outcome} (case ${index + 1})`, () => {
    const answer = answers(examined(changes)).get(id);
    assert.ok(answer !== undefined, id);
    assert.equal(answer.outcome, outcome, answer.found);
    assert.match(answer.found, found);
  });
}

Deno.test("every check has a case in which it does not say yes", () => {
  const faulty = new Set(CASES.filter(([, , outcome]) => outcome !== "yes").map(([id]) => id));
  for (const { id } of diagnose(examined()).checks) {
    if (!id.startsWith("callback_")) assert.ok(faulty.has(id), id);
  }
});

Deno.test("the verdict names the best tier and those that are not", () => {
  assert.deepEqual(diagnose(examined()).verdict, {
    outcome: "yes",
    tier: "full",
    text: "this machine can measure at tier full",
  });
  assert.deepEqual(diagnose(examined({ attachments: TRACEPOINTS })).verdict, {
    outcome: "yes",
    tier: "tracepoint",
    text: "this machine can measure at tier tracepoint, not at full or kprobe or raw",
  });
});

Deno.test("a tier that only --require brings is not promised without it", () => {
  const attachments = { ...TRACEPOINTS, unrequired: { refused: { code: "no_kprobes" } } } as const;
  assert.match(diagnose(examined({ attachments })).verdict.text, /, but only with --require tracepoint$/);
});

Deno.test("no tier is a no with its reason; one that could not be tried is not", () => {
  assert.deepEqual(diagnose(examined({ attachments: NO_TIER })).verdict, {
    outcome: "no",
    tier: null,
    text: "this machine cannot measure: refused",
  });
  assert.deepEqual(diagnose(examined({ attachments: UNKNOWN_TIERS })).verdict, {
    outcome: "could not tell",
    tier: null,
    text: "could not tell what can be measured: CAP_BPF is missing",
  });
});

Deno.test("facts are what the files say", () => {
  const facts = new Map(diagnose(examined()).facts.map(({ id, value }) => [id, value]));
  assert.equal(facts.get("perf_event_paranoid"), FILES["/proc/sys/kernel/perf_event_paranoid"]!.trim());
  assert.equal(facts.get("kernel_arguments"), "tsc=reliable");
  assert.equal(facts.get("tsc_flags"), "constant_tsc nonstop_tsc tsc_known_freq rdtscp");
  assert.equal(facts.get("clocksources"), "hpet acpi_pm");
  assert.equal(facts.get("cpuidle"), "intel_idle, governor menu");
  assert.equal(facts.get("policy"), "other, priority 0, nice 0");
  assert.equal(facts.get("timer_slack"), "50000 ns; the built-in target drops it");
  assert.equal(facts.get("cpus_allowed"), "0-1");
});
