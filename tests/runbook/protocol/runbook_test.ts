import assert from "node:assert/strict";
import fc from "fast-check";
import { Failure } from "../../../analysis/failure.ts";
import {
  attributesOf,
  canonicalRunbook,
  cpusOf,
  declareRunbook,
  protocolOf,
  runbookSha256,
  systemOf,
  tierOf,
  wakesOf,
} from "../../../runbook/protocol/runbook.ts";
import type { Settings } from "../../../runbook/protocol/settings.ts";
import { QUESTIONS } from "../../../analysis/compare/questions.ts";
import { findTask, parseTarget, targetText } from "../../../runbook/protocol/target.ts";
import { TRIGGERS, WAKES } from "../../../runbook/protocol/wakes.ts";

const DEFAULT = declareRunbook({});

Deno.test("the canonical form of a runbook is JSON without spaces with sorted keys", () => {
  assert.equal(
    canonicalRunbook(DEFAULT),
    '{"alpha":0.05,"blocks":1,"clocksource":"any","cpu_dma_latency_ns":"any","cpus":"any",' +
      '"deadline_ns":"none","deepest_idle_state":"any","detail":"stages","edge_to_wakeup_margin":"10 %","hours":"any","load":"idle","locks_in_share":0.5,' +
      '"nice":"inherit","offset_margin":"10 %","order_seed":1,"period_ns":1000000000,"policy":"inherit",' +
      '"priority":"inherit","require":"best","runs":30,"spread_ratio":2,"stacks":"all",' +
      '"tail_margin_percent":20,' +
      '"target":"self","trigger":"timer","ttwu_to_tkread_margin":"10 %","version":1,"wake":"timer","wakeup_to_switch_margin":"10 %",' +
      '"warm_up_runs":0}',
  );
});

Deno.test("the order in which a runbook's fields were written does not change its hash", async () => {
  const reversed = Object.fromEntries(Object.entries(DEFAULT).reverse()) as unknown as typeof DEFAULT;
  assert.notDeepEqual(Object.keys(reversed), Object.keys(DEFAULT));
  assert.equal(await runbookSha256(reversed), await runbookSha256(DEFAULT));
});

Deno.test("the hash is the SHA-256 of the canonical form", async () => {
  // printf %s '{"alpha":...}' | sha256sum
  assert.equal(
    await runbookSha256(DEFAULT),
    "cd0150f4ebf658a536cd9a00db83d23e6872ce9b951b494ad63d0f397864a9ad",
  );
});

Deno.test("two runbooks that differ in a value differ in their hash", async () => {
  const others: Settings[] = [
    { runs: 31 },
    { warm_up_runs: 1 },
    { period_ns: 1_000_001 },
    { trigger: "rtc" },
    { wake: "pipe" },
    { wake: "timer,pipe" },
    { wake: "pipe,timer" },
    { target: "pid" },
    { load: "cpu:2" },
    { order_seed: 2 },
    { stacks: "none" },
    { stacks: "every:2" },
    { detail: "causes" },
    { hours: "22-05" },
    { cpus: "1" },
    { policy: "fifo" },
    { policy: "fifo", priority: 50 },
    { policy: "other", nice: -5 },
    { require: "full" },
    { clocksource: "tsc" },
    { cpu_dma_latency_ns: 0 },
    { deepest_idle_state: "C1" },
    { blocks: 2 },
    { boots: 2 },
    { vcpus: "pinned" },
    { vcpus: "free,pinned" },
    { offset_margin: "1ns" },
    { ttwu_to_tkread_margin: "1ns" },
    { edge_to_wakeup_margin: "1ns" },
    { wakeup_to_switch_margin: "1ns" },
    { questions: "edge_to_ttwu=10 %" },
    { questions: "edge_to_ttwu=20 %" },
    { questions: "edge_to_ttwu=10 %,ttwu_to_switch=10 %" },
    { spread_ratio: 1.5 },
    { locks_in_share: 0.3 },
    { tail_margin_percent: 10 },
    { deadline_ns: 5_000_000 },
    { alpha: 0.01 },
  ];
  const hashes = await Promise.all(
    [{}, ...others].map((settings) => runbookSha256(declareRunbook(settings))),
  );
  assert.equal(new Set(hashes).size, others.length + 1);
  const fields = new Set(others.flatMap((settings) => Object.keys(settings)));
  assert.deepEqual(Object.keys(DEFAULT).filter((field) => !fields.has(field)), ["version", "looks"]);
  // Their order means nothing.
  const turned = declareRunbook({ questions: "ttwu_to_switch=10%,edge -> ttwu=10%" });
  assert.equal(turned.questions, "edge_to_ttwu=10 %,ttwu_to_switch=10 %");
  // A runbook that asks nothing further is that of a program that knew no further questions.
  assert.ok(!("questions" in protocolOf(DEFAULT)));
  // Nor do boots and placements of a VM that is booted once and not placed.
  assert.ok(!("boots" in protocolOf(DEFAULT)) && !("vcpus" in protocolOf(DEFAULT)));
  // Two files compare whatever looks their runbooks declare.
  assert.equal(await runbookSha256(declareRunbook({ looks: 2 })), hashes[0]);
});

Deno.test("lists have one spelling: wakes and loads in their order, CPUs ascending", () => {
  const runbook = declareRunbook({ wake: "timer, pipe", load: "cpu:2 ,idle", cpus: "10, 02,0" });
  assert.deepEqual([runbook.wake, runbook.load, runbook.cpus], ["timer,pipe", "cpu:2,idle", "0,2,10"]);
  assert.deepEqual(wakesOf(runbook), ["timer", "pipe"]);
  assert.deepEqual(cpusOf(runbook), [0, 2, 10]);
  assert.equal(cpusOf(DEFAULT), null);
  assert.equal(tierOf(DEFAULT), undefined);
  assert.equal(tierOf(declareRunbook({ require: "kprobe" })), "kprobe");
});

Deno.test("the target has what is declared for it, and of the rest what it has anyway", () => {
  const inherited = { cpus: null, policy: null, priority: null, nice: null };
  assert.deepEqual(attributesOf(DEFAULT), inherited);
  const declared = declareRunbook({ cpus: "1,0", policy: "batch", nice: -3 });
  assert.deepEqual(attributesOf(declared), { ...inherited, cpus: [0, 1], policy: "batch", nice: -3 });
  const { policy, priority } = attributesOf(declareRunbook({ policy: "fifo", priority: 99 }));
  assert.deepEqual([policy, priority], ["fifo", 99]);
});

Deno.test("the machine must be as declared, and of the rest as it is", () => {
  const any = { clocksource: null, deepestIdleState: null, cpuLatencyUs: null };
  assert.deepEqual(systemOf(DEFAULT), any);
  const declared = declareRunbook({ cpu_dma_latency_ns: 20_000, deepest_idle_state: "haltpoll idle" });
  assert.deepEqual(systemOf(declared), { ...any, cpuLatencyUs: 20, deepestIdleState: "haltpoll idle" });
  assert.equal(systemOf(declareRunbook({ cpu_dma_latency_ns: 0 })).cpuLatencyUs, 0);
});

Deno.test("CPUs in any order and with any zeros have one spelling", () => {
  fc.assert(fc.property(fc.uniqueArray(fc.nat(8191), { minLength: 1 }), (cpus) => {
    const runbook = declareRunbook({ cpus: cpus.map((cpu) => String(cpu).padStart(4, "0")).join(", ") });
    assert.deepEqual(cpusOf(runbook), cpus.toSorted((a, b) => a - b));
    assert.deepEqual(declareRunbook({ cpus: runbook.cpus }), runbook);
  }));
});

/** What is refused, and what the reason must name. */
const REFUSED: readonly (readonly [what: string, settings: Settings, reason: RegExp])[] = [
  ["no run at all", { runs: 0 }, /^runs: 0 is not/],
  ["half a run", { runs: 1.5 }, /^runs: 1.5/],
  ["runs that are no number", { runs: NaN }, /^runs: NaN/],
  ["a negative number of warm-up runs", { warm_up_runs: -1 }, /^warm_up_runs: -1/],
  ["a period below 1ms", { period_ns: 999_999 }, /^period_ns: .*999999 ns/],
  ["a period that is not a whole number of ns", { period_ns: 1e9 + 0.5 }, /^period_ns/],
  ["a period above an hour", { period_ns: 3.6e12 + 1 }, /^period_ns/],
  ["an unknown trigger", { trigger: "bell" }, /^trigger: "bell" .*use timer, pps or rtc/],
  [
    "the wake of another trigger",
    { wake: "pipe,pps" },
    /^wake: the wake pps cannot be used with the timer trigger/,
  ],
  [
    "a timer's wake by pulses",
    { trigger: "pps", wake: "timer" },
    /^wake: the wake timer cannot be used with the pps trigger/,
  ],
  [
    "another period than a device's",
    { trigger: "rtc", period_ns: 1e8 },
    /^period_ns: rtc gives one edge a s/,
  ],
  ["an unknown wake", { wake: "timer,bell" }, /^wake: "bell" .*use timer, pps, rtc, pipe/],
  ["no wake", { wake: "" }, /^wake: ""/],
  ["a wake twice", { wake: "pipe,timer, pipe" }, /^wake: pipe is named twice/],
  ["a wake for a task of its own will", { wake: "pipe", target: "comm:sh" }, /^wake: pipe cannot wake/],
  ["nobody's wake for the built-in target", { wake: "own" }, /^wake: the built-in target/],
  ["an unknown target", { target: "init" }, /^target: "init"/],
  ["a target's name that no task can have", { target: `comm:${"x".repeat(64)}` }, /^target: .* 63 bytes/],
  ["an unknown load", { load: "io" }, /^load: "io"/],
  ["a load of no thread", { load: "cpu:0" }, /^load: "cpu:0"/],
  ["a load of more threads than any machine has CPUs", { load: "cpu:8193" }, /^load: "cpu:8193"/],
  ["a load twice", { load: "idle,cpu:2,idle" }, /^load: idle is named twice/],
  ["a seed that is not an integer", { order_seed: 0.5 }, /^order_seed/],
  ["an hour that is none", { hours: "22-24" }, /^hours: "22-24"/],
  ["hours in another form", { hours: "22:00-05:00" }, /^hours/],
  ["an hour region of zero length", { hours: "05-05" }, /^hours: .*05-05 has no length/],
  ["a CPU that is none", { cpus: "0,-1" }, /^cpus: "-1"/],
  ["a CPU twice", { cpus: "1,01" }, /^cpus: 1 is named twice/],
  ["CPUs for a task of its own will", { cpus: "1", target: "pid" }, /^cpus: only the built-in target/],
  ["an unknown policy", { policy: "ext" }, /^policy: "ext" .*use inherit, other, batch, idle, fifo or rr$/],
  ["a priority of nothing", { policy: "rr", priority: 0 }, /^priority: 0 .* from 1 to 99, or "inherit"$/],
  ["half a priority", { policy: "rr", priority: 1.5 }, /^priority: 1.5/],
  ["a priority that is not a number", { policy: "rr", priority: "high" }, /^priority: high/],
  ["a nice value that is none", { policy: "other", nice: 20 }, /^nice: 20 .* from -20 to 19/],
  ["a priority without a policy", { priority: 5 }, /^priority: 5 is for fifo or rr, and policy is inherit/],
  [
    "a nice value in real time",
    { policy: "rr", nice: 5 },
    /^nice: 5 is for other or batch, and policy is rr/,
  ],
  [
    "a policy for a task of its own will",
    { policy: "rr", target: "pid" },
    /^policy: only the built-in target/,
  ],
  [
    "a nice value for a task of its own will",
    { nice: 1, target: "comm:sh" },
    /^nice: only the built-in target/,
  ],
  ["an unknown tier", { require: "all" }, /^require: "all".*best, full, kprobe, raw or tracepoint/],
  ["a clocksource that no kernel can have", { clocksource: "a/b" }, /^clocksource: "a\/b"/],
  [
    "a latency finer than the kernel has it",
    { cpu_dma_latency_ns: 1500 },
    /^cpu_dma_latency_ns: 1500 ns is not/,
  ],
  [
    "a latency that is the kernel's default",
    { cpu_dma_latency_ns: 2e12 },
    /^cpu_dma_latency_ns: .* to 1999s/,
  ],
  ["a word for a latency", { cpu_dma_latency_ns: "low" }, /^cpu_dma_latency_ns: "low" is not/],
  [
    "an idle state that is a path",
    { deepest_idle_state: "../C1" },
    /^deepest_idle_state: "..\/C1" does not name/,
  ],
  ["stacks in runs that are not said", { stacks: "some" }, /^stacks: "some" .*all, none, or every:N/],
  ["stacks in every run, spelled twice", { stacks: "every:1" }, /^stacks: "every:1" .* N from 2/],
  [
    "fewer runs than one block with stacks takes",
    { stacks: "every:9", runs: 8 },
    /^stacks: 8 runs are fewer than 9/,
  ],
  [
    "fewer runs than the pairs of one block with stacks take",
    { stacks: "every:2", wake: "timer,pipe", runs: 3 },
    /^stacks: 3 runs are fewer than 4/,
  ],
  ["no block", { blocks: 0 }, /^blocks: 0/],
  ["no look", { looks: 0 }, /^looks: 0 is not a number of looks; give a whole number from 1 to 20$/],
  ["more looks than have bounds", { looks: 21 }, /^looks: 21 is not/],
  ["more blocks than runs", { blocks: 3, runs: 2 }, /^blocks: 3 blocks of 2 runs/],
  ["no boot", { boots: 0 }, /^boots: 0 is not a number of boots/],
  ["boots that end within blocks", { boots: 2, blocks: 3 }, /^boots: 2 boots do not fall between 3 blocks; /],
  [
    "more boots than runs",
    { boots: 31 },
    /^boots: 31 boots of 30 runs: some would be empty; /,
  ],
  [
    "a placement that nobody knows",
    { vcpus: "free,tight" },
    /^vcpus: "tight" is not known; use free, pinned or half$/,
  ],
  ["a placement twice", { vcpus: "half,half" }, /^vcpus: half is named twice/],
  [
    "fewer runs than placements in all blocks",
    { vcpus: "free,pinned,half", blocks: 10, runs: 29 },
    /^vcpus: 29 runs are fewer than 30: each placement in each block; /,
  ],
  [
    "fewer runs than pairs of wake and load",
    { runs: 3, wake: "timer,pipe", load: "idle,cpu:2" },
    /^runs: 3 runs are fewer than the 4 pairs/,
  ],
  ["a margin of nothing", { offset_margin: "0 %" }, /^offset_margin: "0 %" is not a margin/],
  ["a margin of half a ns", { ttwu_to_tkread_margin: "0.5ns" }, /^ttwu_to_tkread_margin: .*finer than 1ns/],
  [
    "a margin without a unit",
    { wakeup_to_switch_margin: "10" },
    /^wakeup_to_switch_margin: the margin 10 has no unit/,
  ],
  [
    "a ratio of spreads of 1",
    { spread_ratio: 1 },
    /^spread_ratio: 1 is not a ratio .*give a number above 1, up to/,
  ],
  [
    "a share of a distance of 1",
    { locks_in_share: 1 },
    /^locks_in_share: 1 is not a share .*give a number above 0 and below 1/,
  ],
  [
    "a margin of the tails of nothing",
    { tail_margin_percent: 0 },
    /^tail_margin_percent: 0 % is not a margin .*give a percentage above 0 and below 100/,
  ],
  [
    "a margin of the tails that holds everything below",
    { tail_margin_percent: 100 },
    /^tail_margin_percent: 100 %/,
  ],
  [
    "a deadline of no time",
    { deadline_ns: 0 },
    /^deadline_ns: 0 ns is not a deadline; give a duration above 0/,
  ],
  ["a deadline between two ns", { deadline_ns: 1.5 }, /^deadline_ns: 1.5 ns is not a deadline/],
  ["a word for a deadline", { deadline_ns: "soon" }, /^deadline_ns: "soon" is not a deadline/],
  ["a ratio of spreads beyond all", { spread_ratio: 1001 }, /^spread_ratio: 1001 is not/],
  ["an error rate of 0", { alpha: 0 }, /^alpha: 0 is not/],
  [
    "an error rate that 1 does not notice",
    { alpha: 1e-320 },
    /^alpha: 1e-320 is not .*; give a number from 1e-12/,
  ],
  ["an error rate that leaves no interval", { alpha: 0.5 }, /^alpha: 0.5 is not/],
];

for (const [what, settings, reason] of REFUSED) {
  Deno.test(`a runbook with ${what} is refused as wrong usage`, () => {
    assert.throws(() => declareRunbook(settings), (error) => {
      assert.ok(error instanceof Failure);
      assert.equal(error.exitCode, 2);
      assert.match(error.message, reason);
      return true;
    });
  });
}

Deno.test("an error calls a field what its caller calls it", () => {
  assert.throws(
    () => declareRunbook({ runs: 0 }, (field) => `line 3: ${field}`),
    /^Failure: line 3: runs: 0 is/,
  );
});

Deno.test("the wake is one of the table's, the trigger's own when none is given, and nobody's for another task", () => {
  for (const { name, trigger } of WAKES) assert.equal(declareRunbook({ wake: name, trigger }).wake, name);
  assert.equal(DEFAULT.wake, "timer");
  for (const trigger of TRIGGERS) assert.equal(declareRunbook({ trigger }).wake, trigger);
  assert.equal(declareRunbook({ trigger: "pps", wake: "pipe,pps" }).wake, "pipe,pps");
  assert.equal(declareRunbook({ trigger: "pps", target: "pid" }).wake, "own");
  for (const target of [{ kind: "pid", pid: 12 }, { kind: "comm", comm: "sh" }] as const) {
    assert.equal(declareRunbook({ target: targetText(target) }).wake, "own");
    assert.equal(declareRunbook({ target: targetText(target), wake: "own" }).wake, "own");
  }
  assert.equal(targetText({ kind: "pid", pid: 12 }), "pid");
});

Deno.test("a target is the built-in thread, a pid, or a name that the kernel can hold", () => {
  assert.deepEqual(parseTarget("self"), { kind: "self" });
  assert.deepEqual(parseTarget("pid:4194304"), { kind: "pid", pid: 4194304 });
  assert.deepEqual(parseTarget("comm:kworker/0:1"), { kind: "comm", comm: "kworker/0:1" });
  for (const text of ["", "pid:", "pid:0", "pid:-1", "pid:1x", "comm:", `comm:${"x".repeat(64)}`, "init"]) {
    assert.throws(() => parseTarget(text), { name: "Failure", exitCode: 2 });
  }
});

Deno.test("a worker is named without what it works at, as /proc shows it", () => {
  for (
    const [shown, comm] of [
      ["kworker/u8:3-events_unbound", "kworker/u8:3"],
      ["kworker/0:1H-kblockd", "kworker/0:1H"],
      ["kworker/1:2+mm_percpu_wq", "kworker/1:2"],
      ["kworker/R-kvfree_rcu_reclaim", "kworker/R-kvfree_rcu_reclaim"],
      ["my-worker+x", "my-worker+x"],
    ] as const
  ) {
    assert.deepEqual(parseTarget(`comm:${shown}`), { kind: "comm", comm });
    assert.equal(declareRunbook({ target: `comm:${shown}` }).target, `comm:${comm}`);
  }
});

Deno.test("a name that is longer than the kernel keeps it says so when no task has it", () => {
  const choice = { kind: "comm", comm: "qemu-system-x86_64" } as const;
  assert.throws(
    () => findTask(choice, () => []),
    /qemu-system-x86_64 \(of a program's name the kernel keeps 15/,
  );
});

Deno.test("tasks of one name that /proc shows under longer ones are listed with these", () => {
  const [self, parent] = [Deno.pid, Deno.ppid].map((pid) =>
    Deno.readTextFileSync(`/proc/${pid}/comm`).trim()
  );
  assert.throws(
    () => findTask({ kind: "comm", comm: "cut" }, () => [Deno.pid, Deno.ppid]),
    {
      message:
        `2 tasks are named cut (${Deno.pid} ${self}, ${Deno.ppid} ${parent}); name one of them with --target pid:NUMBER`,
    },
  );
});

Deno.test("a name that several tasks have is refused with their pids, a missing one with the way to find it", () => {
  const choice = { kind: "comm", comm: "worker" } as const;
  const { pid, comm, start_ticks } = findTask(choice, () => [Deno.pid]);
  assert.deepEqual({ pid, comm }, { pid: Deno.pid, comm: "worker" });
  // This process is younger than the machine, and younger than an hour.
  const age = 100 * Number(Deno.readTextFileSync("/proc/uptime").split(" ")[0]) - start_ticks;
  assert.ok(age >= 0 && age < 100 * 3600, `started ${age} ticks ago`);
  assert.throws(() => findTask(choice, () => []), /no task is named worker/);
  const absent = [2 ** 30, 2 ** 30 + 1];
  assert.throws(() => findTask(choice, () => absent), /2 tasks are named worker \(1073741824, 1073741825\)/);
});

Deno.test("each question of compare has a margin in the runbook, and there are no others", () => {
  const margins = Object.keys(DEFAULT).filter((field) => field.endsWith("_margin"));
  assert.deepEqual(margins.sort(), QUESTIONS.map(({ name }) => `${name}_margin`).sort());
});
