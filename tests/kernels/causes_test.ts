import assert from "node:assert/strict";
import type { Guest } from "../../guest/vm/boot.ts";
import { text } from "../harness/driven_guest.ts";
import {
  BARE_METAL,
  growth,
  INJECTED_KERNELS,
  injectedGuest,
  type Injection,
  INJECTIONS,
  measured,
  QUEUED,
  QUEUED_PI_LOCK,
  slowDocuments,
} from "../harness/injections.ts";
import { CLOCKSOURCE_FOLDER } from "../harness/kernel_guest.ts";
import { assertRow, type TextRow } from "../harness/measurement.ts";
import { type Line, observed, observing } from "../harness/observer.ts";
import { assertSlowBehind } from "../harness/slow_files.ts";

/** Every injection takes 2 ms or more from a run that meets it; a lock is held by a call that may come too late. */
const MET_NS = 1_000_000;
/** Series that may be measured until a cause comes back. */
const SERIES = 3;

/** A tick comes every 4 ms (HZ=250), and with it an update of the timekeeper, while the CPU is busy. */
const TICKS_NS = 10_000_000;

/** Longer than a wakeup takes in whose way nothing is, in most runs; shorter than the rest of a bout in most. */
const SLOW_NS = 8_000_000;

const ONE_OF_EACH = [
  "pi_lock",
  "rq_lock",
  "rq_clock",
  "activate",
  "wakeup",
  "switch",
  "tkread",
];

for (const { kernel, injections, unlocks } of INJECTED_KERNELS) {
  Deno.test(`causes that are made come back as what they are: ${kernel}`, async (t) => {
    await using guest = await injectedGuest(kernel);
    const plain = await measured(guest, null);

    await t.step("every row has its order of locks and clocks, and parts that add up", () => {
      // A target that another task kept from falling asleep is woken without an activation.
      const activated = plain.filter(({ path }) => path !== "runnable");
      assert.ok(activated.length > plain.length / 2);
      for (const row of plain) assertRow(row);
      for (const row of activated) {
        const order = row.order.split("<");
        const expected = unlocks ? [...ONE_OF_EACH, "rq_unlock"] : ONE_OF_EACH;
        assert.deepEqual(expected.filter((name) => !order.includes(name)), [], row.order);
        const sequence = ["pi_lock", "rq_lock", "rq_clock", "activate", "wakeup"].map((name) =>
          order.indexOf(name)
        );
        assert.deepEqual(sequence, sequence.toSorted((a, b) => a - b), row.order);
        assert.notEqual(row.tk_ttwu_clock, "", "the timekeeper is read at the wakeup");
        assert.equal(row.events_lost, "0");
      }
    });

    for (const injection of injections) {
      await t.step(`${injection.name}: ${injection.made}`, async () => {
        // A busy machine may put other things in the way of a whole series, once.
        for (let left = SERIES - 1; left >= 0; left--) {
          const why = await missed(guest, injection, plain);
          if (why === null) return;
          assert.ok(left > 0, why);
        }
      });
    }

    await t.step("a clocksource switch in the window is in the timekeeper's two readings", async () => {
      assertSwitched(await switching(guest));
    });
  });
}

/** @returns why the cause that was made did not come back; null when it did */
async function missed(guest: Guest, injection: Injection, plain: readonly TextRow[]): Promise<string | null> {
  const { begin, end } = await observing(guest, "probe-target");
  await text(guest, begin);
  const hogs = injection.part === "tasks";
  const rows = await measured(guest, injection, hogs ? `--on-slow ${SLOW_NS}ns` : "");
  await text(guest, end);
  for (const row of rows) assertRow(row);
  const { lines } = await observed(guest);
  assertSamePredecessors(rows, lines);
  if (hogs) {
    assertUpdated(rows);
    assertSlowBehind("bouts", rows, SLOW_NS, await slowDocuments(guest));
  }
  const met = (of: readonly TextRow[]) =>
    of.filter((row) => Number(row[`part_${injection.part}_ns`]) >= MET_NS);
  const [before, now] = [met(plain), met(rows)];
  const named = now.filter(({ cause }) => cause === injection.part);
  const found = now.length >= 2 && now.length > 2 * before.length && named.length >= now.length / 2;
  return found ? null : `${JSON.stringify(growth(plain, rows))} ${rows.map(({ cause }) => cause)}`;
}

/** Whom the kernel's own sched_switch names as leaving the CPU to the target is whom the row names. */
function assertSamePredecessors(rows: readonly TextRow[], lines: readonly Line[]): void {
  let compared = 0;
  for (const row of rows) {
    const us = Number(row.switch_ns) / 1000;
    // It prints whole us; our own stamp is taken in a program beside its own.
    const [same] = lines.filter(({ event, fields, us: at }) =>
      event === "sched_switch" && fields.next_pid === row.pid && Math.abs(at - us) < 300
    );
    if (same === undefined) continue;
    const before = same.fields.prev_comm!;
    const told = `${before} before run ${row.run}: ${JSON.stringify(row)}`;
    compared++;
    if (before.startsWith("swapper/")) assert.ok(Number(row.part_idle_ns) > 0, told);
    else if (row.other_task === "") assert.fail(told);
  }
  assert.ok(
    compared > rows.length / 2,
    `only ${compared} of ${rows.length} rows were seen by the other observer`,
  );
}

/**
 * In the time of several ticks the timekeeper is updated, and the sequence and the hook both say so. Not in each: an
 * emulated CPU may stand still for longer, and an update that has begun before the wakeup may end after it.
 */
function assertUpdated(rows: readonly TextRow[]): void {
  const told = rows.map(({ ttwu_to_tkread_ns, tk_updates, order }) =>
    `${ttwu_to_tkread_ns} ${tk_updates} ${order}`
  );
  const long = rows.filter(({ ttwu_to_tkread_ns }) => Number(ttwu_to_tkread_ns) > TICKS_NS);
  const updated = long.filter(({ tk_updates, order }) =>
    Number(tk_updates) >= 1 && /<tk_update</.test(order)
  );
  assert.ok(updated.length > 0 && updated.length >= long.length / 2, told.join("\n"));
  for (const row of updated) {
    assert.ok(BigInt(row.tk_update_ns) >= BigInt(row.ttwu_ns), JSON.stringify(row));
    assert.ok(BigInt(row.tk_update_ns) <= BigInt(row.tkread_ns), JSON.stringify(row));
  }
}

/** Rows of a time in which the clocksource is changed over and over, and windows are long. */
async function switching(guest: Guest): Promise<readonly TextRow[]> {
  const script =
    `while :; do for c in hpet acpi_pm; do echo $c >${CLOCKSOURCE_FOLDER}/current_clocksource; done; done`;
  const tasks = INJECTIONS.find(({ part }) => part === "tasks")!;
  return await measured(guest, { ...tasks, begin: `${tasks.begin}\nbegin sh -c '${script}'` });
}

function assertSwitched(rows: readonly TextRow[]): void {
  // The chain stays open until the read has returned.
  const switched = rows.filter(({ clocksource_switches, clocksource_switch_ns, tkread_ns }) =>
    clocksource_switches === "1" && BigInt(clocksource_switch_ns) < BigInt(tkread_ns)
  );
  assert.ok(switched.length > 0, "no run had one switch before its read");
  for (const row of switched) {
    const told = JSON.stringify(row);
    assert.ok(Number(row.tk_updates) >= 1, told);
    if (row.tk_ttwu_torn === "true" || row.tk_tkread_torn === "true") continue;
    assert.equal(row.tk_ttwu_clock, row.clocksource_from, told);
    assert.equal(row.tk_tkread_clock, row.clocksource_to, told);
  }
  // One reading never has one clock's name and another one's rate, unless it says that it is torn.
  const rates = new Map<string, { mult: number; shift: string }>();
  for (const row of rows) {
    for (const at of ["ttwu", "tkread"] as const) {
      if (row[`tk_${at}_torn`] === "true") continue;
      const rate = { mult: Number(row[`tk_${at}_mult`]), shift: row[`tk_${at}_shift`] };
      const known = rates.get(row[`tk_${at}_clock`]) ?? rate;
      rates.set(row[`tk_${at}_clock`], known);
      assert.equal(rate.shift, known.shift, JSON.stringify(row));
      // NTP may slew it by 500 ppm.
      assert.ok(Math.abs(rate.mult / known.mult - 1) < 2e-3, JSON.stringify(row));
    }
  }
}

Deno.test("with idle=poll the CPU leaves another idle state", async () => {
  await using polling = await injectedGuest("trixie-cloud", { kernelArgs: ["idle=poll"] });
  const states = (rows: readonly TextRow[]) =>
    new Set(rows.map(({ idle_state }) => idle_state).filter((state) => state !== ""));
  assert.deepEqual(states(await measured(polling, null)), new Set(["0"]));
});

Deno.test("where waiters form a queue, contention of the runqueue's lock and of pi_lock is seen by its events", async () => {
  await using guest = await injectedGuest("trixie-cloud", BARE_METAL);
  assert.equal(await text(guest, "grep -c hypervisor /proc/cpuinfo || true"), "0");
  for (const row of await contended(guest, QUEUED, "rq_lock_contended_ns")) {
    assertRow(row);
    const told = JSON.stringify(row);
    // The wait by the events lies within the wait by the lock's own function.
    const waited = BigInt(row.rq_lock_ns) - BigInt(row.rq_lock_asked_ns);
    assert.ok(BigInt(row.rq_lock_contended_ns) > 0n && BigInt(row.rq_lock_contended_ns) <= waited, told);
    assert.equal(row.rq_lock_contended_cpu, row.rq_cpu, told);
    assert.notEqual(row.rq_lock_contended_comm, "", told);
  }
  for (const row of await contended(guest, QUEUED_PI_LOCK, "pi_lock_contended_ns")) {
    assertRow(row);
    const told = JSON.stringify(row);
    // From the entry of try_to_wake_up to sched_waking, under the lock.
    const waited = BigInt(row.waking_ns) - BigInt(row.ttwu_ns);
    const told_ns = BigInt(row.pi_lock_contended_ns);
    assert.ok(told_ns > 0n && told_ns <= waited, told);
  }
});

/** Rows with that column: the call that makes the second waiter may come too late for a whole series. */
async function contended(
  guest: Guest,
  injection: Injection,
  column: "rq_lock_contended_ns" | "pi_lock_contended_ns",
): Promise<readonly TextRow[]> {
  for (let left = SERIES - 1;; left--) {
    const rows = await measured(guest, injection);
    const met = rows.filter((row) => row[column] !== "");
    if (met.length > 0) return met;
    assert.ok(left > 0, rows.map((row) => row[`part_${injection.part}_ns`]).join());
  }
}
