import assert from "node:assert/strict";
import { Failure } from "../../../analysis/failure.ts";
import type { LatestEdge } from "../../../ffi/trigger.ts";
import { PulseWatch } from "../../../runbook/vcpu/pulse_watch.ts";

const NEVER = new AbortController().signal;
const REAL_NS = 1_700_000_000_000_000_000n;
const SCALE = { offset: 0n, ratio: 1n, fraction_bits: 0 };

/** A machine in which half a second passes with each poll; its device gives a pulse every second. */
class Machine {
  #ns = 0n;
  polls = 0;
  disposed = 0;
  stopped = false;
  /** Whether each pulse has a phase of its own. */
  restless = false;
  #latest: LatestEdge | null = null;

  readonly source = {
    path: "/dev/pps0",
    latest: () => {
      this.polls++;
      this.#ns += 500_000_000n;
      const pulse = (this.#ns - 100_000_000n) / 1_000_000_000n;
      if (!this.stopped && pulse > 0n) {
        const late = this.restless ? pulse * pulse * 70_000_000n % 1_000_000_000n : 0n;
        this.#latest = { realNs: REAL_NS + pulse * 1_000_000_000n + late, sequence: Number(pulse) };
      }
      return this.#latest;
    },
    [Symbol.dispose]: () => void this.disposed++,
  };

  watch(): PulseWatch {
    const sample = () => ({
      mono_ns: this.#ns,
      counter: 2n * this.#ns,
      uncertainty_ns: 20,
      realtime_ns: REAL_NS,
      realtime_uncertainty_ns: 20,
    });
    return new PulseWatch(this.source, sample, 1);
  }
}

Deno.test("a watch takes each pulse once, waits for enough of them, and says when the next ones come", async () => {
  const machine = new Machine();
  {
    using watch = machine.watch();
    const { clock, at, period } = await watch.foresee(SCALE, NEVER);
    assert.deepEqual([clock, period], ["counter", 2e9]);
    assert.equal(at % 2_000_000_000n, 0n);
    assert.ok(watch.asserts.length >= 8);
    const seconds = watch.asserts.map(({ realNs }) => (realNs - REAL_NS) / 1_000_000_000n);
    assert.deepEqual(seconds, seconds.map((_, i) => BigInt(i + 1)));
    // What was foreseen before is not enough: the device may have stopped since.
    const before = watch.asserts.length;
    const again = await watch.foresee(null, NEVER);
    assert.deepEqual([again.clock, again.period], ["host", 1e9]);
    assert.ok(watch.asserts.length > before);
  }
  assert.equal(machine.disposed, 1);
});

Deno.test("while a watch pauses, nobody asks the device", async () => {
  const machine = new Machine();
  using watch = machine.watch();
  watch.begin();
  watch.pause();
  const { polls } = machine;
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(machine.polls, polls);
});

Deno.test("a device that has stopped foresees nothing, whatever it gave before", async () => {
  const machine = new Machine();
  using watch = machine.watch();
  await watch.foresee(SCALE, NEVER);
  machine.stopped = true;
  await assert.rejects(
    watch.foresee(SCALE, NEVER),
    (error) =>
      error instanceof Failure && error.exitCode === 1 &&
      error.found === "/dev/pps0 has stopped: no pulse came for 10 s",
  );
});

Deno.test("a device whose pulses do not come every second foresees nothing", async () => {
  const machine = new Machine();
  machine.restless = true;
  using watch = machine.watch();
  await assert.rejects(
    watch.foresee(SCALE, NEVER),
    /\/dev\/pps0 gives no pulse every second: none can be foreseen/,
  );
});

Deno.test("whoever waits for pulses can be interrupted", async () => {
  const machine = new Machine();
  machine.stopped = true;
  using watch = machine.watch();
  await assert.rejects(watch.foresee(SCALE, AbortSignal.abort()), /interrupted while pulses were awaited/);
});
