/**
 * A series against pulses that the nested lab measured: what tests/kernels/lab/nested_pulses_test.ts does, kept, so that
 * what it proves holds where no lab runs.
 */

import assert from "node:assert/strict";
import { type HostTurn, parseHostEvents } from "../../../analysis/host/host_events.ts";
import { ClockMap, type HostSample, RunMap } from "../../../runbook/vcpu/clock_map.ts";
import { HostPulses } from "../../../runbook/vcpu/pulses.ts";
import { runsOf } from "../../../runbook/vcpu/rows.ts";

const FOLDER = "tests/runbook/vcpu/lab_pulses";
const runs = runsOf(Deno.readFileSync(`${FOLDER}/vm.csv`));
const parsed = parseHostEvents(Deno.readTextFileSync(`${FOLDER}/vm.host.jsonl`));
assert.ok(typeof parsed === "object", String(parsed));
const { turns } = parsed;

function samplesOf({ samples }: HostTurn): HostSample[] {
  return samples.map(([mono, counter, uncertainty_ns, realtime, realtime_uncertainty_ns]) => ({
    mono_ns: BigInt(mono),
    counter: BigInt(counter),
    uncertainty_ns,
    realtime_ns: BigInt(realtime),
    realtime_uncertainty_ns,
  }));
}

Deno.test("what the recorded pulses were placed by places them there again, and none where none came", () => {
  let [told, untold] = [0, 0];
  for (const [i, turn] of turns.entries()) {
    const { offset, ratio, fraction_bits } = turn.counter!;
    const scale = { offset: BigInt(offset), ratio: BigInt(ratio), fraction_bits };
    const map = new ClockMap(samplesOf(turn), scale, runs.map(({ clocks }) => clocks));
    const asserts = turn.pulses!.map(([real, sequence]) => ({ realNs: BigInt(real), sequence }));
    const pulses = new HostPulses(asserts, samplesOf(turn));
    const next = turns[i + 1]?.turn ?? Infinity;
    for (const { run, edge_ns, foreseen_ns } of runs.filter(({ run }) => run >= turn.turn && run < next)) {
      const around = map.around(run);
      assert.ok(around instanceof RunMap, `run ${run}: ${around}`);
      const pulse = pulses.near(foreseen_ns!, around);
      if (typeof pulse === "string") {
        untold++;
        assert.equal(edge_ns, null, `run ${run}: ${pulse}`);
        continue;
      }
      told++;
      assert.ok(edge_ns !== null, `run ${run}`);
      const apart = Math.abs(Number(pulse.edge_ns - edge_ns));
      assert.ok(apart <= pulse.uncertainty_ns, `run ${run}: ${apart} ns apart`);
    }
  }
  assert.ok(
    told > 0 && untold > 0 && told + untold === runs.length,
    `${told} and ${untold} of ${runs.length}`,
  );
});

Deno.test("the recorded pulses came within 10 ms of where the VM's timer stood for them, most of the later ones within 0.1 ms", () => {
  const wrong = runs.filter(({ edge_ns }) => edge_ns !== null)
    .map(({ edge_ns, foreseen_ns }) => Number(edge_ns! - foreseen_ns!));
  assert.ok(wrong.every((ns) => Math.abs(ns) < 10_000_000), wrong.join(", "));
  const near = (part: readonly number[]) => part.filter((ns) => Math.abs(ns) < 100_000).length;
  const half = wrong.length >> 1;
  assert.ok(2 * near(wrong.slice(half)) > half, wrong.join(", "));
});
