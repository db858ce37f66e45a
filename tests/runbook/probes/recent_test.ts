import assert from "node:assert/strict";
import { RECENT_EVENT, RECENT_KIND } from "../../../ffi/layout.generated.ts";
import { ringOf } from "../../../ffi/recent.ts";
import { recentEventsFor } from "../../../runbook/probes/recent.ts";

const LENGTH = 4;

/** A ring of four places into which that many events were written, each at its number as its time. */
function written(events: number) {
  const view = new DataView(new ArrayBuffer(LENGTH * RECENT_EVENT.size));
  for (let event = 0; event < events; event++) {
    const at = event % LENGTH * RECENT_EVENT.size;
    view.setBigUint64(at + RECENT_EVENT.fields.ns.offset, BigInt(event), true);
    view.setUint32(at + RECENT_EVENT.fields.kind.offset, RECENT_KIND.RECENT_IDLE_END, true);
  }
  return new Uint8Array(view.buffer);
}

/** The times of the events, oldest first. */
function timesOf(events: number, before: number, after: number = before): number[] {
  const ring = ringOf(written(events), { before: BigInt(before), after: BigInt(after) });
  return Array.from({ length: ring.count }, (_, i) => Number(ring.nsOf(i)));
}

Deno.test("a ring that is not full has all its events, and a full one the latest but one place", () => {
  assert.deepEqual(timesOf(0, 0), []);
  assert.deepEqual(timesOf(3, 3), [0, 1, 2]);
  assert.deepEqual(timesOf(4, 4), [1, 2, 3]);
  assert.deepEqual(timesOf(10, 10), [7, 8, 9]);
  const isWhole = (noted: bigint) => ringOf(written(0), { before: noted, after: noted }).isWhole;
  assert.deepEqual([3n, 4n].map(isWhole), [true, false]);
});

Deno.test("what was written while the ring was read is left out, with what it overwrote", () => {
  assert.deepEqual(timesOf(12, 10, 12), [9]);
  assert.deepEqual(timesOf(20, 10, 20), []);
});

Deno.test("an event has its kind in words", () => {
  assert.equal(ringOf(written(1), { before: 1n, after: 1n }).eventOf(0).kind, "idle_end");
});

Deno.test("each CPU keeps 8192 events, with many CPUs fewer: 20 MB in all, a power of two", () => {
  assert.deepEqual([1, 2, 64, 65, 256, 4096].map(recentEventsFor), [8192, 8192, 8192, 4096, 2048, 128]);
  for (const cpus of [1, 96, 300, 4096]) {
    const bytes = cpus * recentEventsFor(cpus) * RECENT_EVENT.size;
    assert.ok(bytes <= 21e6, `${bytes}`);
  }
});
