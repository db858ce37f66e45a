import assert from "node:assert/strict";
import { Failure } from "../../../analysis/failure.ts";
import { runLoop } from "../../../runbook/run/loop.ts";
import type { RunOutcome } from "../../../runbook/row/outcome.ts";
import { timerTrigger } from "../../../runbook/run/triggers.ts";
import { CHAIN, TARGET } from "../row/chain_fixture.ts";

import { EINTR, EINVAL, ETIME, failureOf, PaperParts, PERIOD_NS } from "./loop_fixture.ts";

Deno.test("at a short period the probes are attached once, and edges follow each other without a gap", async () => {
  const parts = new PaperParts(() => "returns");
  await runLoop({ ...parts.options(3), trigger: timerTrigger(10_000_000) });
  assert.deepEqual(parts.calls, [
    "open",
    ...[1, 2, 3].flatMap((run) => [`run ${run}`, `outcome ${run}`]),
    "close",
  ]);
  const [first = 0n, ...later] = parts.edges;
  assert.deepEqual(later, [first + 10_000_000n, first + 20_000_000n]);
});

Deno.test("where the probes stay attached, a run is still prepared shortly before its edge", async () => {
  const parts = new PaperParts(() => "returns");
  const prepared: number[] = [];
  const { target, ...options } = parts.options(3);
  const run: typeof target.run = (fd, run, edge, ...rest) => {
    prepared.push(Number(edge - parts.nowNs) / 1e6);
    return target.run(fd, run, edge, ...rest);
  };
  await runLoop({ ...options, target: { ...target, run }, staysAttached: true });
  assert.deepEqual(parts.calls, [
    "open",
    ...[1, 2, 3].flatMap((run) => [`run ${run}`, `outcome ${run}`]),
    "close",
  ]);
  assert.ok(prepared.every((ms) => ms < 50), `${prepared} ms before the edge`);
});

Deno.test("at a period of 10 ms no edge is left out by a harness that takes less than eight of them", async () => {
  const parts = new PaperParts(() => "returns");
  const options = parts.options(500);
  await runLoop({
    ...options,
    trigger: timerTrigger(10_000_000),
    onOutcome: (outcome) => {
      options.onOutcome(outcome);
      parts.nowNs += 7_900_000n;
    },
  });
  const gaps = new Set(parts.edges.slice(1).map((edge, i) => edge - parts.edges[i]!));
  assert.deepEqual([...gaps], [10_000_000n]);
});

Deno.test("at a short period a missed edge makes the lead long for some runs, not for good", async () => {
  const parts = new PaperParts((call) => call === 3 || call === 4 ? { errno: ETIME } : "returns");
  await runLoop({ ...parts.options(60), trigger: timerTrigger(5_000_000) });
  const periods = parts.edges.slice(1).map((edge, i) => Number(edge - parts.edges[i]!) / 5_000_000);
  assert.ok(periods.slice(2, 6).some((n) => n === 2), `the lead is longer than the period: ${periods}`);
  assert.deepEqual(periods.slice(30), periods.slice(30).map(() => 1));
});

Deno.test("a run whose target has returned without its read seen is a timeout at once: nothing can follow", async () => {
  const parts = new PaperParts(() => "returns");
  parts.recordComes = false;
  await runLoop(parts.options(1));
  assert.equal(parts.outcomes[0]?.status, "timeout");
  assert.ok(parts.nowNs - parts.edges[0]! < 1_000_000_000n, "no time was spent on waiting");
});

Deno.test("no run leaves anything behind at the signal of Ctrl-C", async () => {
  const parts = new PaperParts(() => "returns");
  const options = parts.options(20);
  let listeners = 0;
  const { interrupt } = options;
  const add = interrupt.addEventListener.bind(interrupt);
  const remove = interrupt.removeEventListener.bind(interrupt);
  interrupt.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add(...args));
  interrupt.removeEventListener = (...args: Parameters<typeof remove>) => (listeners--, remove(...args));
  await runLoop(options);
  assert.equal(listeners, 0);
});

Deno.test("runs follow one another, each reported before the next one is armed", async () => {
  const parts = new PaperParts(() => "returns");
  assert.equal(await runLoop(parts.options(3)), null);
  assert.deepEqual(
    parts.calls,
    [1, 2, 3].flatMap((run) => ["open", `run ${run}`, "close", `outcome ${run}`]),
  );
  assert.deepEqual(parts.edges, [11_000_000_000n, 12_000_000_000n, 13_000_000_000n]);
  assert.deepEqual(parts.outcomes.map(({ status }) => status), ["complete", "complete", "complete"]);
  assert.equal(parts.outcomes[1]?.record?.run, 2n);
  assert.equal(parts.outcomes[1]?.target, TARGET);
});

Deno.test("a record that comes after its target is waited for", async () => {
  const parts = new PaperParts(() => "returns");
  parts.pollsUntilRecord = 30;
  assert.equal(await runLoop(parts.options(1)), null);
  assert.deepEqual(parts.outcomes.map(({ status }) => status), ["complete"]);
  assert.ok(!parts.calls.includes("abandon 1"));
});

Deno.test("a window that closes without a record is a timeout with the stages that were seen", async () => {
  const parts = new PaperParts(() => "returns");
  parts.recordComes = false;
  parts.held = { ...CHAIN, tkread_ns: null, tkread_task_ns: null };
  assert.equal(await runLoop(parts.options(2)), null);
  assert.deepEqual(
    parts.calls,
    [1, 2].flatMap((run) => ["open", `run ${run}`, `abandon ${run}`, "close", `outcome ${run}`]),
  );
  assert.deepEqual(parts.outcomes.map(({ status }) => status), ["timeout", "timeout"]);
  assert.equal(parts.outcomes[0]?.record, parts.held);
});

Deno.test("a run that nobody saw is a timeout without a record", async () => {
  const parts = new PaperParts(() => "returns");
  parts.recordComes = false;
  await runLoop(parts.options(1));
  assert.equal(parts.outcomes[0]?.record, null);
  assert.equal(parts.outcomes[0]?.status, "timeout");
});

Deno.test("a chain that found no room in the ring but was complete in the map is complete", async () => {
  const parts = new PaperParts(() => "returns");
  parts.recordComes = false;
  parts.held = CHAIN;
  await runLoop(parts.options(1));
  assert.equal(parts.outcomes[0]?.status, "complete");
});

Deno.test("an edge that was missed is not a run: the same run gets a later edge", async () => {
  const parts = new PaperParts((call) => call === 2 ? { errno: ETIME } : "returns");
  assert.equal(await runLoop(parts.options(3)), null);
  assert.deepEqual(parts.calls, [
    ...["open", "run 1", "close", "outcome 1"],
    ...["open", "run 2", "abandon 2", "close"],
    ...["open", "run 2", "close", "outcome 2"],
    ...["open", "run 3", "close", "outcome 3"],
  ]);
  assert.deepEqual(parts.outcomes.map(({ run }) => run), [1, 2, 3]);
});

Deno.test("on a slow machine the lead grows until the target is ready in time", async () => {
  const needed = 300_000_000n;
  const parts: PaperParts = new PaperParts(() =>
    parts.edges.at(-1)! - parts.nowNs < needed ? { errno: ETIME } : "returns"
  );
  parts.nowNs = 10_900_000_000n;
  assert.equal(await runLoop(parts.options(2)), null);
  assert.equal(parts.edges.at(-1), 14_000_000_000n, "two edges were missed, none of the later ones");
});

Deno.test("a lead that was long once becomes short again, so that later edges are all used", async () => {
  const parts = new PaperParts((call) => call >= 2 && call <= 4 ? { errno: ETIME } : "returns");
  assert.equal(await runLoop(parts.options(120)), null);
  const periods = parts.edges.slice(1).map((edge, i) => Number(edge - parts.edges[i]!) / PERIOD_NS);
  assert.ok(periods.slice(4, 10).some((n) => n === 2), `the lead is longer than the period: ${periods}`);
  assert.deepEqual(periods.slice(60), periods.slice(60).map(() => 1));
});

Deno.test("a sleep that a signal cut short is not a run either", async () => {
  const parts = new PaperParts((call) => call === 1 ? { errno: EINTR } : "returns");
  const repeated: string[] = [];
  const onRepeat = (run: number, why: string) => repeated.push(`${run}: ${why}`);
  assert.equal(await runLoop({ ...parts.options(1), onRepeat }), null);
  assert.deepEqual(repeated, ["1: something else than its edge woke the target"]);
  assert.deepEqual(parts.calls, [
    "open",
    "run 1",
    "abandon 1",
    "close",
    "open",
    "run 1",
    "close",
    "outcome 1",
  ]);
});

Deno.test("a chain that began before the edge is not that of the edge: the run is done again", async () => {
  const parts = new PaperParts(() => "returns");
  const options = parts.options(2);
  const { take } = options.probes;
  let early = 2;
  options.probes.take = (run) => {
    const record = take(run);
    if (record === null || run !== 2 || early-- === 0) return record;
    return { ...record, ttwu_ns: TARGET.edge_ns - BigInt(TARGET.edge_uncertainty_ns!) - 1n };
  };
  const repeated: string[] = [];
  const onRepeat = (run: number, why: string) => repeated.push(`${run}: ${why}`);
  assert.equal(await runLoop({ ...options, onRepeat }), null);
  assert.deepEqual(repeated, Array(2).fill("2: something else than its edge woke the target"));
  assert.deepEqual(parts.outcomes.map(({ run, record }) => [run, record?.ttwu_ns]), [
    [1, CHAIN.ttwu_ns],
    [2, CHAIN.ttwu_ns],
  ]);
});

Deno.test("a chain that seems to begin before the edge by less than the edge's uncertainty is its own", async () => {
  const parts = new PaperParts(() => "returns");
  const options = parts.options(1);
  options.probes.take = () => ({ ...CHAIN, ttwu_ns: TARGET.edge_ns - BigInt(TARGET.edge_uncertainty_ns!) });
  assert.equal(await runLoop({ ...options, onRepeat: (_, why) => assert.fail(why) }), null);
});

Deno.test("a target that misses every edge ends the measurement with a reason", async () => {
  const failure = await failureOf(runLoop(new PaperParts(() => ({ errno: ETIME })).options(1)));
  assert.equal(failure.exitCode, 1);
  assert.match(failure.message, /missed every edge/);
});

Deno.test("a target that fails ends the measurement and names the run", async () => {
  const parts = new PaperParts((_, run) => run === 2 ? { errno: EINVAL } : "returns");
  const failure = await failureOf(runLoop(parts.options(3)));
  assert.match(failure.message, /target of run 2 failed.*EINVAL/);
  assert.deepEqual(parts.outcomes.map(({ run }) => run), [1]);
});

Deno.test("a target that never returns is a timeout, and the end", async () => {
  const parts = new PaperParts((_, run) => run === 2 ? "never returns" : "returns");
  const options = parts.options(3);
  const taken = options.probes.take;
  options.probes.take = (run) => run === 2 ? null : taken(run);
  const failure = await failureOf(runLoop(options));
  assert.match(failure.message, /run 2 did not wake within 30 s/);
  assert.deepEqual(parts.outcomes.map(({ run, status }) => [run, status]), [[1, "complete"], [2, "timeout"]]);
});

Deno.test("Ctrl-C in the middle of run 7 reports it as aborted with its stages and starts no other", async () => {
  const parts = new PaperParts((_, run) => {
    if (run !== 7) return "returns";
    queueMicrotask(() => parts.interrupt.abort());
    parts.recordComes = false;
    return "never returns";
  });
  parts.held = { ...CHAIN, switch_ns: null, tkread_any_ns: null, tkread_ns: null, tkread_task_ns: null };
  assert.equal(await runLoop(parts.options(30)), 7);
  assert.deepEqual(
    parts.calls.slice(-4),
    ["abandon 7", "cancel", "close", "outcome 7"],
    "disarmed, then woken, then detached",
  );
  assert.equal(parts.outcomes.length, 7);
  const last = parts.outcomes.at(-1);
  assert.equal(last?.status, "aborted");
  assert.equal(last?.record, parts.held);
  assert.equal(last?.target, null);
  assert.ok(parts.outcomes.slice(0, 6).every(({ status }) => status === "complete"));
});

Deno.test("Ctrl-C whose signal reached the target itself aborts the run, too", async () => {
  const parts = new PaperParts((_, run) => {
    if (run !== 2) return "returns";
    parts.interrupt.abort();
    parts.recordComes = false;
    return { errno: EINTR };
  });
  assert.equal(await runLoop(parts.options(3)), 2);
  assert.deepEqual(parts.outcomes.map(({ status }) => status), ["complete", "aborted"]);
});

Deno.test("Ctrl-C between two runs aborts none", async () => {
  const parts = new PaperParts(() => "returns");
  const options = parts.options(3);
  const interrupting = {
    ...options,
    onOutcome: (outcome: RunOutcome) => {
      options.onOutcome(outcome);
      if (outcome.run === 2) parts.interrupt.abort();
    },
  };
  assert.equal(await runLoop(interrupting), 3);
  assert.deepEqual(parts.outcomes.map(({ status }) => status), ["complete", "complete"]);
});

Deno.test("each run is charged with what was lost while it lasted, not before", async () => {
  const parts = new PaperParts((_, run) => {
    const { ring_full, self_reads, recursion_misses } = parts.counters;
    if (run === 2) {
      parts.counters = { ring_full: ring_full + 1, self_reads: self_reads + 5, recursion_misses };
    }
    if (run === 3) parts.counters = { ring_full, self_reads, recursion_misses: Number(recursion_misses) + 2 };
    return "returns";
  });
  parts.counters = { ring_full: 100, self_reads: 200, recursion_misses: 300 };
  await runLoop(parts.options(3));
  assert.deepEqual(parts.outcomes.map(({ losses }) => losses), [
    { ring_full: 0, self_reads: 0, recursion_misses: 0 },
    { ring_full: 1, self_reads: 5, recursion_misses: 0 },
    { ring_full: 0, self_reads: 0, recursion_misses: 2 },
  ]);
});

Deno.test("recursion misses that nobody counts are not 0 in any run", async () => {
  const parts = new PaperParts(() => "returns");
  parts.counters = { ...parts.counters, recursion_misses: null };
  await runLoop(parts.options(1));
  assert.equal(parts.outcomes[0]?.losses.recursion_misses, null);
});

Deno.test("what the writer of rows throws ends the loop", async () => {
  const parts = new PaperParts(() => "returns");
  const full = new Failure(1, "disk full", "make room");
  const failure = await failureOf(runLoop({
    ...parts.options(3),
    onOutcome: () => {
      throw full;
    },
  }));
  assert.equal(failure, full);
  assert.deepEqual(parts.calls, ["open", "run 1", "close"]);
});

Deno.test("each run has the wake, the load and the stacks of its cell: the load runs before the run is armed, and has ended before its row", async () => {
  const parts = new PaperParts((call) => call === 2 ? { errno: ETIME } : "returns");
  const options = parts.options(3);
  const asked: string[] = [];
  const { run: sleep } = options.target;
  options.target.run = (fd, run, edge, wake, stack) => {
    asked.push(`${wake}${stack ? " with stacks" : ""}`);
    return sleep(fd, run, edge, wake, stack);
  };
  await runLoop({
    ...options,
    cellOf: (run) => ({ wake: run % 2 === 0 ? "pipe" : "timer", load: `cpu:${run}`, stack: run === 3 }),
    startLoad: (load) => {
      parts.calls.push(`${load} starts`);
      return { [Symbol.dispose]: () => void parts.calls.push(`${load} ends`) };
    },
  });
  assert.deepEqual(parts.calls, [
    ...["open", "cpu:1 starts", "run 1", "cpu:1 ends", "close", "outcome 1"],
    ...["open", "cpu:2 starts", "run 2", "abandon 2", "cpu:2 ends", "close"],
    ...["open", "cpu:2 starts", "run 2", "cpu:2 ends", "close", "outcome 2"],
    ...["open", "cpu:3 starts", "run 3", "cpu:3 ends", "close", "outcome 3"],
  ]);
  assert.deepEqual(asked, ["timer", "pipe", "pipe", "timer with stacks"]);
  assert.deepEqual(parts.outcomes.map(({ cell }) => cell.load), ["cpu:1", "cpu:2", "cpu:3"]);
});

Deno.test("a load ends with a run that fails", async () => {
  const parts = new PaperParts(() => ({ errno: EINVAL }));
  await failureOf(runLoop({
    ...parts.options(1),
    startLoad: () => ({ [Symbol.dispose]: () => void parts.calls.push("load ends") }),
  }));
  assert.deepEqual(parts.calls, ["open", "run 1", "load ends", "close"]);
});

Deno.test("runs may begin at a later number", async () => {
  const parts = new PaperParts(() => "returns");
  assert.equal(await runLoop({ ...parts.options(9), first: 8 }), null);
  assert.deepEqual(parts.outcomes.map(({ run }) => run), [8, 9]);
});
