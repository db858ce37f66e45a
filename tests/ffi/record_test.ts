import assert from "node:assert/strict";
import { CHAIN, CHAIN_SEEN, CHAIN_TKREAD, CPU_EVENT, CPU_LOG } from "../../ffi/layout.generated.ts";
import {
  type ChainRecord,
  CPU_LOG_BYTES,
  decodeCpuLog,
  decodeRecord,
  RECORD_BYTES,
} from "../../ffi/record.ts";
import { seenBytes, seenRecord } from "./record_fixture.ts";

/** A record with every fact seen, after `write` has changed its bytes. */
function decoded(write: (view: DataView) => void): ChainRecord {
  const bytes = seenBytes();
  write(new DataView(bytes.buffer));
  return decodeRecord(bytes)!;
}

Deno.test("integers are decoded by their width and sign", () => {
  const record = decoded((view) => {
    view.setUint32(CHAIN.fields.state_before.offset, 0xfedcba98, true);
    view.setInt32(CHAIN.fields.prev_cpu.offset, -5, true);
    view.setBigUint64(CHAIN.fields.ttwu_ns.offset, 0xfedcba9876543210n, true);
    view.setBigInt64(CHAIN.fields.tkread_value_ns.offset, -7n, true);
  });
  assert.equal(record.state_before, 0xfedcba98);
  assert.equal(record.prev_cpu, -5);
  assert.equal(record.ttwu_ns, 0xfedcba9876543210n);
  assert.equal(record.tkread_value_ns, -7n);
});

Deno.test("text ends at its first 0, or with its field", () => {
  const record = decoded(({ buffer }) => {
    new Uint8Array(buffer).set(new TextEncoder().encode("target\0rest"), CHAIN.fields.comm.offset);
    new Uint8Array(buffer).set(new TextEncoder().encode("0123456789abcdef"), CHAIN.fields.waker_comm.offset);
  });
  assert.equal(record.comm, "target");
  assert.equal(record.waker_comm, "0123456789abcdef");
});

Deno.test("a value of an enum is its word, one that the enum does not have is not observed", () => {
  const { tkread_function, path } = CHAIN.fields;
  const record = decoded((view) => {
    view.setUint32(tkread_function.offset, CHAIN_TKREAD.TKREAD_KTIME_GET_TS64, true);
    view.setUint32(path.offset, 99, true);
  });
  assert.equal(record.tkread_function, "ktime_get_ts64");
  assert.equal(record.path, null);
});

Deno.test("a stack is as long as the kernel filled it; where it gave an error there is none", () => {
  const { ttwu_stack, ttwu_stack_bytes, tkread_stack_bytes } = CHAIN.fields;
  const record = decoded((view) => {
    view.setBigUint64(ttwu_stack.offset, 0xffffffff81001000n, true);
    view.setBigUint64(ttwu_stack.offset + 8, 0xffffffff81002000n, true);
    view.setInt32(ttwu_stack_bytes.offset, 16, true);
    view.setInt32(tkread_stack_bytes.offset, -14, true);
  });
  assert.deepEqual(record.ttwu_stack, [0xffffffff81001000n, 0xffffffff81002000n]);
  assert.deepEqual(record.tkread_stack, []);
});

Deno.test("without a fact the fields it guards are null, and no others; each fact guards some", () => {
  const seen = seenRecord();
  assert.deepEqual(Object.entries(seen).filter(([, value]) => value === null), []);
  for (const [fact, place] of Object.entries(CHAIN_SEEN)) {
    if (fact === "SEEN_TTWU") continue;
    const record = decoded((view) => view.setUint8(CHAIN.fields.seen.offset + place, 0));
    const guarded = Object.entries(CHAIN.fields).filter(([, field]) => "seen" in field && field.seen === fact)
      .map(([name]) => name);
    assert.ok(guarded.length > 0, fact);
    assert.deepEqual(record, { ...seen, ...Object.fromEntries(guarded.map((name) => [name, null])) }, fact);
  }
});

Deno.test("a chain that was never minted is not a record", () => {
  const bytes = seenBytes();
  bytes[CHAIN.fields.seen.offset + CHAIN_SEEN.SEEN_TTWU] = 0;
  assert.equal(decodeRecord(bytes), null);
  assert.equal(decodeRecord(new Uint8Array(RECORD_BYTES)), null);
});

Deno.test("bytes of another length are refused", () => {
  assert.throws(() => decodeRecord(new Uint8Array(RECORD_BYTES - 1)), /must have \d+ bytes, got \d+/);
});

Deno.test("a CPU's log has the events of its own chain, and how many found no place", () => {
  const bytes = new Uint8Array(CPU_LOG_BYTES);
  const view = new DataView(bytes.buffer);
  const { correlation_id, count, appended } = CPU_LOG.fields;
  view.setBigUint64(correlation_id.offset, 7n, true);
  view.setUint32(count.offset, 2, true);
  view.setUint32(appended.offset, 5, true);
  const second = CPU_EVENT.size;
  view.setBigUint64(second + CPU_EVENT.fields.ns.offset, 1234n, true);
  view.setUint32(second + CPU_EVENT.fields.kind.offset, CPU_EVENT.fields.kind.words.EVENT_SWITCH, true);
  view.setUint32(second + CPU_EVENT.fields.arg.offset, 42, true);
  bytes.set(new TextEncoder().encode("hog"), second + CPU_EVENT.fields.name.offset);
  const { cpu, events, lost } = decodeCpuLog(bytes, 3, { correlation_id: 7n });
  assert.equal(cpu, 3);
  assert.equal(lost, 3);
  assert.equal(events.length, 2);
  const { ns, kind, arg, name, interrupt } = events[1]!;
  assert.deepEqual({ ns, kind, arg, name, interrupt }, {
    ns: 1234n,
    kind: "switch",
    arg: 42,
    name: "hog",
    interrupt: null,
  });
  assert.deepEqual(decodeCpuLog(bytes, 3, { correlation_id: 8n }), { cpu: 3, events: [], lost: 0 });
});
