import assert from "node:assert/strict";
import { VCPU_EVENT } from "../../../ffi/vcpu_layout.generated.ts";
import { EVENT_BYTES, EventLog } from "../../../runbook/vcpu/events.ts";

/** Bytes of events as the ring gives them. */
function bytesOf(...times: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(times.length * EVENT_BYTES);
  const view = new DataView(bytes.buffer);
  const { ns, kind, tid, name } = VCPU_EVENT.fields;
  times.forEach((time, i) => {
    view.setBigUint64(i * EVENT_BYTES + ns.offset, time, true);
    view.setUint32(i * EVENT_BYTES + kind.offset, 2, true);
    view.setUint32(i * EVENT_BYTES + tid.offset, 100 + i, true);
    bytes.set(new TextEncoder().encode("hog"), i * EVENT_BYTES + name.offset);
  });
  return bytes;
}

Deno.test("events are kept as they come and given back by time, also those out of order", () => {
  const log = new EventLog();
  log.add(bytesOf(10n, 30n));
  log.add(bytesOf(20n, 9_007_199_254_740_993n));
  assert.equal(log.length, 4);
  assert.deepEqual(log.between(10n, 20n).map(({ ns }) => ns), [10n, 20n]);
  assert.deepEqual(log.between(0n, 1n << 62n).map(({ ns }) => ns), [10n, 20n, 30n, 9_007_199_254_740_993n]);
  assert.deepEqual(log.between(31n, 40n), []);
  const [first] = log.between(10n, 10n);
  assert.deepEqual([first?.kind, first?.tid, first?.name], ["in", 100, "hog"]);
});

Deno.test("a log keeps many thousand events beyond what it began with", () => {
  const log = new EventLog();
  const times = Array.from({ length: 5000 }, (_, i) => BigInt(i) * 1_000_000n);
  for (let i = 0; i < times.length; i += 500) log.add(bytesOf(...times.slice(i, i + 500)));
  assert.equal(log.length, 5000);
  assert.deepEqual(log.between(4_998_000_000n, 6_000_000_000n).map(({ ns }) => ns), times.slice(4998));
});

Deno.test("what the scheduler did last with a thread is found however long ago", () => {
  const log = new EventLog();
  log.add(bytesOf(10n, 20n));
  for (let i = 1; i <= 20; i++) log.add(bytesOf(BigInt(i) * 1_000_000_000n));
  const before = (ns: bigint) => log.schedulingBefore(ns, [100, 101, 102]).map(({ tid, ns }) => [tid, ns]);
  assert.deepEqual(before(1_000_000_000n), [[100, 10n], [101, 20n]]);
  assert.deepEqual(before(9_500_000_000n), [[101, 20n], [100, 9_000_000_000n]]);
  assert.deepEqual(before(10n), []);
});

Deno.test("a full log counts what it does not keep, and is empty after clear()", () => {
  const log = new EventLog(3);
  log.add(bytesOf(1n, 2n));
  log.add(bytesOf(3n, 4n, 5n));
  assert.deepEqual([log.length, log.lost], [3, 2]);
  log.clear();
  assert.deepEqual([log.length, log.lost], [0, 0]);
  assert.deepEqual(log.between(0n, 10n), []);
});
