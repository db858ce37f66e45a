import assert from "node:assert/strict";
import { runLoop } from "../../../runbook/run/loop.ts";
import { deviceTrigger } from "../../../runbook/run/triggers.ts";
import { TARGET } from "../row/chain_fixture.ts";
import { ESTALE, failureOf, PaperParts, PERIOD_NS } from "./loop_fixture.ts";

/** A device whose edges are due at half seconds, and the edges that it was told about. */
function device(parts: PaperParts) {
  const trigger = deviceTrigger({ latest: () => ({ realNs: 500_000_000n, sequence: 1 }) }, "/dev/pps0");
  const took: unknown[] = [];
  return {
    took,
    options: { ...parts.options(9), trigger: { ...trigger, took: (edge: unknown) => took.push(edge) } },
  };
}

Deno.test("a device that stops gives timeouts, and after three in a row the series ends", async () => {
  const parts = new PaperParts((_, run) => run === 2 || run > 3 ? "never returns" : "returns");
  const { options, took } = device(parts);
  const taken = options.probes.take;
  options.probes.take = (run) => run === 2 || run > 3 ? null : taken(run);
  const failure = await failureOf(runLoop(options));
  assert.equal(failure.exitCode, 1);
  assert.match(
    failure.message,
    /^\/dev\/pps0 has stopped: 3 runs up to run 6 waited .* for 5 s; the rows up to run 6/,
  );
  assert.deepEqual(parts.outcomes.map(({ status }) => status), [
    "complete",
    "timeout",
    "complete",
    ...["timeout", "timeout", "timeout"],
  ]);
  assert.deepEqual(took, [TARGET, TARGET]);
  assert.ok(parts.edges.every((edge) => edge % 1_000_000_000n === 500_000_000n));
});

Deno.test("an edge that comes while its run is being given up is that run's, and no other's", async () => {
  const parts = new PaperParts((_, run) => run === 2 ? "returns when cancelled" : "returns");
  const { options, took } = device(parts);
  const taken = options.probes.take;
  options.probes.take = (run) => run === 2 ? null : taken(run);
  assert.equal(await runLoop({ ...options, runs: 3 }), null);
  assert.deepEqual(took, [TARGET, TARGET, TARGET]);
  assert.equal(parts.outcomes[1]?.target, TARGET);
});

Deno.test("an edge of which the target does not know which it was is not a run, and takes no more lead", async () => {
  const parts = new PaperParts((call) => call === 2 ? { errno: ESTALE } : "returns");
  const repeated: string[] = [];
  const { options } = device(parts);
  const onRepeat = (run: number, why: string) => repeated.push(`${run}: ${why}`);
  assert.equal(await runLoop({ ...options, runs: 3, onRepeat }), null);
  assert.deepEqual(repeated, ["2: another edge of /dev/pps0 came beside the one that it waited for"]);
  assert.deepEqual(parts.calls, [
    ...["open", "run 1", "close", "outcome 1"],
    ...["open", "run 2", "abandon 2", "close"],
    ...["open", "run 2", "close", "outcome 2"],
    ...["open", "run 3", "close", "outcome 3"],
  ]);
  const often = new PaperParts((call) => call < 15 ? { errno: ESTALE } : "returns");
  assert.equal(await runLoop(often.options(1)), null);
  // A longer lead would have skipped edges.
  assert.deepEqual(often.edges, Array.from(often.edges, (_, i) => often.edges[0]! + BigInt(i * PERIOD_NS)));
});

Deno.test("when no edge is ever known the measurement ends with a reason", async () => {
  const failure = await failureOf(runLoop(new PaperParts(() => ({ errno: ESTALE })).options(1)));
  assert.equal(failure.exitCode, 1);
  assert.match(failure.message, /^run 1 cannot take place: of 20 edges in a row none is known/);
});
