/**
 * The correlation ID of a run, re-derived from the four inputs that its row holds. The kernel mints it in
 * `correlation_id()` of bpf/chain.bpf.c: MurmurHash3's 64-bit finaliser chained over (tgid, pid), run and the
 * ktime_get_ns() taken at the first try_to_wake_up of the armed target (column ttwu_ns).
 */

const MASK = (1n << 64n) - 1n;

function mix(value: bigint): bigint {
  let x = value & MASK;
  x ^= x >> 33n;
  x = (x * 0xff51afd7ed558ccdn) & MASK;
  x ^= x >> 33n;
  x = (x * 0xc4ceb9fe1a85ec53n) & MASK;
  return x ^ (x >> 33n);
}

/**
 * @param ttwuNs CLOCK_MONOTONIC in ns, as in column ttwu_ns
 * @returns 16 lower-case hex digits
 *
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(correlationId(1, 1, 1, 1n), "21a457ff9f243be3");
 * ```
 */
export function correlationId(tgid: number, pid: number, run: number, ttwuNs: bigint): string {
  const task = (BigInt(tgid) << 32n) | BigInt(pid);
  return mix(ttwuNs ^ mix(BigInt(run) ^ mix(task))).toString(16).padStart(16, "0");
}
