import assert from "node:assert/strict";
import { QUESTIONS } from "../../../analysis/compare/questions.ts";
import { VERDICTS } from "../../../analysis/compare/verdict.ts";
import { abInEmulatedHost, startEmulatedHost } from "../../../build/tasks/emulated_host.ts";
import { type Attempt, measuredInLab } from "./lab_attempts.ts";
import { assertSound, type Measurement, parseMeasurement } from "../../harness/measurement.ts";

const RUNS = 32;
const PROTOCOL = ["--wake", "timer,pipe", "--load", "idle,cpu:2", "--period", "200ms"];

interface Measured {
  readonly stdout: string;
  readonly stderr: string;
  readonly a: Measurement;
  readonly b: Measurement;
}

async function measureOnce({ cpus, limitMs }: Attempt): Promise<Measured> {
  await using host = await startEmulatedHost({ cpus, onConsole: (line) => console.error(`host | ${line}`) });
  const args = ["--runs", `${RUNS}`, ...PROTOCOL, "--format", "json"];
  const { code, stdout, stderr, files } = await abInEmulatedHost(host, args, limitMs);
  assert.equal(code, 0, stderr);
  const [a, b] = files.map((file) => parseMeasurement(new TextDecoder().decode(file)));
  return { stdout, stderr, a: a!, b: b! };
}

/**
 * QEMU emulates AMD's SVM, so the emulated guest can run its own guest under KVM, whose clock is kvm-clock:
 * the only way to test that clock on a machine without virtualisation.
 */
Deno.test("probe ab measures a host and a KVM guest with kvm-clock under one protocol", async (t) => {
  const { stdout, stderr, a, b } = await measuredInLab(measureOnce);
  await t.step("all runs are complete on both sides, at the full tier, and nothing is lost", () => {
    for (const side of [a, b]) {
      assertSound(side, RUNS);
      assert.equal(side.meta.tier, "full");
      assert.equal(side.end?.lost_events, 0);
    }
  });
  await t.step("mixed wakes and loads show more than one signature on either side", () => {
    for (const { rows, meta } of [a, b]) {
      const cells = new Set(rows.map(({ wake, load }) => `${wake} ${load}`));
      assert.deepEqual([...cells].sort(), ["pipe cpu:2", "pipe idle", "timer cpu:2", "timer idle"]);
      const signatures = new Set(rows.map(({ signature }) => signature));
      assert.ok(signatures.size >= 2, `${meta.env}: ${[...signatures].join(", ")}`);
    }
  });
  await t.step("the VM runs under KVM with kvm-clock, and its file says so", () => {
    assert.match(stderr, /^B: a throwaway guest with .*, under KVM$/m);
    assert.equal(b.meta.accelerator, "kvm");
    assert.equal(b.meta.virtualization, "kvm");
    assert.equal(b.meta.clocksource.current, "kvm-clock");
    for (const row of b.rows) assert.equal(row.clocksource, "kvm-clock");
    assert.equal(a.meta.accelerator, undefined);
    assert.notEqual(a.meta.clocksource.current, "kvm-clock");
  });
  await t.step("kernel, protocol and tier are the same, and nothing of them confounds the comparison", () => {
    assert.equal(a.meta.kernel, b.meta.kernel);
    assert.equal(a.meta.runbook_sha256, b.meta.runbook_sha256);
    const [{ questions }] = JSON.parse(stdout).comparisons;
    assert.deepEqual(questions.map(({ name }: { name: string }) => name), QUESTIONS.map(({ name }) => name));
    for (const { verdict } of questions) {
      assert.ok(VERDICTS.includes(verdict), stdout);
      assert.notEqual(verdict, "CONFOUNDED", stdout);
    }
  });
});
