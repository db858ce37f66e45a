import assert from "node:assert/strict";
import { capture } from "../../../build/process/command.ts";

const FIRST = 1_000;
const ALL = 11_000;

/**
 * What a run may leave behind: its two durations for the median take 16 bytes, in columns that double when
 * they are full; the rest is noise of the garbage collector.
 */
const MOST_BYTES_PER_RUN = 100;

Deno.test("10,000 runs leave nothing behind in memory but their durations", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "probe-memory-" });
  try {
    const script = [
      "--v8-flags=--expose-gc",
      "tests/runbook/run/many_runs.ts",
      String(FIRST),
      String(ALL),
      folder,
    ];
    const { code, stdout, stderr } = await capture([
      Deno.execPath(),
      "run",
      "--allow-all",
      "--no-check",
      ...script,
    ]);
    assert.equal(code, 0, stderr);
    const { before, after, rows, timeout } = JSON.parse(stdout);
    assert.deepEqual({ rows, timeout }, { rows: ALL, timeout: ALL / 100 });
    const perRun = (after - before) / (ALL - FIRST);
    assert.ok(perRun < MOST_BYTES_PER_RUN, `${perRun} bytes a run: ${before} before, ${after} after`);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
