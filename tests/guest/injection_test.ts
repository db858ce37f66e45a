import assert from "node:assert/strict";
import { assertRow } from "../measurement.ts";
import { drive, drivenGuest } from "./driven_guest.ts";
import type { Driven, Series } from "./driver.ts";

const HOLD_NS = 1_111_000_000;
const RUNS = 8;
const PERIOD_NS = 50_000_000;

const WAKES = ["pipe", "futex", "eventfd", "signal"] as const;

/** Everything in a row that is a distance between two instants of the kernel. */
const INTERVALS = [
  ["ttwu_ns", "wakeup_ns"],
  ["wakeup_ns", "switch_ns"],
  ["ttwu_ns", "tkread_ns"],
  ["ttwu_ns", "tkread_task_ns"],
] as const;

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

const intervals = (runs: readonly Driven[]) =>
  INTERVALS.map(([from, to]) => runs.map(({ row }) => Number(BigInt(row[to]) - BigInt(row[from]))));

const offsets = (runs: readonly Driven[]) => runs.map(({ row }) => Number(row.offset_ns));

Deno.test("a wake held back by 1.111 s is in the offset and in nothing else", async () => {
  await using guest = await drivenGuest("trixie-cloud");
  const series = WAKES.flatMap((wake): Series[] => [
    { name: wake, wake, runs: RUNS, periodNs: PERIOD_NS },
    { name: `${wake} held`, wake, runs: RUNS, periodNs: PERIOD_NS, holdNs: HOLD_NS },
  ]);
  const driven = await drive(guest, { require: "full", series });
  for (const wake of WAKES) {
    const [plain, held] = [driven.of(wake), driven.of(`${wake} held`)];
    for (const { row } of [...plain, ...held]) assertRow(row);
    // What lies between edge and read on this machine just now: no speed is demanded of it, but
    // the hold must come back to within it.
    const cost = Math.max(...offsets(plain), ...intervals(held).flat());
    for (const [i, offset] of offsets(held).entries()) {
      assert.ok(offset >= HOLD_NS, `${wake}: ${JSON.stringify(held[i]?.row)}`);
    }
    const shift = median(offsets(held)) - median(offsets(plain));
    assert.ok(Math.abs(shift - HOLD_NS) <= cost, `${wake}: shifted by ${shift} ns, cost ${cost} ns`);
    for (const [i, lengths] of intervals(held).entries()) {
      const said = `${wake}: ${INTERVALS[i]} ${lengths}`;
      assert.ok(Math.max(...lengths) < HOLD_NS / 2, said);
    }
    for (const { row, clockStepUncertaintyNs } of [...plain, ...held]) {
      const step = Math.abs(Number(row.clock_step_ns));
      assert.ok(clockStepUncertaintyNs !== null && step <= clockStepUncertaintyNs, JSON.stringify(row));
    }
  }
});
