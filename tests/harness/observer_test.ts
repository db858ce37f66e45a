import assert from "node:assert/strict";
import { parsed } from "./observer.ts";

/** One wakeup on CPU 1 by a waker on CPU 0, with `between` before sched_waking and `after` behind it, at 12.0000NNs. */
function trace(between: readonly string[], after: readonly string[]): string {
  return [
    "# tracer: nop",
    "   probe-waker-366     [000] d..2.    12.000010: observed_ttwu: (try_to_wake_up+0x0/0x600) wf=0x0 pid=257 " +
    'comm="probe-target"',
    ...between,
    "   probe-waker-366     [000] d..2.    12.000020: sched_waking: comm=probe-target pid=257 prio=120 target_cpu=001",
    ...after,
    "        <idle>-0       [001] d.h2.    12.000030: sched_wakeup: comm=probe-target pid=257 prio=120 target_cpu=001",
    "        <idle>-0       [001] d..2.    12.000040: sched_switch: prev_comm=swapper/1 prev_pid=0 prev_prio=120 " +
    "prev_state=R ==> next_comm=probe-target next_pid=257 next_prio=120",
    "",
  ].join("\n");
}

const moved = (us: number, cpu = 1) =>
  `        <idle>-0       [00${cpu}] d..2.    12.0000${us}: sched_migrate_task: comm=probe-target pid=257 prio=120 ` +
  "orig_cpu=0 dest_cpu=1";

Deno.test("a move before sched_waking is the balancer's, not the wakeup's", () => {
  const [balanced] = parsed(trace([moved(15)], [])).wakeups;
  assert.deepEqual([balanced?.prevCpu, balanced?.targetCpu, balanced?.migratedTo], [1, 1, null]);
  const [migrated] = parsed(trace([], [moved(25)])).wakeups;
  assert.equal(migrated?.migratedTo, 1);
  assert.deepEqual([migrated?.ttwuUs, migrated?.wakingUs, migrated?.switchUs], [
    12000010,
    12000020,
    12000040,
  ]);
});

Deno.test("a move inside the wakeup is the waker's own, or another CPU's pull", () => {
  const pulled = (cpu: number) => parsed(trace([], [moved(25, cpu)])).wakeups.map(({ pulled }) => pulled);
  assert.deepEqual([pulled(0), pulled(1)], [[false], [true]]);
  assert.equal(parsed(trace([], [])).wakeups[0]?.pulled, false);
});

Deno.test("of two wakers in try_to_wake_up it is the one whose CPU says sched_waking", () => {
  const entry = (us: number) =>
    `   other-waker-367     [001] d..2.    12.0000${us}: observed_ttwu: (try_to_wake_up+0x0/0x600) wf=0x10 pid=257 ` +
    'comm="probe-target"';
  for (
    const text of [
      trace([entry(15)], []),
      trace([], [entry(22)]),
      trace([], []).replace("#", `${entry(11)}\n#`),
    ]
  ) {
    const { wakeups } = parsed(text);
    assert.deepEqual(wakeups.map(({ wakerPid, flags, ttwuUs }) => [wakerPid, flags, ttwuUs]), [[
      366,
      0,
      12000010,
    ]]);
  }
});
