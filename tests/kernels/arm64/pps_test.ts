import assert from "node:assert/strict";
import { fetchKernel } from "../../../build/debian/kernels.ts";
import { findQemu } from "../../../build/debian/qemu.ts";
import { run, stdoutOf } from "../../../build/process/command.ts";
import { guestArchitecture } from "../../../guest/qemu/arch.ts";
import { acceleratorArguments } from "../../../guest/qemu/qemu.ts";
import { WAKES } from "../../../runbook/protocol/wakes.ts";
import { foreignGuest } from "../../harness/driven_guest.ts";
import { assertRow, parseMeasurement } from "../../harness/measurement.ts";

const ARCHITECTURE = "aarch64";
const KERNEL = "trixie-cloud";
const MEMORY_MIB = 2048;
const RUNS = 8;
const OUT = "/root/pps.csv";

/**
 * The device tree of QEMU's machine, in which the line of its power button belongs to pps-gpio: each
 * `system_powerdown` is then a pulse.
 */
async function deviceTree(folder: string): Promise<string> {
  const qemu = await findQemu({ architecture: ARCHITECTURE });
  const [dumped, edited] = [`${folder}/dumped.dtb`, `${folder}/pps.dtb`];
  const machine = `${guestArchitecture(ARCHITECTURE).machine},dumpdtb=${dumped}`;
  const shape = ["-machine", machine, "-smp", "2", "-m", `${MEMORY_MIB}`, "-nodefaults", "-display", "none"];
  const serial = ["-serial", "null", "-serial", "null"];
  const argv = [qemu.command, ...qemu.args, ...acceleratorArguments("tcg"), ...shape, ...serial];
  await run(argv, { env: qemu.env });
  const source = await stdoutOf(["dtc", "-q", "-I", "dtb", "-O", "dts", dumped]);
  const [keys] = /gpio-keys \{[\s\S]*?\n\t\};/.exec(source) ?? [];
  const [gpios] = /gpios = <0x\w+ 0x0?3 0x0?0>;/.exec(keys ?? "") ?? [];
  assert.ok(keys !== undefined && gpios !== undefined, source);
  const pps = `pps {\n\t\tcompatible = "pps-gpio";\n\t\t${gpios}\n\t};`;
  await Deno.writeTextFile(`${folder}/pps.dts`, source.replace(keys, pps));
  await run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", edited, `${folder}/pps.dts`]);
  return edited;
}

/** Presses the button once a second, until it is disposed. */
class Pulses implements AsyncDisposable {
  #ends = false;
  readonly #pressing: Promise<void>;

  constructor(connection: Deno.UnixConn) {
    this.#pressing = this.#press(connection);
  }

  async #press(connection: Deno.UnixConn): Promise<void> {
    using qmp = connection;
    const buffer = new Uint8Array(1 << 16);
    const say = (command: string) => qmp.write(new TextEncoder().encode(`{"execute": "${command}"}\n`));
    await qmp.read(buffer);
    await say("qmp_capabilities");
    await qmp.read(buffer);
    while (!this.#ends) {
      await say("system_powerdown");
      await qmp.read(buffer);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ends = true;
    await this.#pressing;
  }
}

Deno.test("pulses of pps-gpio in an arm64 guest are the edges of its runs", async () => {
  const folder = await Deno.makeTempDir({ prefix: "probe-pps-" });
  try {
    const { modulesDir } = await fetchKernel(KERNEL, { architecture: ARCHITECTURE });
    const module = `${modulesDir}/kernel/drivers/pps/clients/pps-gpio.ko.xz`;
    const { success, stdout } = await new Deno.Command("xz", { args: ["-dc", module] }).output();
    assert.ok(success, module);
    const socket = `${folder}/qmp`;
    await using guest = await foreignGuest(KERNEL, ARCHITECTURE, {
      memoryMiB: MEMORY_MIB,
      files: [{ path: "/opt/pps-gpio.ko", source: stdout }],
      qemuArgs: ["-dtb", await deviceTree(folder), "-qmp", `unix:${socket},server=on,wait=off`],
    });
    await using _pulses = new Pulses(await Deno.connect({ transport: "unix", path: socket }));
    const shell = async (script: string) => {
      const { code, stdout, stderr } = await guest.run(["sh", "-c", script]);
      assert.equal(code, 0, `${script}: ${stdout} ${stderr}`);
      return stdout;
    };
    await shell("insmod /opt/pps-gpio.ko && [ -c /dev/pps0 ]");
    await shell(`/bin/probe run --env vm --trigger pps:/dev/pps0 --runs ${RUNS} --out ${OUT}`);
    const measurement = parseMeasurement(new TextDecoder().decode(await guest.readFile(OUT)));
    const { rows, meta, end } = measurement;
    assert.deepEqual([meta.arch, meta.runbook.trigger, meta.trigger_device], [
      ARCHITECTURE,
      "pps",
      "/dev/pps0",
    ]);
    assert.equal(rows.length, RUNS);
    assert.equal(end?.complete, RUNS);
    const wake = WAKES.find(({ name }) => name === "pps")!;
    for (const row of rows) {
      assertRow(row);
      assert.equal(row.wake, wake.name);
      // The interrupt itself notes the pulse, and its thread tells it (pps_gpio_irq_thread(), 6.12).
      assert.match(row.waker_comm, /^irq\//);
      assert.ok(measurement.stacks.get(row.ttwu_stack)?.includes("pps_gpio_irq_thread"), JSON.stringify(row));
    }
    const edges = rows.map(({ edge_ns }) => BigInt(edge_ns));
    assert.equal(new Set(edges).size, RUNS);
    // The kernel's own account of the pulses goes on from the last edge.
    const asserted = /^(\d+)\.(\d{9})#(\d+)$/m.exec(await shell("cat /sys/class/pps/pps0/assert"));
    assert.ok(asserted !== null && Number(asserted[3]) >= RUNS);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
