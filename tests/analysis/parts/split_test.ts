import assert from "node:assert/strict";
import { partsOf } from "../../../analysis/parts/shares.ts";
import { partShifts, type SplitShift } from "../../../analysis/parts/shifts.ts";
import { pooled } from "../../../analysis/pool/pool.ts";
import type { Row } from "../../../analysis/result/columns.ts";
import { splitOf } from "../../../analysis/result/durations.ts";
import { readResultFile, type ResultFile } from "../../../analysis/result/file.ts";
import { FILES } from "../../answers/cases.ts";
import { fileText, read, rowOf, timeoutOf } from "../result/result_fixture.ts";

const TEXT = Deno.readTextFileSync(`${FILES}/lab_vm.csv`);
const [HOST, VM] = ["lab_host.csv", "lab_vm.csv"].map((name) =>
  readResultFile(name, [Deno.readFileSync(`${FILES}/${name}`)])
) as [ResultFile, ResultFile];

/** As a program wrote it that did not know the last column. */
function withoutLastColumn(text: string): string {
  return text.split("\n").map((line) => line.startsWith("#") ? line : line.replace(/,[^,]*$/, "")).join("\n");
}

function fileOf(rows: readonly Row[], env = "vm", name = "vm.csv"): ResultFile {
  return read(fileText(rows, { virtualization: "kvm" }, env), undefined, name);
}

/** A run of 100 us, of which the host and the hypervisor took so many. */
function split(run: number, host: number | null, hypervisor: number | null): Row {
  return rowOf(run, { ttwu: 1000, wakeup: 2000, switched: 3000, tkread: 100_000 }, {
    vcpu: 0,
    off_cpu_ns: host,
    out_of_guest_ns: host === null || hypervisor === null ? null : host + hypervisor,
  });
}

function shiftOf(files: readonly [ResultFile, ResultFile]): SplitShift {
  const { split } = partShifts(files, 0.05, () => false);
  assert.ok(split !== null);
  return split;
}

Deno.test("host, hypervisor and guest of each run add up to its offset, to the ns", () => {
  assert.deepEqual(splitOf(100, 60, 20), { host: 20, hypervisor: 40, guest: 40 });
  assert.equal(splitOf(NaN, 60, 20), null);
  assert.equal(splitOf(100, NaN, 20), null);
  assert.equal(splitOf(100, 60, NaN), null);
  // The begin of an exit was not seen; times that lie outside of the run.
  assert.equal(splitOf(100, 20, 60), null);
  assert.equal(splitOf(100, 101, 20), null);
  const [offset, outside, off] = [
    VM.durations.offset_ns,
    VM.partTimes.get("out_of_guest_ns")!,
    VM.partTimes.get("off_cpu_ns")!,
  ];
  for (let row = 0; row < VM.rows; row++) {
    const { host, hypervisor, guest } = splitOf(offset[row]!, outside[row]!, off[row]!)!;
    assert.equal(host + hypervisor + guest, offset[row]);
  }
});

Deno.test("the recorded series of the lab: its offset by machine, and the host's one is its own", () => {
  const { split } = partsOf(VM);
  assert.deepEqual([split!.name, split!.runs, split!.left_out.undivided], ["offset_by_machine", 12, 0]);
  assert.deepEqual(split!.parts.map(({ name }) => name), ["host", "hypervisor", "guest"]);
  const sum = split!.parts.reduce((total, { mean_ns }) => total + mean_ns, 0);
  assert.ok(Math.abs(sum - split!.mean_ns!) < 1e-6);
  assert.equal(partsOf(HOST).split, null);
  const { own, shift } = shiftOf([HOST, VM]);
  assert.deepEqual(own, [true, false]);
  const [host, hypervisor, guest] = shift!.parts;
  assert.deepEqual([host!.mean_ns[0], hypervisor!.mean_ns[0]], [0, 0]);
  assert.equal(guest!.mean_ns[0], shift!.mean_ns[0]);
  const total = shift!.parts.reduce((sum, { shift_ns }) => sum + shift_ns, 0);
  assert.ok(Math.abs(total - shift!.shift_ns) < 1e-6);
  for (const { shift_ns, shift_ci_ns } of shift!.parts) {
    assert.ok(shift_ci_ns![0] < shift_ns && shift_ns < shift_ci_ns![1]);
  }
});

Deno.test("what the host took is the host's, whatever the VM itself does", () => {
  const steady = Array.from({ length: 20 }, (_, i) => split(i + 1, 10_000 + i, 5_000 + i));
  const hogged = Array.from({ length: 20 }, (_, i) => split(i + 1, 40_000 + i, 5_000 + i));
  const { own, shift } = shiftOf([fileOf(steady), fileOf(hogged, "vm", "hogged.csv")]);
  assert.deepEqual(own, [false, false]);
  assert.deepEqual(shift!.parts.map(({ shift_ns }) => shift_ns), [30_000, 0, -30_000]);
});

Deno.test("rows without a host's part, and with one that contradicts itself, are left out and counted", () => {
  const rows = [
    ...Array.from({ length: 8 }, (_, i) => split(i + 1, 10_000, 5_000)),
    split(9, null, null),
    split(10, 10_000, null),
    // Out of guest mode for less time than without a CPU; for more than the run lasted.
    split(11, 10_000, -1_000),
    split(12, 99_999, 2),
    timeoutOf(13),
  ];
  const file = fileOf(rows);
  const { split: found } = partsOf(file);
  assert.deepEqual([found!.runs, found!.left_out], [8, { events_lost: 0, undivided: 4 }]);
  assert.equal(found!.parts[0]!.mean_ns, 10_000);
  assert.deepEqual(shiftOf([HOST, file]).left_out[1], { events_lost: 0, undivided: 4 });
});

Deno.test("events that the VM lost say nothing of its host's part", () => {
  const rows = Array.from({ length: 8 }, (_, i) => ({ ...split(i + 1, 10_000, 5_000), events_lost: 1 }));
  assert.equal(partsOf(fileOf(rows)).split!.runs, 8);
});

Deno.test("a VM that nobody followed beside one that was: no shift, and it is not its own machine", () => {
  const none = fileOf(Array.from({ length: 8 }, (_, i) => split(i + 1, null, null)), "vm", "unseen.csv");
  const { own, shift, runs } = shiftOf([none, VM]);
  assert.deepEqual([own, shift, runs], [[false, false], null, [0, 12]]);
  assert.equal(partShifts([none, none], 0.05, () => false).split, null);
  assert.equal(partShifts([HOST, HOST], 0.05, () => false).split, null);
});

Deno.test("a file that ends before the last column is read, and has no split", () => {
  const older = readResultFile("older.csv", [new TextEncoder().encode(withoutLastColumn(TEXT))]);
  assert.equal(older.rows, 12);
  assert.equal(partsOf(older).split, null);
  // Pooled with one that has it, its runs are left out.
  const both = pooled([older, VM], ["older", "newer"]);
  const { split } = partsOf(both);
  assert.deepEqual([split!.runs, split!.left_out.undivided], [12, 12]);
});
