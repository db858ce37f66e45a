/** What must hold of the host's part in a VM's rows, whoever measured them. */

import assert from "node:assert/strict";
import type { HostEvents } from "../../../analysis/host/host_events.ts";
import type { TextRow } from "../../harness/measurement.ts";

/** After so many rows the emulated host is hogged around the edges that follow, until a run is delayed by that. */
export const HOGGED = [3, 8];
/** After so many rows a signal stops the VM's process around the edges that follow, likewise. */
export const STOPPED = 5;
/** A hog, or a stop, lasts longer than this beyond the edge, and nothing else takes that long by itself. */
const HOGGED_NS = 20_000_000n;

/** Runs whose preemption names the hog. */
export function hoggedRuns(rows: readonly TextRow[]): number[] {
  return rows.filter(({ preempted_by, preempted_ns }) =>
    /^hog\/\d+$/.test(preempted_by!) && BigInt(preempted_ns!) > HOGGED_NS
  ).map(({ run }) => Number(run));
}

/** Runs whose vCPU was stopped by a signal for long. */
export function stoppedRuns(rows: readonly TextRow[]): number[] {
  return rows.filter(({ preempted_by, preempted_ns }) =>
    preempted_by === "stopped" && BigInt(preempted_ns!) > HOGGED_NS
  ).map(({ run }) => Number(run));
}

/** Runs whose edge is one of these, in ns of the VM; whoever foresees an edge may err by less than 10 ms. */
export function runsAround(rows: readonly TextRow[], edges: readonly bigint[]): number[] {
  return rows.filter(({ edge_ns }) =>
    edges.some((edge) => {
      const distance = Number(BigInt(edge_ns!) - edge);
      return Math.abs(distance) < 10_000_000;
    })
  ).map(({ run }) => Number(run));
}

/** What the assertions below are about. */
const CONCERNED = [
  "run",
  "edge_ns",
  "ttwu_ns",
  "waker_cpu",
  "vcpu",
  "host_began_by",
  "host_ttwu_ns",
  "host_switch_ns",
  "kvm_entry_ns",
  "clock_map_uncertainty_ns",
] as const;

/**
 * Asserts that in every row the host's stages are in their order within the stated uncertainty, that the VM's own
 * instants lie in guest mode, and that the record of the run has the row's ID. The order of the host's stages follows
 * from one clock, but that the guest's wakeup comes after the entry, and its edge, mostly, before the host's timer, holds
 * only if the clocks are placed rightly.
 */
export function assertHostPart(rows: readonly TextRow[], { runs }: HostEvents): void {
  let woken = 0;
  const early: string[] = [];
  for (const row of rows) {
    const where = CONCERNED.map((name) => `${name} ${row[name]}`).join(", ");
    const at = (name: keyof TextRow) => row[name] === "" ? null : BigInt(row[name]!);
    const unsure = at("clock_map_uncertainty_ns");
    assert.ok(unsure !== null && unsure < 20_000n, `the clocks are badly mapped: ${where}`);
    assert.equal(row.vcpu, row.waker_cpu, `another vCPU: ${where}`);
    const stages = [at("host_ttwu_ns"), at("host_switch_ns"), at("kvm_entry_ns")].filter((ns) => ns !== null);
    for (const [i, ns] of stages.entries()) {
      if (i > 0) assert.ok(stages[i - 1]! <= ns, `not in order: ${where}`);
    }
    const ttwu = at("ttwu_ns")!;
    assert.ok(at("kvm_entry_ns")! <= ttwu + unsure, `entered after the wakeup: ${where}`);
    if (row.host_ttwu_ns !== "") {
      woken++;
      // KVM's timer may expire a little before the guest's.
      if (at("host_ttwu_ns")! < at("edge_ns")! - unsure - 20_000n) early.push(where);
    }
    const record = runs.find(({ run }) => `${run}` === row.run);
    assert.equal(record?.correlation_id, row.correlation_id, where);
    assert.equal(record?.ttwu_ns, row.ttwu_ns, where);
    for (const { kind, vcpu, at, since } of record!.events) {
      if (kind !== "run" || since === undefined || `${vcpu}` !== row.waker_cpu) continue;
      assert.ok(
        at <= Number(unsure) || since >= -Number(unsure),
        `the wakeup lies out of guest mode: ${where}`,
      );
    }
  }
  assert.ok(woken > 0, "no vCPU was asleep at an edge");
  // What woke a vCPU earlier, and not for this edge, may have it wait for its CPU until after it.
  assert.ok(early.length < woken / 2, `timers before their edges: ${early.join("; ")}`);
}
