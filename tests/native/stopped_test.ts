import assert from "node:assert/strict";
import { EXECUTABLE } from "../../build/parts/executable.ts";
import { assertSoundHere, parseMeasurement } from "../harness/measurement.ts";

const RUNS = 40;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Also 0 while the file does not exist. */
async function rowsIn(path: string): Promise<number> {
  const text = await Deno.readTextFile(path).catch(() => "");
  return text.match(/^\d+,.*\n/gm)?.length ?? 0;
}

Deno.test("a probe that is stopped and continued does the run again whose target that woke, and outlives it", async () => {
  const folder = await Deno.makeTempDir({ prefix: "probe-stopped-" });
  try {
    const path = `${folder}/host.csv`;
    const wakes = "timer,pipe,futex,eventfd,signal";
    const child = new Deno.Command(EXECUTABLE, {
      args: ["run", "--runs", `${RUNS}`, "--period", "150ms", "--wake", wakes, "--out", path],
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    let ended = false;
    const output = child.output().finally(() => ended = true);
    // At most once per row: stops in step with the edges would spoil one edge after the other, and 20 in a
    // row end the series. A stop while no target sleeps wakes none, so it comes at another moment of the
    // period each time.
    for (let stops = 0, rows = -1; !ended;) {
      const written = await rowsIn(path);
      if (written === rows) {
        await pause(5);
        continue;
      }
      rows = written;
      await pause(10 * (stops++ % 15));
      if (ended) break;
      child.kill("SIGSTOP");
      await pause(10);
      if (!ended) child.kill("SIGCONT");
    }
    const { code, stderr } = await output;
    const said = new TextDecoder().decode(stderr);
    assert.equal(code, 0, said);
    const measurement = parseMeasurement(await Deno.readTextFile(path));
    assertSoundHere(measurement, RUNS);
    for (const row of measurement.rows) assert.ok(Number(row.offset_ns) >= 0, JSON.stringify(row));
    const repeats = measurement.end?.notices?.filter((notice) => notice.includes("was done again")) ?? [];
    assert.ok(repeats.length > 0, said);
    for (const notice of repeats) {
      assert.match(notice, /^run \d+ was done again: something else than its edge woke the target$/);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
