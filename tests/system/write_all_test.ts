import assert from "node:assert/strict";
import { writeAll, writeAllSync } from "../../system/write_all.ts";

const BYTES = Uint8Array.from({ length: 10 }, (_, i) => i);

/** Accepts three bytes at a time, and refuses when it is full. */
class Reluctant {
  readonly taken: number[] = [];

  constructor(readonly capacity = Infinity) {}

  writeSync(bytes: Uint8Array): number {
    if (this.taken.length >= this.capacity) throw new Error("full");
    const part = bytes.subarray(0, 3);
    this.taken.push(...part);
    return part.length;
  }

  write(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve) => resolve(this.writeSync(bytes)));
  }
}

Deno.test("all bytes are written once and in order, however few a write takes", async () => {
  const [sync, async] = [new Reluctant(), new Reluctant()];
  writeAllSync(sync, BYTES);
  await writeAll(async, BYTES);
  assert.deepEqual(sync.taken, [...BYTES]);
  assert.deepEqual(async.taken, [...BYTES]);
});

Deno.test("nothing to write is not a write", async () => {
  const full = new Reluctant(0);
  writeAllSync(full, new Uint8Array());
  await writeAll(full, new Uint8Array());
});

Deno.test("the error of a write ends it", async () => {
  assert.throws(() => writeAllSync(new Reluctant(6), BYTES), /full/);
  await assert.rejects(writeAll(new Reluctant(6), BYTES), /full/);
});
