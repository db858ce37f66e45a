/**
 * Settings of this machine that a runbook declares. Idle states, which VMs lack, are in
 * tests/kernels/idle_states_test.ts.
 */

import assert from "node:assert/strict";
import { capture } from "../../build/process/command.ts";
import { EXECUTABLE } from "../../build/parts/executable.ts";
import { parseMeasurement } from "../harness/measurement.ts";

const DEVICE = "/dev/cpu_dma_latency";

/** The value in force, us. */
const latency = () => new Int32Array(Deno.readFileSync(DEVICE).buffer)[0];

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

class Place implements Disposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "probe-system-" });
  readonly out = `${this.folder}/out.csv`;

  arguments(toml: string, ...options: string[]): string[] {
    Deno.writeTextFileSync(`${this.folder}/lab.toml`, toml);
    return ["run", "--runbook", `${this.folder}/lab.toml`, "--out", this.out, ...options];
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

const TOML = 'cpu_dma_latency = "17us"\nperiod = "50ms"\n';

Deno.test("a CPU latency is held only when that is allowed, and said in the file", async () => {
  using place = new Place();
  const before = latency();
  const refused = await capture([EXECUTABLE, ...place.arguments(TOML)]);
  assert.equal(refused.code, 3, refused.stderr);
  assert.match(
    refused.stderr,
    /^probe: the runbook wants a CPU latency of 17 us, and .*--allow-system-changes/,
  );
  assert.throws(() => Deno.statSync(place.out), Deno.errors.NotFound);
  const args = place.arguments(TOML, "--runs", "3", "--allow-system-changes");
  const { code, stderr } = await capture([EXECUTABLE, ...args]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^holding the CPU latency at 17 us until the end$/m);
  const { meta } = parseMeasurement(Deno.readTextFileSync(place.out));
  assert.deepEqual([meta.attributes?.cpu_dma_latency_us, meta.runbook.cpu_dma_latency_ns], [17, 17_000]);
  assert.equal(latency(), before);
});

for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
  Deno.test(`a CPU latency is held while runs last, and no longer after ${signal}`, async () => {
    using place = new Place();
    const before = latency();
    const args = place.arguments(TOML, "--runs", "1000", "--allow-system-changes", "--quiet");
    const child = new Deno.Command(EXECUTABLE, { args, stdout: "null", stderr: "null" }).spawn();
    let ended = false;
    const status = child.status.finally(() => ended = true);
    for (let left = 2000; left > 0 && !ended && latency() !== 17; left--) await pause(5);
    const during = latency();
    child.kill(signal);
    await status;
    assert.deepEqual([during, latency()], [17, before]);
  });
}

Deno.test("a latency that another program holds lower is refused, with what is in force", async () => {
  using place = new Place();
  using device = Deno.openSync(DEVICE, { write: true });
  device.writeSync(new Uint8Array(new Int32Array([3]).buffer));
  const { code, stderr } = await capture([EXECUTABLE, ...place.arguments(TOML, "--allow-system-changes")]);
  assert.equal(code, 3, stderr);
  assert.match(stderr, /wants a CPU latency of 17 us, another program holds \/dev\/cpu_dma_latency at 3 us/);
});

Deno.test("idle states that this machine does not have are refused before anything is measured", async () => {
  using place = new Place();
  const args = place.arguments('deepest_idle_state = "C99"\n', "--allow-system-changes");
  const { code, stderr } = await capture([EXECUTABLE, ...args]);
  assert.equal(code, 3, stderr);
  assert.match(stderr, /^probe: the runbook wants C99 as the deepest idle state, CPU 0 has [^\n]+\n$/);
  assert.throws(() => Deno.statSync(place.out), Deno.errors.NotFound);
});
