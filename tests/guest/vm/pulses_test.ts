import assert from "node:assert/strict";
import { EXIT, Failure } from "../../../analysis/failure.ts";
import { foreseenArguments, foreseenFor, requireFollowing } from "../../../guest/vm/pulses.ts";
import { PulseWatch } from "../../../runbook/vcpu/pulse_watch.ts";

const NEVER = new AbortController().signal;
const REAL_NS = 1_700_000_000_000_000_000n;

/** A device that gives a pulse at each look, a second after the one before; that goes by as fast as it is looked. */
function watched(): PulseWatch {
  let seconds = 0n;
  const source = {
    path: "/dev/pps0",
    latest: () => ({ realNs: REAL_NS + ++seconds * 1_000_000_000n, sequence: Number(seconds) }),
    [Symbol.dispose]: () => {},
  };
  const sample = () => ({
    mono_ns: seconds * 1_000_000_000n + 500_000_000n,
    counter: seconds * 3_000_000_000n + 1_500_000_000n,
    uncertainty_ns: 20,
    realtime_ns: REAL_NS,
    realtime_uncertainty_ns: 20,
  });
  return new PulseWatch(source, sample, 1);
}

const GUEST = { who: "the guest", notFollowed: null };
const pps = (outcome: string) => ({ checks: [{ id: "pps", outcome, found: "", remedy: null }] });

function decided(vm: Parameters<typeof foreseenFor>[0], outcome: string, isNamed = true, has = true) {
  const said: string[] = [];
  using pulses = watched();
  const foreseen = foreseenFor(vm, has ? pulses : null, pps(outcome), isNamed, (line) => said.push(line));
  return { foresees: foreseen !== null, said };
}

Deno.test("a VM with a device has pulses of its own, and one without has its host's, as foreseen", () => {
  assert.deepEqual(decided(GUEST, "yes"), {
    foresees: false,
    said: ["the guest has a PPS device, and takes its pulses from there"],
  });
  for (const outcome of ["no", "could not tell"]) {
    assert.deepEqual(decided(GUEST, outcome), {
      foresees: true,
      said: ["the guest has no PPS device: its timer stands for the pulses of /dev/pps0, as foreseen"],
    });
  }
  assert.deepEqual(decided(GUEST, "no", true, false), { foresees: false, said: [] });
});

function refused(found: string, remedy: RegExp) {
  return (error: unknown) =>
    error instanceof Failure && error.exitCode === EXIT.cannotMeasure && error.found === found &&
    remedy.test(error.remedy);
}

Deno.test("a VM whose clocks cannot be known here is refused before anything is measured, unless it has a device", () => {
  const emulated = { who: "the guest", notFollowed: "the VM is emulated: KVM does not run it" };
  const whom = "has no PPS device, and pulses cannot be foreseen for it";
  assert.throws(
    () => decided(emulated, "no"),
    refused(`the guest ${whom}: the VM is emulated: KVM does not run it`, /use the timer$/),
  );
  assert.throws(
    () => decided({ who: "root@vm", notFollowed: null }, "no", false),
    refused(`root@vm ${whom}: its process on this machine is not named`, /name its process with --vm$/),
  );
  assert.throws(
    () => requireFollowing(GUEST, "no BPF here"),
    refused(`the guest ${whom}: no BPF here`, /use the timer$/),
  );
  requireFollowing(GUEST, null);
  assert.equal(decided(emulated, "yes").foresees, false);
});

Deno.test("pulses are foreseen on the VM's counter, or by ptp_kvm with the reason", async () => {
  using pulses = watched();
  const said: string[] = [];
  const asked = (scale: Parameters<typeof foreseenArguments>[1]) =>
    foreseenArguments(pulses, scale, NEVER, (line) => said.push(line));
  const scale = { offset: 5n, ratio: 1n, fraction_bits: 0 };
  const [option, counter] = await asked(scale);
  assert.equal(option, "--foreseen");
  assert.match(counter!, /^counter:\d+5\+3000000000\.000$/);
  assert.deepEqual(said, []);
  const [, host] = await asked("debugfs cannot be read");
  assert.match(host!, /^host:17\d+000000000\+1000000000\.000$/);
  assert.deepEqual(said, [
    "the pulses are foreseen on this machine's clock, by ptp_kvm: debugfs cannot be read",
  ]);
});
