import assert from "node:assert/strict";
import { EXIT, Failure } from "../../../analysis/failure.ts";
import {
  chooseAccelerator,
  emulatesSafely,
  identifyQemu,
  type Qemu,
  runsShortly,
} from "../../../guest/qemu/qemu.ts";

/** A program that answers like QEMU but never runs a guest. */
function pretender(says: string, exitCode = 0, device = ""): Promise<Qemu | undefined> {
  const script = `case "$*" in
--version) echo '${says}'; exit ${exitCode};;
"-device ivshmem-plain,help") echo '${device}';;
*) exit 1;;
esac`;
  return identifyQemu("sh", ["-c", script, "qemu"]);
}

Deno.test("QEMU's version is read from what it says", async () => {
  const qemu = await pretender("QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2)");
  assert.equal(qemu?.version, "10.0.2");
  assert.ok(emulatesSafely(qemu!));
  assert.equal(await runsShortly(qemu!, "tcg"), false);
});

Deno.test("a QEMU that would corrupt probed kernels is refused with the reason", async () => {
  const qemu = await pretender("QEMU emulator version 7.2.22 (Debian)");
  await assert.rejects(chooseAccelerator(qemu!), (error) => {
    assert.ok(error instanceof Failure);
    assert.equal(error.exitCode, EXIT.cannotMeasure);
    assert.match(error.found, /QEMU 7\.2\.22 .*below version 9.*int3/);
    assert.match(error.remedy, /QEMU 9 or newer/);
    return true;
  });
});

Deno.test("whether a QEMU shares memory is read from the help of its device", async () => {
  const version = "QEMU emulator version 10.0.2";
  const help = "ivshmem-plain options:\n  addr=<str> - Slot and optional function number";
  assert.equal((await pretender(version, 0, help))?.sharesMemory, true);
  assert.equal((await pretender(version))?.sharesMemory, false);
});

Deno.test("a command that is not there is no QEMU, and one that fails is an error", async () => {
  assert.equal(await identifyQemu("/no/such/qemu"), undefined);
  await assert.rejects(pretender("QEMU emulator version 10.0.2", 3), /ended with 3/);
  await assert.rejects(pretender("BusyBox v1.35.0"), /said "BusyBox v1\.35\.0"/);
});
