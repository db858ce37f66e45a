import assert from "node:assert/strict";
import { capture, run } from "../../build/process/command.ts";
import { EXECUTABLE } from "../../build/parts/executable.ts";
import { parseMeasurement } from "../harness/measurement.ts";

const RUNS = 300;
const ARGV = ["run", "--require", "tracepoint", "--runs", String(RUNS), "--period", "5ms", "--quiet"];

/** A separate file system with room for so many bytes, until disposed. */
async function smallDisk(bytes: number) {
  const folder = Deno.makeTempDirSync({ prefix: "probe-disk-" });
  await run(["mount", "-t", "tmpfs", "-o", `size=${bytes}`, "probe-test", folder]);
  return {
    folder,
    grow: (larger: number) => run(["mount", "-o", `remount,size=${larger}`, folder]),
    async [Symbol.asyncDispose]() {
      await run(["umount", folder]);
      Deno.removeSync(folder);
    },
  };
}

Deno.test("a disk that is full in the middle keeps every row before, is named with the reason, and once there is room the measurement goes on", async () => {
  await using disk = await smallDisk(65_536);
  const path = `${disk.folder}/host.csv`;
  const full = await capture([EXECUTABLE, ...ARGV, "--out", path]);
  assert.equal(full.code, 1, full.stderr);
  assert.equal(full.stdout, "");
  const said =
    /^probe: cannot write row (\d+) to (\S+): no space left on device \((\d+) rows are in it\); make room and go on with --resume\n$/
      .exec(full.stderr);
  assert.ok(said !== null, full.stderr);
  const [, row, name, rows] = said;
  assert.equal(name, path);
  assert.equal(Number(row), Number(rows) + 1);
  const text = Deno.readTextFileSync(path);
  const before = parseMeasurement(text);
  assert.deepEqual(
    before.rows.map(({ run }) => Number(run)),
    Array.from({ length: Number(rows) }, (_, i) => i + 1),
  );
  assert.equal(before.end, null);
  assert.ok(before.rows.length > 10 && before.rows.length < RUNS);

  await disk.grow(4 << 20);
  const resumed = await capture([EXECUTABLE, ...ARGV, "--out", path, "--resume"]);
  assert.equal(resumed.code, 0, resumed.stderr);
  const whole = Deno.readTextFileSync(path);
  assert.ok(whole.startsWith(text), "what was there stays as it was");
  const after = parseMeasurement(whole);
  assert.deepEqual(after.rows.map(({ run }) => Number(run)), Array.from({ length: RUNS }, (_, i) => i + 1));
  assert.equal(after.end?.rows, RUNS);
  assert.deepEqual(after.resumptions, [Number(row)]);
});

Deno.test("a disk without room for the header leaves no file, and no advice to go on with one", async () => {
  await using disk = await smallDisk(65_536);
  const filler = new Uint8Array(65_536);
  Deno.writeFileSync(`${disk.folder}/filler`, filler);
  const path = `${disk.folder}/host.csv`;
  const { code, stderr } = await capture([EXECUTABLE, ...ARGV, "--out", path]);
  assert.equal(code, 1, stderr);
  assert.match(
    stderr,
    /^probe: cannot write the header to \S+: no space left on device; make room, or choose another path with --out\n$/,
  );
  assert.throws(() => Deno.statSync(path), Deno.errors.NotFound);
});
