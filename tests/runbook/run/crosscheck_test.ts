import assert from "node:assert/strict";
import { CrossCheck } from "../../../runbook/run/crosscheck.ts";
import { decodeTableFor } from "../../../runbook/row/wake_flags.ts";
import { CHAIN, TRACEPOINT_CHAIN } from "../row/chain_fixture.ts";

const KERNEL = "6.12.117-cloud-amd64";
const TABLE = decodeTableFor(KERNEL);
const check = (scx: Record<string, number> = {}) =>
  new CrossCheck(KERNEL, TABLE, new Map(Object.entries(scx)));

const MOVED = { ...CHAIN, prev_cpu: 0, target_cpu: 1, migrate_cpu: 1, wake_flags: 0xa8 };

Deno.test("observers that agree give no notice: a wake that stayed, one that moved, one seen by tracepoints", () => {
  const crossCheck = check({ SCX_WAKE_FORK: 4, SCX_WAKE_TTWU: 8, SCX_WAKE_SYNC: 16, SCX_WAKE_OTHER: 99 });
  crossCheck.add(1, CHAIN, "hardirq");
  crossCheck.add(2, MOVED, "hardirq");
  crossCheck.add(3, TRACEPOINT_CHAIN, "task");
  crossCheck.add(4, null, null);
  crossCheck.add(5, CHAIN, null);
  assert.deepEqual(crossCheck.notices(), []);
});

Deno.test("a wake that moved CPU without the bit called WF_MIGRATED is told with both values", () => {
  const crossCheck = check();
  crossCheck.add(7, { ...MOVED, wake_flags: 0x88 }, "hardirq");
  crossCheck.add(8, { ...MOVED, wake_flags: 0x88 }, "hardirq");
  assert.deepEqual(crossCheck.notices(), [
    "disagreement on kernel 6.12.117-cloud-amd64: run 7: the target's CPU was 0 before and 1 after, but wake_flags " +
    "0x88 lack 0x20, WF_MIGRATED in table 6.12+ (2 such runs)",
  ]);
});

Deno.test("the bit called WF_MIGRATED on a wake that stayed is told as well", () => {
  const crossCheck = check();
  crossCheck.add(1, { ...CHAIN, wake_flags: 0xa8 }, "hardirq");
  assert.match(crossCheck.notices().join(), /CPU was 1 before and 1 after, but wake_flags 0xa8 have 0x20/);
});

Deno.test("a table that calls another bit WF_MIGRATED is found out", () => {
  const crossCheck = new CrossCheck(KERNEL, decodeTableFor("5.10.0"), new Map([["SCX_WAKE_SYNC", 16]]));
  crossCheck.add(1, MOVED, "hardirq");
  const [table, run] = crossCheck.notices();
  assert.match(table!, /SCX_WAKE_SYNC is 0x10 in the kernel's BTF, table 5\.8-5\.10 has 0x1 for WF_SYNC$/);
  assert.match(run!, /0xa8 lack 0x4, WF_MIGRATED in table 5\.8-5\.10$/);
});

Deno.test("a flag of BTF that the table does not have is told", () => {
  const crossCheck = new CrossCheck(KERNEL, decodeTableFor("5.10.0"), new Map([["SCX_WAKE_TTWU", 8]]));
  assert.match(crossCheck.notices().join(), /SCX_WAKE_TTWU is 0x8 .* has none for WF_TTWU/);
});

Deno.test("a migration to another CPU than the wakeup's, and contexts that differ, are told apart", () => {
  const crossCheck = check();
  crossCheck.add(3, { ...MOVED, migrate_cpu: 0 }, "softirq");
  const [event, context] = crossCheck.notices();
  assert.match(event!, /run 3: sched_migrate_task said CPU 0, sched_wakeup CPU 1$/);
  assert.match(
    context!,
    /run 3: preempt_count says that the waker ran in context hardirq, its stack says softirq$/,
  );
});
