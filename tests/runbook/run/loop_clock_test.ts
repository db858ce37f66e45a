import assert from "node:assert/strict";
import { runLoop } from "../../../runbook/run/loop.ts";
import { timerTrigger } from "../../../runbook/run/triggers.ts";
import { ETIME, PaperParts } from "./loop_fixture.ts";

const HOUR_NS = 3_600_000_000_000n;

Deno.test("a clock that is set back while a target sleeps ends its sleep: the run is done again at an edge of the new time", async () => {
  const parts = new PaperParts((call) => call === 2 ? "never returns" : "returns");
  const options = parts.options(3);
  const repeated: string[] = [];
  const sleep = options.clock.sleep;
  let asleepMs = 0;
  let set = false;
  options.clock.sleep = async (ms, stop) => {
    if (parts.edges.length === 2 && !set) {
      set = true;
      parts.nowNs -= HOUR_NS;
    }
    if (set) asleepMs += stop.aborted ? 0 : ms;
    await sleep(ms, stop);
  };
  assert.equal(
    await runLoop({ ...options, onRepeat: (run, why) => void repeated.push(`${run}: ${why}`) }),
    null,
  );
  assert.deepEqual(
    parts.outcomes.map(({ run, status }) => [run, status]),
    [1, 2, 3].map((run) => [run, "complete"]),
  );
  assert.deepEqual(repeated, ["2: the clock was set, or the machine slept, while it waited"]);
  assert.ok(
    parts.edges[2]! < parts.edges[1]! - HOUR_NS + 5_000_000_000n,
    "the new edge is one of the new time",
  );
  assert.ok(asleepMs < 60_000, `nobody waits for an hour: ${asleepMs} ms`);
});

for (const [way, stepNs] of [["back", -HOUR_NS], ["forward", HOUR_NS]] as const) {
  Deno.test(`a clock that is set ${way} before a run is armed gives it an edge of the new time`, async () => {
    const parts: PaperParts = new PaperParts(() =>
      parts.edges.at(-1)! < parts.nowNs ? { errno: ETIME } : "returns"
    );
    const options = parts.options(2);
    const sleep = options.clock.sleep;
    let sleeps = 0;
    options.clock.sleep = async (ms, stop) => {
      if (++sleeps === 1) parts.nowNs += stepNs;
      await sleep(ms, stop);
    };
    assert.equal(await runLoop(options), null);
    const expected = 11_000_000_000n + stepNs;
    const last = parts.edges.at(-1)!;
    assert.ok(last > expected && last < expected + 5_000_000_000n, `edges ${parts.edges.join()}`);
    assert.equal(parts.outcomes.length, 2);
  });
}

Deno.test("an edge that passed while the machine slept is not armed for, and makes no lead longer", async () => {
  const parts = new PaperParts(() => "returns");
  const options = parts.options(3);
  const { sleep } = options.clock;
  let sleeps = 0;
  options.clock.sleep = async (ms, stop) => {
    await sleep(ms, stop);
    if (++sleeps === 1) parts.nowNs += 7_300_000_000n;
  };
  assert.equal(await runLoop(options), null);
  assert.deepEqual(parts.edges, [19_000_000_000n, 20_000_000_000n, 21_000_000_000n]);
});

Deno.test("an edge that is hours away is not waited for with an armed target, also at a short period", async () => {
  const parts = new PaperParts(() => "returns");
  const options = parts.options(1);
  const timer = timerTrigger(10_000_000);
  const opening = parts.nowNs + 8n * HOUR_NS;
  let armedAt = 0n;
  const { run } = options.target;
  options.target.run = (...args) => {
    armedAt = parts.nowNs;
    return run(...args);
  };
  const trigger = {
    ...timer,
    nextEdge: (earliest: bigint) => earliest < opening ? opening : timer.nextEdge(earliest),
  };
  await runLoop({ ...options, trigger });
  assert.equal(parts.edges[0], opening);
  assert.ok(opening - armedAt < 20_000_000n, `armed ${opening - armedAt} ns before`);
});

Deno.test("while the first run waits for a far edge, the edge is told every second; later runs wait silently", async () => {
  const parts = new PaperParts(() => "returns");
  const told: [bigint, bigint][] = [];
  const options = { ...parts.options(2), trigger: timerTrigger(24_000_000_000) };
  parts.nowNs = 24_000_000_000n;
  await runLoop({ ...options, onWait: (edge, now) => void told.push([edge, now]) });
  assert.deepEqual(parts.outcomes.map(({ run }) => run), [1, 2]);
  assert.ok(told.length >= 20 && told.length <= 24, `${told.length}`);
  for (const [index, [edge, now]] of told.entries()) {
    assert.equal(edge, parts.edges[0]);
    assert.equal(now, told[0]![1] + BigInt(index) * 1_000_000_000n);
  }
});
