/**
 * Several settings at a time, and settings other than the clocksource; what they share is in
 * clocksource_test.ts.
 */

import assert from "node:assert/strict";
import type { SystemSettings } from "../../../runbook/machine/system_settings.ts";
import { changeSystem, checkSystem } from "../../../runbook/machine/system_settings.ts";
import { CLOCKSOURCE, disableOf, PaperSystem } from "./paper_system.ts";

const ANY: SystemSettings = { clocksource: null, deepestIdleState: null, cpuLatencyUs: null };
const C1: SystemSettings = { ...ANY, deepestIdleState: "C1" };
const BUSY: SystemSettings = { ...ANY, cpuLatencyUs: 0 };
const ALL: SystemSettings = { clocksource: "tsc", deepestIdleState: "POLL", cpuLatencyUs: 20 };

Deno.test("deeper idle states are disabled on all CPUs until the scope ends, and nothing is left", () => {
  using system = new PaperSystem();
  checkSystem(C1, true, system);
  assert.throws(() => {
    using _change = changeSystem(C1, true, system);
    assert.deepEqual([system.disabled, system.left], [["0:2", "1:2"], ["changed"]]);
    throw new Error("a run failed");
  }, /a run failed/);
  assert.deepEqual([system.disabled, system.left], [[], []]);
  assert.deepEqual(system.said, [
    "disabling idle states deeper than C1: C6 on CPU 0-1; they are enabled again at the end",
  ]);
});

Deno.test("deeper idle states that may not be disabled are refused with their names and what to do", () => {
  using system = new PaperSystem();
  assert.throws(() => checkSystem({ ...ANY, deepestIdleState: "POLL" }, false, system), {
    exitCode: 3,
    found: "the runbook wants no idle state deeper than POLL; enabled: C1 on CPU 0-1, C6 on CPU 0-1",
    remedy: /echo 1 .*cpuidle.*--allow-system-changes$/,
  });
  assert.deepEqual(system.disabled, []);
});

Deno.test("states that somebody has disabled already are left so, and are no change", () => {
  using system = new PaperSystem();
  for (const cpu of [0, 1]) system.files.set(disableOf(cpu, 2), "1\n");
  checkSystem(C1, false, system);
  {
    using _nothing = changeSystem(C1, false, system);
    assert.deepEqual([system.left, system.said], [[], []]);
  }
  assert.deepEqual(system.disabled, ["0:2", "1:2"]);
});

Deno.test("a state that a CPU does not have is refused with those that it has, and so is a machine without any", () => {
  using system = new PaperSystem();
  assert.throws(() => checkSystem({ ...ANY, deepestIdleState: "C7" }, true, system), {
    exitCode: 3,
    found: "the runbook wants C7 as the deepest idle state, CPU 0 has POLL, C1, C6",
  });
  system.files.set("/sys/devices/system/cpu/online", "0-2\n");
  assert.throws(() => checkSystem(C1, true, system), {
    exitCode: 3,
    found:
      /^the runbook wants C1 as the deepest idle state, CPU 2 has none to choose from \(no cpuidle in \/sys/,
  });
});

Deno.test("a latency is held until the scope ends; the kernel would undo it: nothing is written down", () => {
  using system = new PaperSystem();
  checkSystem(BUSY, true, system);
  {
    using _held = changeSystem(BUSY, true, system);
    assert.deepEqual([system.latencies, system.left], [[0], []]);
  }
  assert.deepEqual([system.latencies, system.said], [[], ["holding the CPU latency at 0 us until the end"]]);
});

Deno.test("a latency that may not be held, or cannot be, is refused", () => {
  using system = new PaperSystem();
  assert.throws(() => checkSystem(BUSY, false, system), {
    exitCode: 3,
    found: "the runbook wants a CPU latency of 0 us, and none is asked for",
    remedy: /--allow-system-changes/,
  });
  system.latencies.push(50);
  assert.throws(() => checkSystem(BUSY, false, system), { found: /and it is 50 us$/ });
  system.hasLatency = false;
  assert.throws(() => checkSystem(BUSY, true, system), {
    exitCode: 3,
    found: /^the runbook wants a CPU latency of 0 us, and \/dev\/cpu_dma_latency is missing/,
  });
});

Deno.test("a latency that another program holds is right when it is the declared one, and refused when it is lower", () => {
  using system = new PaperSystem();
  system.latencies.push(20);
  const wanted = { ...ANY, cpuLatencyUs: 20 };
  checkSystem(wanted, false, system);
  {
    using _nothing = changeSystem(wanted, false, system);
    assert.deepEqual(system.latencies, [20]);
  }
  system.latencies.push(5);
  const lower = {
    exitCode: 3,
    found: "the runbook wants a CPU latency of 20 us, another program holds /dev/cpu_dma_latency at 5 us",
    remedy: /declare "5us"$/,
  };
  assert.throws(() => checkSystem(wanted, true, system), lower);
  assert.deepEqual(system.latencies, [20, 5]);
});

Deno.test("all at a time are made and undone together, in one state", () => {
  using system = new PaperSystem();
  checkSystem(ALL, true, system);
  {
    using _change = changeSystem(ALL, true, system);
    assert.deepEqual([system.clocksource, system.latencies], ["tsc", [20]]);
    assert.deepEqual(system.disabled, ["0:1", "0:2", "1:1", "1:2"]);
    assert.deepEqual(system.left, ["changed"]);
  }
  assert.deepEqual([system.clocksource, system.latencies, system.disabled, system.left], [
    "hpet",
    [],
    [],
    [],
  ]);
});

Deno.test("a setting that the kernel does not take undoes those before it, and the latency", () => {
  using system = new PaperSystem();
  system.onWrite = (path, text) => path !== disableOf(1, 1) && (system.files.set(path, `${text}\n`), true);
  assert.throws(() => changeSystem(ALL, true, system), {
    exitCode: 3,
    found: `cannot set ${disableOf(1, 1)} to 1: it cannot be written`,
  });
  assert.deepEqual([system.clocksource, system.latencies, system.disabled, system.left], [
    "hpet",
    [],
    [],
    [],
  ]);
});

/** The state of a call that was killed after it had changed the first settings of `ALL`. */
function killedAfter(system: PaperSystem, changed: number): void {
  const change = changeSystem({ ...ALL, cpuLatencyUs: null }, true, system);
  const written = Deno.readTextFileSync(`${system.folder}/changed`);
  const settings: { path: string; from: string }[] = JSON.parse(written).settings;
  change[Symbol.dispose]();
  for (const { path } of settings.slice(0, changed)) {
    system.files.set(path, path === CLOCKSOURCE ? "tsc\n" : "1\n");
  }
  Deno.writeTextFileSync(`${system.folder}/changed`, written);
  system.said.length = 0;
}

Deno.test("whatever a killed call had changed is set back by the next one, which says what, in a few lines", () => {
  for (const changed of [0, 1, 2, 5]) {
    using system = new PaperSystem();
    killedAfter(system, changed);
    checkSystem(ANY, false, system);
    assert.deepEqual([system.clocksource, system.disabled, system.left], ["hpet", [], []]);
    assert.equal(system.said.length, Math.min(changed, 2), system.said.join("\n"));
    if (changed < 5) continue;
    assert.deepEqual(system.said, [
      `notice: ${disableOf(1, 2)} and 3 more were left at 1 by a probe run that was killed; they are 0 again`,
      `notice: ${CLOCKSOURCE} was left at tsc by a probe run that was killed; it is hpet again`,
    ]);
  }
});

Deno.test("what cannot be set back is said with the command for all of it, and the next call tries again", () => {
  using system = new PaperSystem();
  killedAfter(system, 5);
  const { onWrite } = system;
  system.onWrite = (path, text) => path === CLOCKSOURCE && onWrite(path, text);
  checkSystem(ANY, false, system);
  assert.deepEqual([system.clocksource, system.disabled.length, system.left], ["hpet", 4, ["changed"]]);
  const paths = [disableOf(1, 2), disableOf(1, 1), disableOf(0, 2), disableOf(0, 1)];
  assert.deepEqual(system.said, [
    `notice: ${paths[0]} and 3 more cannot be set back to 0; do it by hand: echo 0 | tee ${paths.join(" ")}`,
  ]);
  system.onWrite = onWrite;
  checkSystem(ANY, false, system);
  assert.deepEqual([system.disabled, system.left], [[], []]);
});

Deno.test("an idle state that somebody else has enabled again is as it was", () => {
  using system = new PaperSystem();
  {
    using _change = changeSystem(C1, true, system);
    system.files.set(disableOf(0, 2), "0\n");
  }
  assert.deepEqual([system.disabled, system.left, system.said.length], [[], [], 1]);
});

Deno.test("while another call holds settings, one that declares some is refused; a latency is not shared state", () => {
  using system = new PaperSystem();
  using _change = changeSystem(C1, true, system);
  checkSystem(ANY, false, system);
  checkSystem(BUSY, true, system);
  assert.throws(() => checkSystem(C1, true, system), {
    exitCode: 1,
    found: /^another probe run has changed/,
  });
  assert.throws(() => checkSystem({ ...ANY, clocksource: "hpet" }, true, system), { exitCode: 1 });
});
