import assert from "node:assert/strict";
import fc from "fast-check";
import { correlationId } from "../../../analysis/result/correlation.ts";

const MASK = (1n << 64n) - 1n;

/** fmix64 as MurmurHash3 defines it, over BigInt: the reference for the 32-bit version. */
function mix(value: bigint): bigint {
  let x = value & MASK;
  x ^= x >> 33n;
  x = (x * 0xff51afd7ed558ccdn) & MASK;
  x ^= x >> 33n;
  x = (x * 0xc4ceb9fe1a85ec53n) & MASK;
  return x ^ (x >> 33n);
}

function reference(tgid: number, pid: number, run: number, ttwuNs: bigint): string {
  const task = (BigInt(tgid) << 32n) | BigInt(pid);
  return mix(ttwuNs ^ mix(BigInt(run) ^ mix(task))).toString(16).padStart(16, "0");
}

Deno.test("the correlation ID equals MurmurHash3's finaliser chained over BigInt", () => {
  const u32 = fc.integer({ min: 0, max: 0x7fffffff });
  const run = fc.oneof(
    fc.integer({ min: 1, max: 1000 }),
    fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  );
  const time = fc.bigInt({ min: 0n, max: (1n << 63n) - 1n });
  fc.assert(
    fc.property(u32, u32, run, time, (tgid, pid, number, ttwu) => {
      assert.equal(correlationId(tgid, pid, number, ttwu), reference(tgid, pid, number, ttwu));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("the correlation ID of known inputs does not change", () => {
  assert.equal(correlationId(1, 1, 1, 1n), "21a457ff9f243be3");
  assert.equal(
    correlationId(0x7fffffff, 0x7fffffff, 2 ** 53 - 1, (1n << 63n) - 1n),
    reference(0x7fffffff, 0x7fffffff, 2 ** 53 - 1, (1n << 63n) - 1n),
  );
});
