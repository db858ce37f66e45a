/**
 * Runs inside a guest and boots another one in it under KVM: arguments are the QEMU, its firmware folder, the
 * kernel, and the libraries that probe needs, as JSON. Prints what it found as one JSON object.
 */

import { startGuest } from "../../guest/boot.ts";
import { identifyQemu } from "../../guest/qemu.ts";

export interface Nested {
  readonly accelerator: string;
  readonly current: string;
  readonly available: string;
  readonly file: string;
}

const CLOCKSOURCE = "/sys/devices/system/clocksource/clocksource0";
const [command = "", firmware = "", kernel = "", libraries = "[]"] = Deno.args;

const qemu = await identifyQemu(command, ["-L", firmware], {});
if (qemu === undefined) throw new Error(`${command} is no QEMU`);
await using guest = await startGuest({
  qemu,
  kernel,
  memoryMiB: 900,
  libraries: JSON.parse(libraries),
  files: [{ path: "/bin/probe", source: "/bin/probe" }],
  bootTimeoutMs: 900_000,
  onConsole: (line) => console.error(`nested | ${line}`),
});

async function said(...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await guest.run(argv, { timeoutMs: 1_200_000 });
  if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}: ${stderr}`);
  return stdout.trim();
}

const found: Nested = {
  accelerator: guest.accelerator,
  current: await said("cat", `${CLOCKSOURCE}/current_clocksource`),
  available: await said("cat", `${CLOCKSOURCE}/available_clocksource`),
  file: await said(
    "/bin/probe",
    "run",
    "--runs",
    "10",
    "--period",
    "500ms",
    "--env",
    "vm",
    "--out",
    "/vm.csv",
  )
    .then(() => said("cat", "/vm.csv")),
};
console.log(JSON.stringify(found));
