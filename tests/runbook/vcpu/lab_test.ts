/**
 * A series that the nested lab measured: what tests/kernels/lab/nested_host_test.ts does, kept, so that what it proves holds
 * where no lab runs.
 */

import assert from "node:assert/strict";
import { COLUMNS } from "../../../analysis/result/columns.ts";
import { type HostTurn, parseHostEvents } from "../../../analysis/host/host_events.ts";
import { ClockMap, type HostSample, RunMap } from "../../../runbook/vcpu/clock_map.ts";
import { runsOf } from "../../../runbook/vcpu/rows.ts";
import { parseMeasurement } from "../../harness/measurement.ts";
import { assertHostPart, HOGGED, hoggedRuns } from "./lab_fixture.ts";

const FOLDER = "tests/runbook/vcpu/lab";
const file = Deno.readTextFileSync(`${FOLDER}/vm.csv`);
/** The program that measured it had no later column. */
const WIDTH = COLUMNS.findIndex(({ name }) => name === "clock_map_uncertainty_ns") + 1;
const vm = parseMeasurement(file, WIDTH);
const parsed = parseHostEvents(Deno.readTextFileSync(`${FOLDER}/vm.host.jsonl`));
assert.ok(typeof parsed === "object", String(parsed));
const events = parsed;

Deno.test("in the recorded series mapped times never run backwards, and the VM's own lie in guest mode", () => {
  assert.equal(vm.rows.length, 12);
  assertHostPart(vm.rows, events);
});

Deno.test("in the recorded series the runs around which hogs were name them, and no others do", () => {
  assert.deepEqual(hoggedRuns(vm.rows), HOGGED.map((row) => row + 1));
});

Deno.test("in the recorded series the VM alone does not tell who delayed it: its own cells name no hog", () => {
  for (const { preempted_by: _, ...own } of vm.rows) {
    for (const [name, text] of Object.entries(own)) assert.doesNotMatch(text, /\bhog\b/, name);
  }
});

function samplesOf({ samples }: HostTurn): HostSample[] {
  return samples.map(([mono, counter, uncertainty_ns, realtime, realtime_uncertainty_ns]) => ({
    mono_ns: BigInt(mono),
    counter: BigInt(counter),
    uncertainty_ns,
    realtime_ns: BigInt(realtime),
    realtime_uncertainty_ns,
  }));
}

Deno.test("what the recorded runs were placed by places them there again, within their uncertainty", () => {
  const runs = runsOf(new TextEncoder().encode(file));
  assert.equal(events.turns.length, 2);
  for (const [i, turn] of events.turns.entries()) {
    const { offset, ratio, fraction_bits } = turn.counter!;
    const scale = { offset: BigInt(offset), ratio: BigInt(ratio), fraction_bits };
    const map = new ClockMap(samplesOf(turn), scale, runs.map(({ clocks }) => clocks));
    const next = events.turns[i + 1]?.turn ?? Infinity;
    const own = events.runs.filter(({ run }) => run >= turn.turn && run < next);
    assert.ok(own.length > 0);
    for (const { run, ttwu_ns, host_ttwu_at_ns, uncertainty_ns } of own) {
      const around = map.around(run);
      assert.ok(around instanceof RunMap, `run ${run}: ${around}`);
      const apart = Number(around.toHost(BigInt(ttwu_ns)) - BigInt(host_ttwu_at_ns));
      assert.ok(Math.abs(apart) <= uncertainty_ns, `run ${run}: ${apart} ns apart`);
    }
  }
});
