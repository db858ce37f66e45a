/** A kernel locked down since its boot: `integrity` lets probe measure, `confidentiality` does not. */

import assert from "node:assert/strict";
import { EXECUTABLE, executableLibraries } from "../../build/parts/executable.ts";
import { checkOf, doctor } from "../harness/doctor_report.ts";
import { kernelGuest } from "../harness/kernel_guest.ts";

const RUN = "/bin/probe run --runs 1 --period 200ms --quiet --out /root/a.csv";
/** A guest does not mount it by itself. */
const SECURITYFS = "mount -t securityfs none /sys/kernel/security";

const KERNEL_OF = { integrity: "trixie-backports-cloud", confidentiality: "trixie-cloud" } as const;

for (const mode of ["integrity", "confidentiality"] as const) {
  Deno.test(`run and doctor under lockdown=${mode} with ${KERNEL_OF[mode]}`, async () => {
    await using guest = await kernelGuest(KERNEL_OF[mode], {
      files: [{ path: "/bin/probe", source: EXECUTABLE }],
      libraries: executableLibraries(),
      kernelArgs: [`lockdown=${mode}`],
      memoryMiB: 2048,
    });
    const shell = (script: string) => guest.run(["sh", "-c", script]);
    const unseen = await shell(RUN);
    assert.equal((await shell(SECURITYFS)).code, 0);
    const report = await doctor(guest, mode === "integrity" ? 0 : 3);
    // The older one has no CONFIG_SCHED_CLASS_EXT.
    const { stdout: schedExt } = await shell("cat /sys/kernel/sched_ext/state");
    assert.equal(schedExt, mode === "integrity" ? "disabled\n" : "");
    assert.equal(checkOf(report, "sched_ext").found, "no sched_ext scheduler is active");
    const { outcome, found } = checkOf(report, "lockdown");
    if (mode === "integrity") {
      assert.equal(unseen.code, 0, unseen.stderr);
      assert.deepEqual([outcome, found], ["yes", "lockdown is integrity"]);
      return;
    }
    assert.deepEqual([outcome, found], ["no", "lockdown is in confidentiality mode"]);
    const { code, stderr } = await shell(RUN);
    assert.equal(code, 3, stderr);
    assert.match(stderr, /^probe: cannot load the probes: kernel lockdown is in confidentiality mode/);
    // Without a mounted securityfs, only the refusal itself shows the mode.
    assert.equal(unseen.code, 3, unseen.stderr);
    assert.match(unseen.stderr, /lockdown/);
  });
}
