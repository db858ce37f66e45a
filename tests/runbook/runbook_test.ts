import assert from "node:assert/strict";
import fc from "fast-check";
import { Failure } from "../../analysis/failure.ts";
import { canonicalRunbook, declareRunbook, runbookSha256 } from "../../runbook/runbook.ts";
import { findTask, parseTarget } from "../../runbook/targets.ts";
import { WAKES } from "../../runbook/wakes.ts";

const SELF = { wake: undefined, target: { kind: "self" } } as const;

const DEFAULT = declareRunbook({ ...SELF, runs: 30, period_ns: 1_000_000_000 });

Deno.test("the canonical form of a runbook is JSON without spaces with sorted keys", () => {
  assert.equal(
    canonicalRunbook(DEFAULT),
    '{"alpha":0.05,"load":"idle","offset_margin_ns":4000000,"period_ns":1000000000,"runs":30,"target":"self",' +
      '"trigger":"timer","ttwu_to_tkread_margin_ns":100000,"version":1,"wake":"timer"}',
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
    "5be72ca6dd1bdf5d88eed430df838937b7b6f23188e808654ab5e2f0e342f08d",
  );
});

Deno.test("two runbooks that differ in a value differ in their hash", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 1e6 }), async (a, b) => {
      const [first, second] = await Promise.all(
        [a, b].map((runs) => runbookSha256(declareRunbook({ ...SELF, runs, period_ns: 1_000_000 }))),
      );
      assert.equal(first === second, a === b);
    }),
  );
});

for (
  const [what, runs, period_ns] of [
    ["no run at all", 0, 1e9],
    ["half a run", 1.5, 1e9],
    ["runs that are no number", NaN, 1e9],
    ["a period below 1ms", 30, 999_999],
    ["a period that is no whole number of ns", 30, 1e9 + 0.5],
    ["a period above an hour", 30, 3.6e12 + 1],
  ] as const
) {
  Deno.test(`a runbook with ${what} is refused as wrong usage`, () => {
    assert.throws(() => declareRunbook({ ...SELF, runs, period_ns }), (error) => {
      assert.ok(error instanceof Failure);
      assert.equal(error.exitCode, 2);
      return true;
    });
  });
}

Deno.test("the wake is one of the table's, the timer when none is given, and nobody's for another task", () => {
  const options = { runs: 1, period_ns: 1_000_000 };
  for (const { name } of WAKES) {
    assert.equal(declareRunbook({ ...options, ...SELF, wake: name }).wake, name);
  }
  assert.equal(declareRunbook({ ...options, ...SELF }).wake, "timer");
  const other = declareRunbook({ ...options, wake: undefined, target: { kind: "pid", pid: 12 } });
  assert.deepEqual([other.wake, other.target], ["own", "pid"]);
  for (const [wake, target] of [["bell", SELF.target], ["pipe", { kind: "comm", comm: "sh" }]] as const) {
    assert.throws(() => declareRunbook({ ...options, wake, target }), { name: "Failure", exitCode: 2 });
  }
});

Deno.test("a target is the built-in thread, a pid, or a name that the kernel can hold", () => {
  assert.deepEqual(parseTarget("self"), { kind: "self" });
  assert.deepEqual(parseTarget("pid:4194304"), { kind: "pid", pid: 4194304 });
  assert.deepEqual(parseTarget("comm:kworker/0:1"), { kind: "comm", comm: "kworker/0:1" });
  for (const text of ["", "pid:", "pid:0", "pid:-1", "pid:1x", "comm:", "comm:sixteen-bytes-is", "init"]) {
    assert.throws(() => parseTarget(text), { name: "Failure", exitCode: 2 });
  }
});

Deno.test("a name that several tasks have is refused with their pids, a missing one with the way to find it", () => {
  const choice = { kind: "comm", comm: "worker" } as const;
  assert.deepEqual(findTask(choice, () => [7]), { pid: 7, comm: "worker" });
  assert.throws(() => findTask(choice, () => []), /no task is named worker/);
  assert.throws(() => findTask(choice, () => [7, 8]), /2 tasks are named worker \(7, 8\)/);
});
