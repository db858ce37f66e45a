import assert from "node:assert/strict";
import type { Guest } from "../../guest/vm/boot.ts";
import { KERNEL_BTF } from "../../runbook/machine/preflight.ts";
import { checkOf, doctor } from "../harness/doctor_report.ts";
import { drivenGuest, foreignGuest, text } from "../harness/driven_guest.ts";
import { assertSound, parseMeasurement, TIMEKEEPER_COLUMNS } from "../harness/measurement.ts";

const RUNS = 30;
const OWN = "/root/own.btf";
const OUT = "/root/o.csv";

/** Takes the kernel's own types away from everything that looks for them, and keeps them as a file. */
async function hideTypes(guest: Guest): Promise<void> {
  await text(
    guest,
    `cat ${KERNEL_BTF} >${OWN} && mount -t tmpfs none /sys/kernel/btf && test ! -e ${KERNEL_BTF}`,
  );
}

async function probeRun(guest: Guest, ...more: string[]) {
  const argv = ["/bin/probe", "run", "--runs", `${RUNS}`, "--period", "50ms", "--out", OUT];
  await guest.run(["rm", "-f", OUT]);
  return await guest.run([...argv, ...more]);
}

/** With the columns that stay empty because the kernel does not name its variables. */
const GUESTS = [
  ["an x86 guest with bookworm-cloud", () => drivenGuest("bookworm-cloud"), []],
  ["an x86 guest with trixie-cloud", () => drivenGuest("trixie-cloud"), []],
  ["an arm64 guest with bookworm-cloud", () => foreignGuest("bookworm-cloud", "aarch64"), TIMEKEEPER_COLUMNS],
  ["an arm64 guest with trixie-cloud", () => foreignGuest("trixie-cloud", "aarch64"), []],
] as const;

for (const [name, boot, unnamed] of GUESTS) {
  Deno.test(`a kernel without types of its own is measured by a file's: ${name}`, async (t) => {
    await using guest = await boot();
    await hideTypes(guest);

    await t.step("without that file, one line says what is missing and what to give", async () => {
      const { code, stderr } = await probeRun(guest);
      assert.equal(code, 3);
      assert.match(
        stderr,
        /^probe: cannot load the probes: this kernel has no type information \(.*\); give its types with --btf FILE/,
      );
      const check = checkOf(await doctor(guest, 3), "btf");
      assert.deepEqual([check.outcome, check.found], ["no", `${KERNEL_BTF} is missing`]);
      assert.match(check.remedy ?? "", /--btf FILE/);
    });

    await t.step(`with it, ${RUNS} of ${RUNS} runs are complete at tier raw`, async () => {
      const { code, stderr } = await probeRun(guest, "--btf", OWN);
      assert.equal(code, 0, stderr);
      const measurement = parseMeasurement(new TextDecoder().decode(await guest.readFile(OUT)));
      assertSound(measurement, RUNS, unnamed);
      const { tier, btf, hooks } = measurement.meta;
      assert.equal(tier, "raw");
      assert.deepEqual(
        { ...btf, agreed_sizes: 0 },
        { name: "own.btf", sha256: await text(guest, `sha256sum <${OWN} | cut -c 1-64`), agreed_sizes: 0 },
      );
      assert.ok(btf!.agreed_sizes >= 5, `${btf!.agreed_sizes} sizes agree`);
      const kinds = new Set(hooks.filter(({ attached }) => attached).map(({ kind }) => kind));
      assert.deepEqual(kinds, new Set(["kprobe", "kretprobe", "raw_tp"]));
    });

    await t.step("doctor says so too, and finds the file by PROBE_BTF", async () => {
      const report = await doctor(guest, 0, "env", `PROBE_BTF=${OWN}`);
      assert.deepEqual([report.verdict.outcome, report.verdict.tier], ["yes", "raw"]);
      assert.deepEqual(report.tiers.map(({ outcome }) => outcome), ["no", "no", "yes", "no"]);
      assert.match(checkOf(report, "btf").found, /^own\.btf, and \d of its struct sizes are this kernel's$/);
    });
  });
}

Deno.test("types of another kernel, by its name or by a size, and what has none, are refused", async () => {
  await using guest = await drivenGuest("trixie-cloud", [{ path: "/root/other.btf", source: KERNEL_BTF }]);
  const refusal = async (path: string) => {
    const { code, stdout, stderr } = await probeRun(guest, "--btf", path);
    assert.deepEqual([code, stdout], [3, ""]);
    assert.equal(stderr.trim().split("\n").length, 1);
    assert.deepEqual((await guest.run(["test", "-e", OUT])).code, 1);
    return stderr;
  };
  assert.match(
    await refusal("/root/other.btf"),
    /: \/root\/other\.btf is of another kernel: struct \w+ has \d+ bytes there, \d+ in 6\.12\S+; give --btf/,
  );
  await text(guest, `cat ${KERNEL_BTF} >/root/5.10.0-9-amd64.btf; echo nothing >/root/nothing.btf`);
  assert.match(
    await refusal("/root/5.10.0-9-amd64.btf"),
    /: \S+ is of kernel 5\.10\.0-9-amd64 by its name, and this one is 6\.12\S+; give --btf/,
  );
  assert.match(
    await refusal("/root/nothing.btf"),
    /: \/root\/nothing\.btf has no types of a kernel \(BTF\); make it:/,
  );
  const report = await doctor(guest, 3, "env", "PROBE_BTF=/root/other.btf");
  const check = checkOf(report, "btf");
  assert.match(check.found, /is of another kernel: struct/);
  for (const { outcome, found } of report.tiers) assert.deepEqual([outcome, found], ["no", check.found]);
});
