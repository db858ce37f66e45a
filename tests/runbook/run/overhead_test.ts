import assert from "node:assert/strict";
import fc from "fast-check";
import { Failure } from "../../../analysis/failure.ts";
import { parseEnd } from "../../../analysis/result/meta_line.ts";
import { formatEnd } from "../../../analysis/result/write.ts";
import { TargetError } from "../../../ffi/target.ts";
import { ERRNO } from "../../../system/errno.ts";
import type { RunOutcome } from "../../../runbook/row/outcome.ts";
import { OverheadMeter, wakeupCost } from "../../../runbook/run/overhead.ts";
import { overheadText } from "../../../runbook/files/overhead_text.ts";
import { timerTrigger } from "../../../runbook/run/triggers.ts";
import { TARGET } from "../row/chain_fixture.ts";

const PERIOD_NS = 100_000_000;

/** Probes and a target on paper: a run without probes takes 50 us, and every call is recorded. */
class PaperParts {
  readonly calls: string[] = [];
  #nowNs = 1_000_000_000n;
  readonly loads: string[] = [];
  #attached = true;

  constructor(readonly options: { missed?: number; resumeFails?: boolean } = {}) {}

  meter(): OverheadMeter {
    let missed = this.options.missed ?? 0;
    return new OverheadMeter({
      armedMapFd: 7,
      suspend: () => {
        this.calls.push("suspend");
        this.#attached = false;
      },
      resume: () => {
        this.calls.push("resume");
        if (this.options.resumeFails) throw new Error("no such function");
        this.#attached = true;
      },
      programs: () => [{ program: "sched_waking", run_cnt: 4, run_time_ns: 1000, recursion_misses: 2 }],
    }, {
      trigger: timerTrigger(PERIOD_NS),
      cellOf: (run) => ({ wake: "timer", load: `cpu:${run}`, stack: true }),
      startLoad: (load) => {
        this.loads.push(load);
        return { [Symbol.dispose]: () => {} };
      },
      interrupt: new AbortController().signal,
      clock: {
        realtimeNow: () => this.#nowNs,
        sleep: async (ms, stop) => {
          for (let turn = 0; turn < 20 && !stop.aborted; turn++) await Promise.resolve();
          if (!stop.aborted) this.#nowNs += BigInt(Math.ceil(ms)) * 1_000_000n;
        },
      },
      target: {
        run: (fd, run, edge) => {
          assert.equal(fd, 7);
          assert.equal(this.#attached, false, "a run without probes");
          if (missed-- > 0) return Promise.reject(new TargetError(run, ERRNO.ETIME));
          this.calls.push("unarmed");
          this.#nowNs = edge;
          return Promise.resolve({ ...TARGET, value_ns: TARGET.edge_ns + 50_000n });
        },
        cancel: () => assert.fail("nobody cancels"),
      },
    });
  }
}

/** A run with the probes that took this long from edge to read. */
function armed(run: number, latencyNs: bigint | null): RunOutcome {
  const value_ns = latencyNs === null ? null : TARGET.edge_ns + latencyNs;
  const losses = { ring_full: 0, self_reads: 0, recursion_misses: 0 };
  const cell = { wake: "timer", load: "idle", stack: true };
  return {
    run,
    cell,
    status: "complete",
    record: null,
    target: { ...TARGET, value_ns },
    losses,
  } as RunOutcome;
}

Deno.test("runs without probes lie between those with them, two after every second one", async () => {
  const parts = new PaperParts();
  const meter = parts.meter();
  for (let run = 1; run <= 4; run++) {
    parts.calls.push(`armed ${run}`);
    await meter.ran(armed(run, 57_000n));
  }
  assert.deepEqual(
    parts.loads,
    ["cpu:1", "cpu:2", "cpu:3", "cpu:4"],
    "each under the load of a run with the probes",
  );
  const pair = ["suspend", "unarmed", "unarmed", "resume"];
  assert.deepEqual(parts.calls, ["armed 1", ...pair, "armed 2", "armed 3", ...pair, "armed 4"]);
  assert.deepEqual(meter.overhead(), {
    programs: [{ program: "sched_waking", run_cnt: 4, run_time_ns: 1000 }],
    wakeup: {
      armed: { n: 4, median_ns: 57_000 },
      unarmed: { n: 4, median_ns: 50_000 },
      shift_ns: 7_000,
      shift_ci_ns: null,
    },
  });
});

Deno.test("an edge missed without probes is not a run either", async () => {
  const parts = new PaperParts({ missed: 2 });
  const meter = parts.meter();
  await meter.ran(armed(1, 57_000n));
  assert.deepEqual(parts.calls, ["suspend", "unarmed", "unarmed", "resume"]);
  assert.equal(meter.overhead().wakeup?.unarmed.n, 2);
});

Deno.test("the latency of a task that is not ours is not known, and nothing is detached for it", async () => {
  const parts = new PaperParts();
  const meter = parts.meter();
  await meter.ran(armed(1, null));
  assert.deepEqual(parts.calls, []);
  assert.equal(meter.overhead().wakeup, null);
});

Deno.test("probes that cannot be attached again end the measurement with a reason", async () => {
  const error = await new PaperParts({ resumeFails: true }).meter().ran(armed(3, 57_000n)).catch((error) =>
    error
  );
  assert.ok(error instanceof Failure, String(error));
  assert.equal(error.exitCode, 1);
  assert.match(error.message, /could not be attached again after run 3: no such function/);
});

Deno.test("the added latency is exactly what is added, whatever the runs' own spread", () => {
  const latency = fc.integer({ min: 1_000, max: 10_000_000 });
  fc.assert(fc.property(
    fc.array(latency, { minLength: 6, maxLength: 40 }),
    fc.integer({ min: -1_000_000, max: 1_000_000 }),
    (unarmed, added) => {
      const cost = wakeupCost(unarmed.map((value) => value + added), unarmed);
      assert.equal(cost?.shift_ns, added);
      const [low, high] = cost?.shift_ci_ns ?? assert.fail("an interval from 6 runs a side on");
      assert.ok(low <= added && added <= high);
    },
  ));
});

Deno.test("below 4 runs a side there is no estimate, and below 6 no interval", () => {
  assert.equal(wakeupCost([], []), null);
  assert.deepEqual(wakeupCost([5, 6, 7], [1, 2, 3]), {
    armed: { n: 3, median_ns: 6 },
    unarmed: { n: 3, median_ns: 2 },
    shift_ns: null,
    shift_ci_ns: null,
  });
  assert.deepEqual(wakeupCost([5], [])?.unarmed, { n: 0, median_ns: null });
  assert.equal(wakeupCost([1, 2, 3, 4, 5], [1, 2, 3, 4, 5])?.shift_ci_ns, null);
});

const COUNTS = {
  rows: 4,
  complete: 4,
  timeout: 0,
  aborted: 0,
  lost_events: 0,
  recursion_misses: 0,
  self_reads: 0,
};
const OVERHEAD = {
  programs: [{ program: "ttwu_entry", run_cnt: 8, run_time_ns: 4000 }],
  wakeup: {
    armed: { n: 4, median_ns: 57_000.5 },
    unarmed: { n: 4, median_ns: 50_000 },
    shift_ns: 7_000,
    shift_ci_ns: [-12, 9_000],
  },
} as const;

Deno.test("the end line carries the overhead to the reader, which checks it", () => {
  const line = formatEnd({ ...COUNTS, overhead: OVERHEAD });
  assert.deepEqual(parseEnd(line.slice("# end ".length)), { ...COUNTS, overhead: OVERHEAD });
  assert.deepEqual(parseEnd(JSON.stringify(COUNTS)), COUNTS);
  const refused: readonly [unknown, RegExp][] = [
    [null, /overhead must be an object/],
    [{ ...OVERHEAD, programs: [{ program: "x", run_cnt: -1, run_time_ns: 0 }] }, /run_cnt/],
    [{ ...OVERHEAD, wakeup: { ...OVERHEAD.wakeup, shift_ns: "7" } }, /shift_ns/],
    [{ ...OVERHEAD, wakeup: { ...OVERHEAD.wakeup, shift_ci_ns: [1] } }, /shift_ci_ns/],
    [{ ...OVERHEAD, wakeup: { ...OVERHEAD.wakeup, armed: { n: 4 } } }, /median_ns is missing/],
  ];
  for (const [overhead, reason] of refused) {
    const answer = parseEnd(JSON.stringify({ ...COUNTS, overhead }));
    assert.ok("unusable" in answer, JSON.stringify(overhead));
    assert.match(answer.unusable, reason);
  }
});

Deno.test("the summary names the added latency, its interval and what each program took", () => {
  assert.deepEqual(overheadText(OVERHEAD, 4), [
    "added latency 7.000 us (95 % interval -12 ns to 9.000 us)",
    "edge to read: median 57.00 us (n 4) with, 50.00 us (n 4) without",
    "1.000 us of CPU time a run, in 1 program:",
    "  ttwu_entry 500 ns, 8 times",
  ]);
  const [first] = overheadText({ ...OVERHEAD, wakeup: null }, 4);
  assert.equal(first, "latency not observed: the target is not the built-in one");
});
