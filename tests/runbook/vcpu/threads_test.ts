import assert from "node:assert/strict";
import { Failure } from "../../../analysis/failure.ts";
import { architectureOf } from "../../../runbook/machine/arch.ts";
import {
  counterScale,
  findVm,
  type Folders,
  parseVmChoice,
  vcpuThreads,
} from "../../../runbook/vcpu/threads.ts";

/** Folders made of these files. */
function foldersOf(files: Readonly<Record<string, string>>): Folders {
  return {
    read: (path) => files[path] ?? null,
    list(path) {
      const names = Object.keys(files)
        .filter((name) => name.startsWith(`${path}/`))
        .map((name) => name.slice(path.length + 1).split("/")[0]!);
      return names.length === 0 ? null : [...new Set(names)];
    },
  };
}

const QEMU = {
  "/proc/7/comm": "qemu-system-x86\n",
  "/proc/7/task/7/comm": "qemu-system-x86\n",
  "/proc/7/task/8/comm": "call_rcu\n",
  "/proc/7/task/9/comm": "CPU 0/KVM\n",
  "/proc/7/task/10/comm": "CPU 1/KVM\n",
};

const VM = "/sys/kernel/debug/kvm/7-12";
const DEBUGFS = {
  [`${VM}/vcpu0/pid`]: "9\n",
  [`${VM}/vcpu1/pid`]: "10\n",
  [`${VM}/vcpu0/tsc-offset`]: "-123456789012345\n",
  [`${VM}/vcpu1/tsc-offset`]: "-123456789012345\n",
  [`${VM}/remote_tlb_flush`]: "1\n",
  "/sys/kernel/debug/kvm/77-3/vcpu0/tsc-offset": "5\n",
};

const FILES = architectureOf("x86_64").counter.guestScale;

Deno.test("vCPU threads are found by the names that VMMs give them, and a new one when it is plugged in", () => {
  assert.deepEqual([...vcpuThreads(7, foldersOf(QEMU))!], [[9, 0], [10, 1]]);
  const plugged = { ...QEMU, "/proc/7/task/11/comm": "CPU 2/KVM\n" };
  assert.deepEqual([...vcpuThreads(7, foldersOf(plugged))!], [[9, 0], [10, 1], [11, 2]]);
  const emulated = { "/proc/7/task/9/comm": "CPU 0/TCG\n" };
  assert.deepEqual([...vcpuThreads(7, foldersOf(emulated))!], [[9, 0]]);
  const others = { "/proc/7/task/9/comm": "vcpu3\n", "/proc/7/task/10/comm": "fc_vcpu 4\n" };
  assert.deepEqual([...vcpuThreads(7, foldersOf(others))!], [[9, 3], [10, 4]]);
});

Deno.test("threads without names are found through KVM's debugfs, if they are of that process", () => {
  const unnamed = Object.fromEntries(Object.keys(QEMU).map((path) => [path, "qemu-system-x86\n"]));
  assert.deepEqual([...vcpuThreads(7, foldersOf({ ...unnamed, ...DEBUGFS }))!], [[9, 0], [10, 1]]);
  const stale = { ...unnamed, ...DEBUGFS, [`${VM}/vcpu1/pid`]: "4711\n" };
  assert.deepEqual([...vcpuThreads(7, foldersOf(stale))!], [[9, 0]]);
  assert.equal(vcpuThreads(7, foldersOf(unnamed))!.size, 0);
});

Deno.test("a process that is gone has no threads, not even none", () => {
  assert.equal(vcpuThreads(7, foldersOf({})), null);
});

Deno.test("--vm takes a process or a name, and nothing else", () => {
  assert.deepEqual(parseVmChoice("pid:7"), { kind: "pid", pid: 7 });
  assert.deepEqual(parseVmChoice("comm:qemu-system-x86"), { kind: "comm", comm: "qemu-system-x86" });
  for (const text of ["7", "pid:", "pid:0", "pid:x", "comm:", "tid:7"]) {
    assert.equal(parseVmChoice(text), null, text);
  }
});

function refusal(action: () => void): string {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof Failure);
    return `${error.found}; ${error.remedy}`;
  }
  assert.fail("it was not refused");
}

Deno.test("a VM is found by its name if only one process has it; what cannot be followed is refused", () => {
  const comm = { kind: "comm", comm: "qemu-system-x86" } as const;
  assert.equal(findVm(comm, foldersOf(QEMU)), 7);
  assert.equal(findVm({ kind: "pid", pid: 7 }, foldersOf(QEMU)), 7);
  const two = { ...QEMU, "/proc/70/comm": "qemu-system-x86\n" };
  assert.match(refusal(() => findVm(comm, foldersOf(two))), /2 processes are named .*: 7, 70; .*--vm pid:N/);
  assert.match(refusal(() => findVm(comm, foldersOf({}))), /no process is named qemu-system-x86/);
  assert.match(refusal(() => findVm({ kind: "pid", pid: 7 }, foldersOf({}))), /process 7 does not exist/);
  const shell = { "/proc/7/task/7/comm": "sh\n" };
  assert.match(refusal(() => findVm({ kind: "pid", pid: 7 }, foldersOf(shell))), /debug-threads=on/);
});

Deno.test("the guest's counter is told by debugfs: its offset, and its ratio where it is scaled", () => {
  const offset = -123456789012345n;
  assert.deepEqual(counterScale(7, FILES, foldersOf(DEBUGFS)), { offset, ratio: 1n, fraction_bits: 0 });
  const scaled = {
    ...DEBUGFS,
    ...Object.fromEntries([0, 1].flatMap((vcpu) => [
      [`${VM}/vcpu${vcpu}/tsc-scaling-ratio`, "4294967296\n"],
      [`${VM}/vcpu${vcpu}/tsc-scaling-ratio-frac-bits`, "32\n"],
    ])),
  };
  assert.deepEqual(counterScale(7, FILES, foldersOf(scaled)), {
    offset,
    ratio: 4294967296n,
    fraction_bits: 32,
  });
});

Deno.test("what debugfs does not tell of the guest's counter is said", () => {
  assert.match(String(counterScale(7, FILES, foldersOf({}))), /cannot be read .*mount -t debugfs/);
  assert.match(String(counterScale(8, FILES, foldersOf(DEBUGFS))), /process 8 has no VM/);
  const bare = { [`${VM}/vcpu0/pid`]: "9\n" };
  assert.match(String(counterScale(7, FILES, foldersOf(bare))), /has no tsc-offset/);
  const apart = { ...DEBUGFS, [`${VM}/vcpu1/tsc-offset`]: "-1\n" };
  assert.match(String(counterScale(7, FILES, foldersOf(apart))), /different counters/);
  assert.match(String(counterScale(7, null, foldersOf(DEBUGFS))), /this architecture does not tell/);
});
