import assert from "node:assert/strict";
import { EXECUTABLE } from "../../build/parts/executable.ts";
import { fetchKernel } from "../../build/debian/kernels.ts";
import { CpioWriter } from "../../guest/image/cpio.ts";
import { readKept } from "../../guest/vm/kept_file.ts";
import { assertRow, assertSound, assertSoundHere, type Measurement } from "../harness/measurement.ts";
import { childOf, Place, result, until } from "./ab_place.ts";

/** An archive as a user may give it: compressed, of any length, with files that probe has too. */
async function writeInitrd(path: string): Promise<void> {
  const parts: Uint8Array[] = [];
  const cpio = new CpioWriter({
    write: (bytes) => Promise.resolve(parts.push(bytes.slice()) && bytes.length),
  });
  await cpio.file("init", 0o755, new TextEncoder().encode("no program\n"));
  await cpio.file("command", 0o644, new TextEncoder().encode("/none\0/bin/none\0"));
  await cpio.end();
  const archive = new Blob(parts as Uint8Array<ArrayBuffer>[]).stream();
  await Deno.writeFile(path, archive.pipeThrough(new CompressionStream("gzip")));
}

Deno.test("probe ab measures here and in a guest of the kernel given in turns, keeps what it is told to, and compares", async () => {
  using place = await Place.make();
  const initrd = `${place.folder}/initrd`;
  await writeInitrd(initrd);
  const runbook = `${place.folder}/pipes.toml`;
  Deno.writeTextFileSync(runbook, 'wakes = ["pipe"]\nruns = 6\nblocks = 2\n');
  const wake = ["--runbook", runbook, "--runs", "8"];
  const { code, stdout, stderr } = await result(
    place.ab("--kernel", place.kernel, "--initrd", initrd, "--keep", ...wake),
  );
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^4 questions: [^]*^question +A /m);
  const [a, b] = [place.read("host.csv"), place.read("vm.csv")];
  assert.deepEqual([a.meta.env, b.meta.env], ["host", "vm"]);
  assert.equal(a.meta.runbook_sha256, b.meta.runbook_sha256);
  assert.deepEqual([a.meta.runbook.wake, a.meta.runbook.runs], ["pipe", 8]);
  assert.equal(b.meta.runbook_file?.name, "pipes.toml");
  assert.deepEqual(b.meta.runbook_file, a.meta.runbook_file);
  assert.deepEqual(b.meta.overrides, a.meta.overrides);
  assertOneTier(a, b, stdout, stderr);
  assertSoundHere(a, 8);
  assertSound(b, 8);
  for (const side of [a, b]) assert.deepEqual(side.resumptions, [5]);
  const turns = [...stderr.matchAll(/^(guest \| )?measuring (runs \d to \d) /gm)].map((
    [, vm, runs],
  ) => [!!vm, runs]);
  assert.deepEqual(
    turns,
    ["runs 1 to 4", "runs 5 to 8"].flatMap((runs) => [[false, runs], [true, runs]]),
    stderr,
  );
  const accelerator = String(b.meta.accelerator);
  assert.ok(["kvm", "tcg"].includes(accelerator), accelerator);
  assert.match(stderr, accelerator === "kvm" ? /, under KVM$/m : /, emulated: KVM does not run guests here/m);
  if (accelerator === "tcg") {
    const reason = "the VM is emulated: KVM does not run it";
    assert.deepEqual(b.meta.host_part, { hooks: [], reasons: [reason] });
    assert.ok(stderr.includes(`notice: the host's part of the VM's rows is empty: ${reason}\n`), stderr);
  }
  const [, kept = ""] = /^the guest's console and file system are kept in (.*)$/m.exec(stderr) ?? [];
  assert.ok(Deno.readTextFileSync(`${kept}/console`).includes("8 of 8 runs written"), stderr);
  assert.ok(Deno.statSync(`${kept}/initrd`).size > Deno.statSync(EXECUTABLE).size);
  assert.deepEqual([...Deno.readDirSync(place.temporary)], []);
});

/** Both sides have the best tier that both have: whichever that is, no hooks differ, so nothing is CONFOUNDED. */
function assertOneTier(a: Measurement, b: Measurement, stdout: string, stderr: string): void {
  const [, tier, why] = /^both sides measure at tier (\w+)(: .* is without .*)?$/m.exec(stderr) ?? [];
  assert.deepEqual([a.meta.tier, b.meta.tier], [tier, tier], stderr);
  assert.equal(a.meta.runbook.require, why === undefined ? "best" : tier);
  assert.equal(b.meta.runbook.require, a.meta.runbook.require);
  assert.doesNotMatch(stdout, /CONFOUNDED/);
}

Deno.test("a guest that does not boot ends probe ab with the last console lines, and nothing is measured", async () => {
  using place = await Place.make('[ "$2" != ivshmem-plain,help ] || exit 0');
  const noKernel = `${place.folder}/vmlinuz`;
  Deno.writeTextFileSync(noKernel, "no kernel\n".repeat(1000));
  const { code, stdout, stderr } = await result(place.ab("--kernel", noKernel, "--runs", "6"));
  assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
  assert.match(
    stderr,
    /^probe: boot of the guest: the guest ended, QEMU with code 1; on its console: .*kernel.*; see the console /m,
  );
  assert.match(stderr, /^this QEMU has no ivshmem-plain: should the guest die, its rows are lost with it$/m);
  assert.throws(() => Deno.statSync(place.out), Deno.errors.NotFound);
  assert.deepEqual([...Deno.readDirSync(place.temporary)], []);
});

Deno.test("interrupted while a guest is asked what it can measure, probe ab leaves nothing", async () => {
  using place = await Place.make();
  const probe = place.ab("--kernel", place.kernel, "--runs", "6");
  const reader = probe.stderr.getReader();
  const before = await until("asking a guest", reader);
  while ([...Deno.readDirSync(place.temporary)].length === 0) await new Promise((go) => setTimeout(go, 50));
  probe.kill("SIGTERM");
  const after = await until("\0", reader);
  assert.equal((await probe.status).code, 143, before + after);
  await probe.stdout.cancel();
  assert.match(after, /^probe: interrupted before anything was measured; call probe ab again$/m);
  assert.throws(() => Deno.statSync(place.out), Deno.errors.NotFound);
  assert.deepEqual([...Deno.readDirSync(place.temporary)], []);
});

/** Waits until the guest has written so many rows, according to what its machine has kept. */
async function rowsInGuest(place: Place, rows: number): Promise<void> {
  for (;;) {
    const folder = [...Deno.readDirSync(place.temporary)].find(({ name }) => name.startsWith("probe-guest-"));
    const lines = new TextDecoder().decode(readKept(`${place.temporary}/${folder?.name}/kept`)).split("\n");
    if (lines.filter((line) => /^\d+,/.test(line)).length >= rows) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** More than can pass while the test does something else. */
const MANY = 300;

for (
  const { what, exit, end, says } of [
    {
      what: "a guest that dies",
      exit: 1,
      end: (probe: Deno.ChildProcess) => Deno.kill(childOf(probe.pid), "SIGKILL"),
      says: /^probe: \/bin\/probe run in the guest: the guest ended, QEMU by SIGKILL; /m,
    },
    {
      what: "an interruption while the guest measures",
      exit: 130,
      end: (probe: Deno.ChildProcess) => probe.kill("SIGINT"),
      says: /^probe: interrupted while the VM was measured; /m,
    },
  ]
) {
  Deno.test(`${what} ends probe ab, the runs of both are kept, and nothing is left behind`, async () => {
    using place = await Place.make();
    const probe = place.ab("--kernel", place.kernel, "--runs", `${MANY}`);
    const reader = probe.stderr.getReader();
    const before = await until("the guest is up", reader);
    const qemu = childOf(probe.pid);
    await rowsInGuest(place, 2);
    end(probe);
    const after = await until("\0", reader);
    assert.equal((await probe.status).code, exit, before + after);
    await probe.stdout.cancel();
    assert.match(after, says);
    assert.match(after, /; this machine's runs are in [^ ]*host\.csv; the VM's are in [^ ]*vm\.csv$/m);
    assertSoundHere(place.read("host.csv"), MANY);
    assertBegun(place.read("vm.csv"), 2, MANY);
    assert.throws(() => Deno.statSync(`/proc/${qemu}`), Deno.errors.NotFound);
    assert.deepEqual([...Deno.readDirSync(place.temporary)], []);
  });
}

/** The file was cut off after a row: at least row `least`, but before row `last`. */
function assertBegun({ rows, end }: Measurement, least: number, last: number): void {
  assert.ok(least <= rows.length && rows.length < last, `${rows.length}`);
  assert.equal(end, null);
  for (const [i, row] of rows.entries()) {
    assert.equal(Number(row.run), i + 1);
    assertRow(row);
  }
}

Deno.test("a guest that dies in a later turn leaves all its rows here, and the message names both files", async () => {
  using place = await Place.make();
  const runbook = `${place.folder}/lab.toml`;
  Deno.writeTextFileSync(runbook, `runs = ${MANY}\nblocks = 3\n`);
  const probe = place.ab("--kernel", place.kernel, "--runbook", runbook);
  const reader = probe.stderr.getReader();
  const turn = MANY / 3;
  const before = await until(`guest | measuring runs ${turn + 1} to ${2 * turn}`, reader);
  await rowsInGuest(place, turn + 2);
  Deno.kill(childOf(probe.pid), "SIGKILL");
  const after = await until("\0", reader);
  assert.equal((await probe.status).code, 1, before + after);
  await probe.stdout.cancel();
  assert.match(
    after,
    /^probe: \/bin\/probe run in the guest: the guest ended, QEMU by SIGKILL; .*; this machine's runs are in [^ ]*host\.csv; the VM's are in [^ ]*vm\.csv$/m,
  );
  assert.equal(place.read("host.csv").rows.length, 2 * turn);
  assertBegun(place.read("vm.csv"), turn + 2, 2 * turn);
  assert.deepEqual([...Deno.readDirSync(place.out)].map(({ name }) => name).sort(), ["host.csv", "vm.csv"]);
  assert.deepEqual([...Deno.readDirSync(place.temporary)], []);
});

Deno.test("a runbook that follows a task of this machine is refused with its line, before anything is measured", async () => {
  using place = await Place.make();
  const runbook = `${place.folder}/lab.toml`;
  Deno.writeTextFileSync(runbook, 'runs = 6\ntarget = "comm:init"\n');
  const { code, stderr } = await result(place.ab("--kernel", place.kernel, "--runbook", runbook));
  assert.equal(code, 2, stderr);
  assert.match(stderr, /lab\.toml line 2: target is comm:init, and probe ab wakes the built-in target /);
  assert.throws(() => Deno.statSync(place.out), Deno.errors.NotFound);
});

/** Whether a process is gone, or dead but not yet waited for. */
function hasEnded(pid: number): boolean {
  try {
    return /^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return true;
    throw error;
  }
}

Deno.test("a guest that waits for its turn ends by itself when probe ab was killed", async () => {
  using place = await Place.make();
  const runbook = `${place.folder}/lab.toml`;
  Deno.writeTextFileSync(runbook, "runs = 6\nblocks = 2\n");
  const probe = place.ab("--kernel", place.kernel, "--runbook", runbook);
  const reader = probe.stderr.getReader();
  const text = await until("the guest is up", reader);
  const qemu = childOf(probe.pid);
  probe.kill("SIGKILL");
  await Promise.all([probe.status, probe.stdout.cancel(), reader.cancel()]);
  assert.ok(!hasEnded(qemu), text);
  try {
    while (!hasEnded(qemu)) await new Promise((resolve) => setTimeout(resolve, 100));
  } finally {
    if (!hasEnded(qemu)) Deno.kill(qemu, "SIGKILL");
  }
});

const REFUSED: readonly {
  what: string;
  qemu?: string;
  args: (place: Place) => string[];
  code: number;
  says: RegExp;
}[] = [
  {
    what: "no QEMU",
    args: (place) => ["--kernel", place.kernel],
    code: 3,
    says:
      /^probe: a guest needs qemu-system-x86_64, and it is not on PATH; install the package qemu-system-x86 /,
  },
  {
    what: "a QEMU too old to emulate, where it would have to",
    qemu: '#!/bin/sh\n[ "$1" = --version ] && echo QEMU emulator version 7.2.22 || exit 1\n',
    args: (place) => ["--kernel", place.kernel],
    code: 3,
    says: /^probe: QEMU 7\.2\.22 would have to emulate the guest .*; install QEMU 9 or newer$/m,
  },
  {
    what: "a kernel image that is not there",
    args: () => ["--kernel", "/no/such/vmlinuz"],
    code: 3,
    says: /^probe: a guest needs --kernel, and \/no\/such\/vmlinuz cannot be read: there is no such file; /,
  },
];

for (const { what, qemu, args, code, says } of REFUSED) {
  Deno.test(`with ${what} probe ab measures nothing and says what to do`, async () => {
    using place = new Place((await fetchKernel("trixie-cloud")).vmlinuz, qemu);
    const found = await result(place.ab(...args(place)));
    assert.deepEqual({ code: found.code, stdout: found.stdout }, { code, stdout: "" }, found.stderr);
    assert.match(found.stderr, says);
    assert.throws(() => Deno.statSync(place.out), Deno.errors.NotFound);
  });
}
