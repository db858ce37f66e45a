import assert from "node:assert/strict";
import { readClocksource, readMachine, type ReadText } from "../../../runbook/machine/machine.ts";

const INTEL = "processor\t: 0\nmodel name\t: Intel(R) Xeon(R)\nflags\t\t: fpu vme tsc\n\nprocessor\t: 1\n";
const GUEST = INTEL.replace("tsc\n", "tsc hypervisor lahf_lm\n");
const CLOCKSOURCE = "/sys/devices/system/clocksource/clocksource0";

const FILES: Readonly<Record<string, string>> = {
  "/proc/cpuinfo": INTEL,
  "/proc/sys/kernel/hostname": "node1\n",
  "/proc/sys/kernel/osrelease": "6.12.117-amd64\n",
  "/proc/sys/kernel/random/boot_id": "8877e531-37fe-4851-9944-e0d31ba418cf\n",
  "/sys/devices/system/cpu/online": "0-2,5,8-9\n",
  [`${CLOCKSOURCE}/current_clocksource`]: "tsc\n",
  [`${CLOCKSOURCE}/available_clocksource`]: "tsc hpet acpi_pm \n",
};

/** A machine with these files and no others; undefined removes one. */
function readerOf(changes: Readonly<Record<string, string | undefined>> = {}): ReadText {
  return (path) => ({ ...FILES, ...changes })[path] ?? null;
}

Deno.test("a machine is described by its own files", () => {
  assert.deepEqual(readMachine(readerOf(), "x86_64"), {
    host: "node1",
    kernel: "6.12.117-amd64",
    arch: "x86_64",
    cpu: "Intel(R) Xeon(R)",
    cpus: 6,
    virtualization: "none",
    boot_id: "8877e531-37fe-4851-9944-e0d31ba418cf",
    clocksource: { current: "tsc", available: ["tsc", "hpet", "acpi_pm"] },
  });
});

Deno.test("a guest of probe ab knows from its command line how QEMU runs it, and which of its boots it is", () => {
  const of = (cmdline: string) => readMachine(readerOf({ "/proc/cmdline": cmdline }), "x86_64");
  const { accelerator, boot } = of("console=ttyS0 quiet probe.accelerator=tcg probe.boot=12 tsc=reliable\n");
  assert.deepEqual([accelerator, boot], ["tcg", 12]);
  assert.equal(of("console=ttyS0 probe.boot=3\n").boot, 3);
  for (const cmdline of ["quiet\n", "probe.boot=0\n", "probe.boot=1x\n", "unprobe.boot=1\n"]) {
    assert.ok(!("boot" in of(cmdline)), cmdline);
  }
});

for (
  const [what, files, expected] of [
    ["a kvm-clock on offer", { [`${CLOCKSOURCE}/available_clocksource`]: "tsc kvm-clock" }, "kvm"],
    [
      "a Hyper-V clock on offer",
      { [`${CLOCKSOURCE}/available_clocksource`]: "hyperv_clocksource_tsc_page" },
      "hyperv",
    ],
    [
      "QEMU's own CPU model and no DMI",
      { "/proc/cpuinfo": GUEST.replace("Intel(R)", "QEMU TCG CPU") },
      "qemu",
    ],
    ["QEMU in its DMI", { "/sys/class/dmi/id/sys_vendor": "QEMU\n" }, "qemu"],
    ["VMware in its DMI", { "/sys/class/dmi/id/product_name": "VMware Virtual Platform\n" }, "vmware"],
    ["Microsoft in its DMI", { "/sys/class/dmi/id/sys_vendor": "Microsoft Corporation\n" }, "hyperv"],
    ["Xen in /sys/hypervisor", { "/sys/hypervisor/type": "xen\n" }, "xen"],
    ["only the CPU's flag", {}, "unknown hypervisor"],
  ] as const
) {
  Deno.test(`a guest with ${what} is virtualised by ${expected}`, () => {
    assert.equal(
      readMachine(readerOf({ "/proc/cpuinfo": GUEST, ...files }), "x86_64").virtualization,
      expected,
    );
  });
}

Deno.test("without the CPU's flag a machine is not a guest, whatever its vendor calls itself", () => {
  const read = readerOf({ "/sys/class/dmi/id/sys_vendor": "Amazon EC2\n" });
  assert.equal(readMachine(read, "x86_64").virtualization, "none");
});

Deno.test("a CPU without such a flag leaves it unknown whether there is a hypervisor", () => {
  const cpuinfo = "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\nFeatures\t: fp asimd\n";
  const machine = readMachine(readerOf({ "/proc/cpuinfo": cpuinfo }), "aarch64");
  assert.equal(machine.virtualization, "unknown");
  assert.equal(machine.cpu, "implementer 0x41 part 0xd0c");
  const tree = { "/proc/cpuinfo": cpuinfo, "/proc/device-tree/hypervisor/compatible": "linux,kvm\0" };
  assert.equal(readMachine(readerOf(tree), "aarch64").virtualization, "kvm");
});

Deno.test("where /sys is not mounted the CPUs are counted in /proc/cpuinfo and the clocksource is unknown", () => {
  const read: ReadText = (path) => path.startsWith("/proc/") ? FILES[path] ?? null : null;
  const machine = readMachine(read, "x86_64");
  assert.equal(machine.cpus, 2);
  assert.deepEqual(machine.clocksource, { current: "unknown", available: [] });
  assert.equal(readClocksource(read).current, null);
});

Deno.test("a guest whose name nobody has set has no name", () => {
  assert.equal(readMachine(readerOf({ "/proc/sys/kernel/hostname": "(none)\n" }), "x86_64").host, "unknown");
});
