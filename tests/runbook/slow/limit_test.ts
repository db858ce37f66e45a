import assert from "node:assert/strict";
import { EXIT, Failure } from "../../../analysis/failure.ts";
import { parseSlowLimit, SlowJudge } from "../../../runbook/slow/limit.ts";

const complete = (offset: bigint | null, rest = 7n) => ({
  status: "complete" as const,
  offset_ns: offset,
  ttwu_to_tkread_ns: rest,
});

Deno.test("a limit is a duration or a quantile", () => {
  assert.deepEqual(parseSlowLimit("200us"), { text: "200us", ns: 200_000, quantile: null });
  assert.deepEqual(parseSlowLimit("p99"), { text: "p99", ns: null, quantile: 0.99 });
  assert.equal(parseSlowLimit("p99.9").quantile, 99.9 / 100);
});

Deno.test("what is neither is refused as usage", () => {
  for (const text of ["", "slow", "p", "p0", "p100", "p-1", "99", "0us", "P99", "p1e1", "12x"]) {
    assert.throws(
      () => parseSlowLimit(text),
      (error) => error instanceof Failure && error.exitCode === EXIT.usage && !error.message.includes("\n"),
      text,
    );
  }
});

Deno.test("a run is slow above the duration, by its offset, or without an edge by wakeup to read", () => {
  const judge = new SlowJudge(parseSlowLimit("10ns"));
  assert.equal(judge.judge(complete(10n)), null);
  assert.deepEqual(judge.judge(complete(11n)), { of: "offset_ns", ns: 11, limitNs: 10 });
  assert.equal(judge.judge(complete(null, 10n)), null);
  assert.deepEqual(judge.judge(complete(null, 12n)), { of: "ttwu_to_tkread_ns", ns: 12, limitNs: 10 });
  assert.equal(judge.judge({ ...complete(99n), status: "timeout" }), null);
});

Deno.test("a quantile is that of the runs before, of which there must be twenty", () => {
  const judge = new SlowJudge(parseSlowLimit("p50"));
  // Not in their order: 20, 1, 19, 2 and so on.
  for (let i = 0; i < 20; i++) {
    assert.equal(judge.judge(complete(BigInt(i % 2 === 0 ? 20 - i / 2 : (i + 1) / 2))), null);
  }
  assert.deepEqual(judge.judge(complete(11n)), { of: "offset_ns", ns: 11, limitNs: 10.5 });
  // The run before is now one of those before: the middle of 21 is 11.
  assert.equal(judge.judge(complete(11n)), null);
  assert.equal(judge.judge(complete(null, 1_000n)), null, "runs without an edge have their own");
});
