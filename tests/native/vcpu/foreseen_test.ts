/** `probe run` as `probe ab` calls it in a VM without a PPS device, here on this machine, whose counter is its own. */

import assert from "node:assert/strict";
import { EXECUTABLE } from "../../../build/parts/executable.ts";
import { capture } from "../../../build/process/command.ts";
import { readClocks } from "../../../ffi/clocks.ts";
import { openNativeParts } from "../../../runbook/probes/native_parts.ts";
import { assertRow, parseMeasurement } from "../../harness/measurement.ts";

const { native } = await openNativeParts();
const NS_PER_S = 1e9;

/** Ticks of this machine's counter in a second. */
async function rate(): Promise<number> {
  const from = readClocks(native);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const to = readClocks(native);
  return Number(to.counter - from.counter) / Number(to.mono_ns - from.mono_ns) * NS_PER_S;
}

async function run(args: readonly string[]) {
  const folder = Deno.makeTempDirSync({ prefix: "probe-foreseen-" });
  try {
    const out = `${folder}/vm.csv`;
    const ended = await capture([EXECUTABLE, "run", "--require", "tracepoint", "--out", out, ...args]);
    const file = ended.code === 0 ? parseMeasurement(Deno.readTextFileSync(out)) : null;
    return { ...ended, file };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("a timer is set for each foreseen pulse, by the counter, and no edge is told", async () => {
  const period = await rate();
  // A third of a second away from whole seconds of any clock.
  const at = readClocks(native).counter + BigInt(Math.round(period / 3));
  const foreseen = `counter:${at}+${period.toFixed(3)}`;
  const args = ["--trigger", "pps:/dev/pps7", "--wake", "pps,pipe", "--foreseen", foreseen, "--runs", "6"];
  const { code, stderr, file } = await run(args);
  assert.equal(code, 0, stderr);
  const { meta, rows } = file!;
  assert.deepEqual([meta.pulse, meta.trigger_device, meta.runbook.trigger], ["foreseen", undefined, "pps"]);
  assert.deepEqual([...new Set(rows.map(({ wake }) => wake))].sort(), ["pipe", "timer"]);
  const pulses = rows.map((row) => {
    assertRow(row, "untold");
    const since = Number(BigInt(row.counter) - at);
    const pulse =
      (since - Number(BigInt(row.counter_mono_ns) - BigInt(row.foreseen_ns)) * period / NS_PER_S) /
      period;
    assert.ok(Math.abs(pulse - Math.round(pulse)) < 20e-6, `run ${row.run} at pulse ${pulse}`);
    assert.ok(BigInt(row.foreseen_ns) <= BigInt(row.ttwu_ns), `run ${row.run}`);
    return Math.round(pulse);
  });
  assert.deepEqual(pulses, [...new Set(pulses)].toSorted((a, b) => a - b));
});

Deno.test("without a clock of its host a VM cannot tell when its host's pulses come", async () => {
  const { code, stderr } = await run([
    "--trigger",
    "pps",
    "--foreseen",
    "host:1700000000000000000+1000000000",
  ]);
  assert.equal(code, 3);
  assert.match(
    stderr,
    /^probe: cannot tell when its host's pulses come: this VM has no clock of its host; /m,
  );
});

Deno.test("pulses are foreseen for the trigger pps alone", async () => {
  const { code, stderr } = await run(["--foreseen", "counter:1+1000000000"]);
  assert.equal(code, 2);
  assert.match(stderr, /^probe: --foreseen says when pulses come, and the trigger is timer; /m);
});

Deno.test("probe ab refuses a device that is not there before it starts a VM, and leaves nothing", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "probe-ab-" });
  try {
    const out = `${folder}/out`;
    const asked = ["ab", "--trigger", "pps:/dev/pps15", "--out-dir", out];
    const { code, stdout, stderr } = await capture([EXECUTABLE, ...asked]);
    assert.equal(code, 3);
    assert.equal(stdout, "");
    assert.match(
      stderr,
      /^probe: cannot take edges from \/dev\/pps15: there is no such device \(found: [^\n]*\n$/,
    );
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
