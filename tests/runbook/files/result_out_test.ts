import assert from "node:assert/strict";
import type { Row } from "../../../analysis/result/columns.ts";
import { Failure } from "../../../analysis/failure.ts";
import type { Meta } from "../../../analysis/result/meta.ts";
import { formatRow } from "../../../analysis/result/write.ts";
import { stackKey } from "../../../analysis/result/stack_key.ts";
import { createOutputFile } from "../../../runbook/files/output_file.ts";
import { defaultPath, ResultWriter } from "../../../runbook/files/result_out.ts";
import { buildRow } from "../../../runbook/row/row.ts";
import { Symbols } from "../../../runbook/row/symbols.ts";
import { CHAIN, TARGET } from "../row/chain_fixture.ts";
import { SmallDisk } from "./small_disk.ts";

const META: Meta = {
  probe: "0.1.0",
  env: "host",
  host: "h",
  kernel: "6.12.117",
  arch: "x86_64",
  cpu: "c",
  cpus: 2,
  virtualization: "none",
  boot_id: "b",
  clocksource: { current: "tsc", available: ["tsc"] },
  tier: "full",
  hooks: [],
  decode: "6.12+",
  runbook: {},
  runbook_sha256: "",
  started: "2026-01-02T03:04:05.678Z",
  edge_uncertainty_ns: 40,
  clock_step_counter: "CLOCK_MONOTONIC_RAW",
};

function rowOf(run: number): Row {
  return buildRow(
    {
      run,
      cell: { wake: "timer", load: "idle", stack: true },
      status: "complete",
      record: CHAIN,
      logs: [],
      target: TARGET,
      losses: { ring_full: 0, self_reads: 0, recursion_misses: 0 },
    },
    {
      symbols: Symbols.parse(new Uint8Array()),
      decode: null,
      observed: new Set(["clocksource_switch"] as const),
    },
    "tsc",
  ).row;
}

function cluster(...frames: string[]) {
  return { key: stackKey(frames), frames };
}

function failureOf(action: () => unknown): Failure {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof Failure, String(error));
    return error;
  }
  assert.fail("nothing was thrown");
}

Deno.test("a file's default name is ENV-HOST-UTCTIME.csv without awkward characters", () => {
  const time = new Date("2026-11-23T04:05:06.789Z");
  assert.equal(defaultPath("vm", "node1.example.org", time), "vm-node1.example.org-20261123T040506Z.csv");
  assert.equal(defaultPath("../my lab", "a/b\nc", time), "_._my_lab-a_b_c-20261123T040506Z.csv");
});

Deno.test("a path that exists is refused and left as it was", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, "precious");
  const failure = failureOf(() => createOutputFile(path));
  assert.equal(failure.exitCode, 1);
  assert.equal(failure.message, `cannot create ${path}: it exists already; choose another path with --out`);
  assert.equal(await Deno.readTextFile(path), "precious");
  await Deno.remove(path);
});

Deno.test("a path in a folder that is not there is refused with that reason", () => {
  const failure = failureOf(() => createOutputFile("/nonexistent-folder/host.csv"));
  assert.match(failure.message, /cannot create .*: its folder does not exist; choose another path/);
});

Deno.test("a path through a file is refused with that reason", async () => {
  const path = await Deno.makeTempFile();
  assert.match(
    failureOf(() => createOutputFile(`${path}/host.csv`)).message,
    /a part of its path is not a folder/,
  );
  await Deno.remove(path);
});

Deno.test("each stack line comes once, before the first row that names it", () => {
  const disk = new SmallDisk();
  const file = new ResultWriter("host.csv", disk);
  const [a, b] = [cluster("try_to_wake_up", "hrtimer_wakeup"), cluster("try_to_wake_up", "pipe_write")];
  file.writeRow(rowOf(1), [a]);
  file.writeRow(rowOf(2), [a, b]);
  file.writeRow(rowOf(3), [b, a]);
  assert.equal(
    disk.content,
    `# stack ${a.key} try_to_wake_up;hrtimer_wakeup\n${formatRow(rowOf(1))}` +
      `# stack ${b.key} try_to_wake_up;pipe_write\n${formatRow(rowOf(2))}${formatRow(rowOf(3))}`,
  );
});

Deno.test("a row and its stacks are one write, on disk when writeRow() returns", () => {
  const disk = new SmallDisk();
  new ResultWriter("host.csv", disk).writeRow(rowOf(1), [cluster("a"), cluster("b")]);
  assert.equal(disk.writes, 1);
  assert.equal(disk.syncs, 1);
});

Deno.test("a disk that takes a few bytes at a time gets the whole file", () => {
  const disk = new SmallDisk(Infinity, 7);
  new ResultWriter("host.csv", disk).writeRow(rowOf(1), []);
  assert.equal(disk.content, formatRow(rowOf(1)));
});

Deno.test("a full disk keeps the rows before and no half row", () => {
  const line = formatRow(rowOf(1));
  const disk = new SmallDisk(2.5 * line.length);
  const file = new ResultWriter("host.csv", disk);
  file.writeRow(rowOf(1), []);
  file.writeRow(rowOf(2), []);
  const failure = failureOf(() => file.writeRow(rowOf(3), []));
  assert.equal(failure.exitCode, 1);
  assert.equal(
    failure.message,
    "cannot write row 3 to host.csv: no space left on device (2 rows are in it); " +
      "make room and go on with --resume",
  );
  assert.equal(disk.content, formatRow(rowOf(1)) + formatRow(rowOf(2)));
});

Deno.test("a broken disk that cannot even be cut back says that its last line may be broken", () => {
  const disk = new SmallDisk(1.5 * formatRow(rowOf(1)).length, Infinity, false);
  const file = new ResultWriter("host.csv", disk);
  file.writeRow(rowOf(1), []);
  assert.match(
    failureOf(() => file.writeRow(rowOf(2), [])).message,
    /last line may be broken, the 1 rows before/,
  );
});

Deno.test("a header that does not fit leaves an empty file, and no advice to go on with it", () => {
  for (const truncates of [true, false]) {
    const file = new ResultWriter("host.csv", new SmallDisk(100, Infinity, truncates));
    assert.equal(
      failureOf(() => file.writeHeader(META)).message,
      "cannot write the header to host.csv: no space left on device; make room, or choose another path with --out",
    );
    assert.equal(file.isEmpty, true);
  }
});

Deno.test("a file system without locks takes the rows, and the file says that it is not locked", () => {
  for (const why of ["No locks available (os error 37)", "Function not implemented (os error 38)"]) {
    const disk = new SmallDisk();
    disk.lockError = new Error(why);
    const file = new ResultWriter("host.csv", disk);
    assert.equal(file.notLocked, why.replace(/ \(.*/, "").toLowerCase());
    file.writeRow(rowOf(1), []);
    assert.equal(disk.content, formatRow(rowOf(1)));
  }
  assert.equal(new ResultWriter("host.csv", new SmallDisk()).notLocked, null);
});

Deno.test("a file is empty until its header is written", () => {
  const file = new ResultWriter("host.csv", new SmallDisk());
  assert.equal(file.isEmpty, true);
  file.writeHeader(META);
  assert.equal(file.isEmpty, false);
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

Deno.test("in background a row is written at once and on the disk soon, many rows in one go", async () => {
  const disk = new SmallDisk();
  using file = new ResultWriter("host.csv", disk, "in background");
  for (let run = 1; run <= 50; run++) {
    file.writeRow(rowOf(run), []);
    assert.ok(
      disk.content.endsWith(formatRow(rowOf(run))),
      "whatever ends this process, the row is in the file",
    );
  }
  assert.equal(disk.syncs, 0);
  await until(() => disk.backgroundSyncs > 0);
  assert.equal(disk.synced, disk.content);
  assert.equal(disk.backgroundSyncs, 1);
  file.writeRow(rowOf(51), []);
  await until(() => disk.backgroundSyncs > 1);
  assert.equal(disk.synced, disk.content);
});

Deno.test("what is not on the disk yet gets there when the file is closed or ended", () => {
  const disk = new SmallDisk();
  {
    using file = new ResultWriter("host.csv", disk, "in background");
    file.writeRow(rowOf(1), []);
    assert.equal(disk.synced, "");
  }
  assert.equal(disk.synced, formatRow(rowOf(1)));
});

Deno.test("a disk that fails in the background fails the next row, with its reason", async () => {
  const disk = new SmallDisk();
  disk.syncFails = true;
  using file = new ResultWriter("host.csv", disk, "in background");
  file.writeRow(rowOf(1), []);
  await until(() => disk.backgroundSyncs > 0);
  await Promise.resolve();
  const failure = failureOf(() => file.writeRow(rowOf(2), []));
  assert.equal(failure.exitCode, 1);
  assert.match(failure.message, /^cannot write row 2 to host.csv: input\/output error \(1 rows are in it\)/);
  assert.equal(disk.content, formatRow(rowOf(1)));
});
