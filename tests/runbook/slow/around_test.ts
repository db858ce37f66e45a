import assert from "node:assert/strict";
import { around } from "../../../runbook/slow/around.ts";
import { CHAIN } from "../row/chain_fixture.ts";
import { recent, ringOf } from "./slow_fixture.ts";

const MS = 1_000_000;
/** From the wakeup to 2 ms after it. */
const RUN = { from: CHAIN.ttwu_ns, to: CHAIN.ttwu_ns + BigInt(2 * MS) };
const at = (ns: bigint) => Number(ns - CHAIN.ttwu_ns);

Deno.test("the events of all CPUs are kept from 50 ms before the run to 50 ms after it", () => {
  const times = [-51 * MS, -50 * MS, -1, 0, MS, 52 * MS, 52 * MS + 1];
  const rings = [0, 1].map((cpu) => ringOf(cpu, times.map((ns) => recent(ns, "idle"))));
  const { from, to, cpus } = around(RUN, rings);
  assert.deepEqual([at(from), at(to)], [-50 * MS, 52 * MS]);
  assert.deepEqual(cpus.map(({ cpu }) => cpu), [0, 1]);
  for (const { events } of cpus) assert.deepEqual(events.map(({ ns }) => at(ns)), times.slice(1, -1));
});

Deno.test("a CPU whose ring does not reach back that far says from where on it is whole", () => {
  const late = ringOf(0, [recent(-3 * MS, "idle")]);
  const early = ringOf(1, [recent(-90 * MS, "idle")], { lost: 4 });
  assert.deepEqual(
    around(RUN, [late, early]).cpus.map(({ from, lost }) => [at(from), lost]),
    [[-3 * MS, 0], [-50 * MS, 4]],
  );
});

Deno.test("events are in the order of time, also where one interrupted another's noting", () => {
  const ring = ringOf(0, [recent(0, "idle"), recent(30, "timer"), recent(20, "waking"), recent(40, "idle")]);
  assert.deepEqual(around(RUN, [ring]).cpus[0]!.events.map(({ ns }) => at(ns)), [0, 20, 30, 40]);
});

Deno.test("who ran at the beginning is the last one switched in before it, else who left first, else not known", () => {
  const hog = recent(-80 * MS, "switch", { arg: 7n, name: "hog", other: 3 });
  const leaves = recent(MS, "switch", { arg: 5n, name: "next", other: 4 });
  const [told, byPid, unknown] = around(RUN, [
    ringOf(0, [hog, recent(-70 * MS, "idle"), leaves]),
    ringOf(1, [recent(-70 * MS, "idle"), leaves]),
    ringOf(2, [recent(-70 * MS, "idle")]),
  ]).cpus;
  assert.deepEqual(
    [told?.running, byPid?.running, unknown?.running],
    [{ pid: 7, comm: "hog" }, { pid: 4, comm: null }, null],
  );
});

Deno.test("of too many events those nearest to the run are kept, and the stretch is as much shorter", () => {
  const times = [-30, -20, -10, 0, 1, 2, 20, 30].map((ms) => ms * MS);
  const { from, to, cpus } = around(RUN, [ringOf(0, times.map((ns) => recent(ns, "idle")))], 5);
  // The sixth is 20 ms before the edge.
  assert.deepEqual(cpus[0]!.events.map(({ ns }) => at(ns)), [-10, 0, 1, 2, 20].map((ms) => ms * MS));
  assert.deepEqual([at(from), at(to)], [-(20 * MS - 1), 22 * MS - 1]);
});

Deno.test("of a run with too many events in itself those before its read are kept", () => {
  const times = Array.from({ length: 40 }, (_, i) => i * MS / 20);
  const { from, to, cpus } = around(RUN, [ringOf(0, times.map((ns) => recent(ns, "idle")))], 10);
  assert.deepEqual(cpus[0]!.events.map(({ ns }) => at(ns)), times.slice(-10));
  assert.deepEqual([at(from), at(to)], [times.at(-11)! + 1, 2 * MS]);
});
