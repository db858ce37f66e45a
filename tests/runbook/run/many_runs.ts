/**
 * Thousands of runs without a kernel, with the loop, rows, file, tally, cross-check and progress of `probe
 * run`. Prints the heap in bytes, after garbage collection, after the first runs and at the last. Needs
 * --expose-gc.
 */

import { setImmediate } from "node:timers";
import { CrossCheck } from "../../../runbook/run/crosscheck.ts";
import { runLoop } from "../../../runbook/run/loop.ts";
import type { RunOutcome } from "../../../runbook/row/outcome.ts";
import { Progress } from "../../../runbook/run/progress.ts";
import { createOutputFile } from "../../../runbook/files/output_file.ts";
import { ResultWriter } from "../../../runbook/files/result_out.ts";
import { buildRow } from "../../../runbook/row/row.ts";
import { Symbols } from "../../../runbook/row/symbols.ts";
import { Tally } from "../../../runbook/files/tally.ts";
import { timerTrigger } from "../../../runbook/run/triggers.ts";
import { decodeTableFor } from "../../../runbook/row/wake_flags.ts";
import { CHAIN, TARGET } from "../row/chain_fixture.ts";

const [first = "", all = "", folder = ""] = Deno.args;
const collect = (globalThis as unknown as { gc(): void }).gc;

function heapBytes(): number {
  collect();
  return Deno.memoryUsage().heapUsed;
}

const KERNEL = "6.12.117";
const PERIOD_NS = 10_000_000;
const decode = decodeTableFor(KERNEL);
const symbols = Symbols.parse(new TextEncoder().encode(
  "ffffffff81001000 t try_to_wake_up\nffffffff81002000 t hrtimer_wakeup\n",
));
const path = `${folder}/many.csv`;
using file = new ResultWriter(path, createOutputFile(path), "in background");
const tally = new Tally();
const crossCheck = new CrossCheck(KERNEL, decode, new Map());
const output = { isTerminal: true, columns: () => null, write: () => {} };
const progress = new Progress({ runs: Number(all), quiet: false, output, now: () => performance.now() });
const trigger = timerTrigger(PERIOD_NS);
const heaps: number[] = [];
let nowNs = 0n;

function onOutcome(outcome: RunOutcome): void {
  const context = { symbols, decode, observed: new Set(["clocksource_switch"] as const) };
  const { row, stacks, stackContext } = buildRow(outcome, context, "tsc");
  file.writeRow(row, stacks);
  tally.add(row, stacks);
  crossCheck.add(outcome.run, outcome.record, stackContext);
  progress.ran(outcome, trigger.edges()?.missed ?? 0);
  if (outcome.run === Number(first) || outcome.run === Number(all)) heaps.push(heapBytes());
}

await runLoop({
  runs: Number(all),
  trigger,
  cellOf: (run) => ({ wake: run % 2 === 0 ? "pipe" : "timer", load: "idle", stack: true }),
  startLoad: () => ({ [Symbol.dispose]: () => {} }),
  interrupt: new AbortController().signal,
  onOutcome,
  clock: {
    realtimeNow: () => nowNs,
    sleep: (ms, stop) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      stop.addEventListener("abort", () => resolve(), { once: true });
      if (stop.aborted || ms === 0) resolve();
      return promise;
    },
  },
  target: {
    // Through the event loop, like a native thread's return.
    run: (_fd, _run, edge) =>
      new Promise((resolve) =>
        setImmediate(() => {
          nowNs = edge + 200_000n;
          resolve({ ...TARGET, edge_ns: edge });
        })
      ),
    cancel: () => {},
  },
  probes: {
    logsOf: () => [],
    armedMapFd: 9,
    // Every hundredth record does not arrive.
    take: (run) => run % 100 === 0 ? null : { ...CHAIN, run: BigInt(run), ttwu_ns: nowNs },
    awaitsRest: () => false,
    abandon: () => null,
    counters: () => ({ ring_full: 0, self_reads: 0, recursion_misses: 0 }),
    open: () => {},
    close: () => {},
  },
});
const [before, after] = heaps;
console.log(JSON.stringify({ before, after, ...tally.end() }));
