import assert from "node:assert/strict";
import { wakesFor } from "../../runbook/protocol/wakes.ts";
import { assertRow } from "../harness/measurement.ts";
import { compiled } from "../harness/compiled.ts";
import { drive, drivenGuest, foreignGuest, text } from "../harness/driven_guest.ts";
import type { Driven, Series } from "../harness/driver.ts";
import { PATCHED_ALONE } from "../harness/kernel_guest.ts";
import { type Observation, type Observed, observed, observing, PROBED } from "../harness/observer.ts";

const RUNS_PER_WAKE = 42;

const WAKES = wakesFor("timer");

const us = (ns: string) => Number(ns) / 1000;

/** tracefs rounds to 1 us, at each end of a difference. */
const ROUNDING_US = 2;

/** How far around a missed wakeup the observer's events are printed. */
const AROUND_US = 2000;

/**
 * An emulated CPU may be stopped by its machine between two stamps: this many of 100 latencies may be off
 * because of it.
 */
const STOPPED = 0.02;

/**
 * The same when one thread emulates all CPUs, which then stop for each other too: 5 of 210 were off. With a
 * stamp in the wrong place most of them would be.
 */
const STOPPED_BY_EACH_OTHER = 0.1;

/**
 * The observer's account of the same wakeup: its sched_waking lies between our try_to_wake_up and our
 * sched_wakeup, however long the machine stood still in between. When it has none, prints what the observer
 * did see.
 */
function sameWakeup({ wakeups, lines }: Observation, { row }: Driven): Observed {
  const [from, to] = [us(row.ttwu_ns) - ROUNDING_US, us(row.wakeup_ns) + ROUNDING_US];
  const [same, ...more] = wakeups.filter(({ pid, wakingUs }) =>
    pid === Number(row.pid) && from <= wakingUs && wakingUs <= to
  );
  const told = () => `${JSON.stringify(row)}, observed:\n${near(lines, row)}`;
  assert.ok(same !== undefined, `nobody else saw ${told()}`);
  assert.equal(more.length, 0, `seen more than once: ${told()}`);
  return same;
}

/** What the observer saw around a wakeup, event by event. */
function near(lines: Observation["lines"], { ttwu_ns, wakeup_ns }: Driven["row"]): string {
  return lines.filter((line) => us(ttwu_ns) - AROUND_US <= line.us && line.us <= us(wakeup_ns) + AROUND_US)
    .map((line) => JSON.stringify(line)).join("\n");
}

function assertAgreement({ row, migrateCpu }: Driven, theirs: Observed, { lines }: Observation): void {
  const ours = {
    wakerPid: Number(row.waker_pid),
    wakerCpu: Number(row.waker_cpu),
    flags: Number(row.wake_flags_entry),
    prevCpu: Number(row.prev_cpu),
    targetCpu: Number(row.target_cpu),
    migratedTo: migrateCpu,
    otherCpuActivates: row.path === "wakelist",
  };
  const { wakerPid, wakerCpu, flags, targetCpu } = theirs;
  const [prevCpu, migratedTo] = theirs.pulled && migrateCpu === null
    ? [theirs.migratedTo, null]
    : [theirs.prevCpu, theirs.migratedTo];
  const otherCpuActivates = theirs.wakeupSaidOn !== theirs.wakerCpu;
  assert.deepEqual(
    ours,
    { wakerPid, wakerCpu, flags, prevCpu, targetCpu, migratedTo, otherCpuActivates },
    `ours ${JSON.stringify(row)}, theirs ${JSON.stringify(theirs)}, observed:\n${near(lines, row)}`,
  );
}

/** Both describe the same instants: each of our stages lies between the observer's neighbouring events. */
function assertSameOrder({ row }: Driven, theirs: Observed): void {
  const { wakingUs, wakeupUs, switchUs, ttwuUs } = theirs;
  const said = `ours ${JSON.stringify(row)}, theirs ${JSON.stringify(theirs)}`;
  assert.ok(ttwuUs <= wakingUs && wakingUs <= wakeupUs, said);
  const between = (from: number, ns: string, to: number) =>
    assert.ok(from - ROUNDING_US <= us(ns) && us(ns) <= to + ROUNDING_US, said);
  between(-Infinity, row.ttwu_ns, wakingUs);
  between(wakingUs, row.wakeup_ns, switchUs ?? Infinity);
  if (row.switch_ns === "") {
    // Woken before it had left its CPU: if it is switched in at all, it has read the clock by then.
    assert.ok(row.path === "runnable" || row.path === "self", said);
    between(wakeupUs, row.tkread_task_ns, switchUs ?? Infinity);
    return;
  }
  assert.ok(switchUs !== null && wakeupUs <= switchUs, said);
  between(wakeupUs, row.switch_ns, Infinity);
  between(switchUs, row.tkread_task_ns, Infinity);
}

/**
 * How much the ttwu->switch latencies differ beyond the observer's own cost, in words; null: not at all, or
 * the target was not switched in.
 */
function latencyOff({ row }: Driven, { ttwuUs, wakingUs, wakeupUs, switchUs }: Observed): string | null {
  if (row.switch_ns === "" || switchUs === null) return null;
  const [ours, theirs] = [us(row.switch_ns) - us(row.wakeup_ns), switchUs - wakeupUs];
  // Between the observer's first and second event, the programs of both observers run once.
  const cost = wakingUs - ttwuUs;
  return Math.abs(ours - theirs) > cost + ROUNDING_US
    ? `ours ${ours} us, theirs ${theirs} us, cost ${cost} us`
    : null;
}

for (
  const [kernel, architecture] of [
    ["bookworm-cloud", Deno.build.arch],
    ["trixie-cloud", Deno.build.arch],
    ["trixie-backports-cloud", Deno.build.arch],
    ["trixie-cloud", "aarch64"],
  ] as const
) {
  Deno.test(`the kernel's own trace events agree with every wakeup, with ${kernel} on ${architecture}`, async () => {
    const isForeign = architecture !== Deno.build.arch;
    await using guest = isForeign ? await foreignGuest(kernel, architecture) : await drivenGuest(kernel);
    const { begin, end } = await observing(guest, "probe-target");
    const series = WAKES.map(({ name }, i): Series => ({
      name,
      wake: name,
      runs: RUNS_PER_WAKE,
      periodNs: 20_000_000,
      ...(i === 0 ? { before: begin } : {}),
      ...(i === WAKES.length - 1 ? { after: end } : {}),
    }));
    const driven = await drive(guest, { require: "full", series });
    const observation = await observed(guest);
    const runs = WAKES.flatMap(({ name }) => driven.of(name));
    assert.ok(runs.length >= 200);
    const off: string[] = [];
    for (const run of runs) {
      const theirs = sameWakeup(observation, run);
      assertRow(run.row);
      assertAgreement(run, theirs, observation);
      assertSameOrder(run, theirs);
      const difference = latencyOff(run, theirs);
      if (difference !== null) off.push(difference);
    }
    const stopped = PATCHED_ALONE.has(kernel) ? STOPPED_BY_EACH_OTHER : STOPPED;
    assert.ok(off.length <= stopped * runs.length, off.join("\n"));
  });
}

const RIVAL_PERIOD_NS = 20_000_000;

/**
 * Each run has the first wakeup that began after its edge, and of its wakers the one that woke the target;
 * for a run without a wakeup, the whole machine slept through it.
 */
function assertFirst(run: Driven, observation: Observation): void {
  const { row } = run;
  const first = observation.wakeups.find(({ ttwuUs }) => ttwuUs > us(row.edge_ns) + ROUNDING_US);
  const said = `${JSON.stringify(row)}, observed first ${JSON.stringify(first)}`;
  if (row.last_stage === "none") {
    assert.ok(first === undefined || first.ttwuUs > us(row.edge_ns) + RIVAL_PERIOD_NS / 2000, said);
    return;
  }
  assert.ok(first !== undefined && us(row.ttwu_ns) - ROUNDING_US <= first.wakingUs, said);
  if (row.status === "complete") assertAgreement(run, sameWakeup(observation, run), observation);
}

Deno.test("of two wakers at once the row has the one that the kernel's own trace events name", async () => {
  await using guest = await drivenGuest("trixie-cloud");
  await guest.writeFile("/opt/rivals", await compiled("tests/harness/programs/rivals.c"), 0o755);
  const pid = Number(await text(guest, "/opt/rivals >/dev/null 2>&1 & echo $!"));
  const { begin, end } = await observing(guest, "rival-target");
  for (const tier of ["full", "kprobe"] as const) {
    const driven = await drive(guest, {
      require: tier,
      series: [{ name: tier, pid, runs: 200, periodNs: RIVAL_PERIOD_NS, before: begin, after: end }],
    });
    const observation = await observed(guest);
    const runs = driven.of(tier);
    for (const run of runs) assertFirst(run, observation);
    assert.ok(
      runs.filter(({ row }) => row.status === "complete").length > runs.length / 2,
      JSON.stringify(runs),
    );
    // A waker often enough found the target already awake, and each waker has been first.
    const entries = observation.lines.filter(({ event }) => event === PROBED).length;
    const told = `${entries} entries, ${observation.wakeups.length} wakeups`;
    assert.ok(entries >= observation.wakeups.length + 10, told);
    assert.equal(new Set(observation.wakeups.map(({ wakerPid }) => wakerPid)).size, 2, told);
  }
});
