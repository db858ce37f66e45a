/**
 * `deno task demo`: from a bare Debian machine to a comparison of itself with a guest. Leaves host.csv and
 * vm.csv in dist/demo.
 */

import { type Guest, startGuest } from "../guest/boot.ts";
import { build } from "./build.ts";
import { CommandFailed, run } from "./command.ts";
import { EXECUTABLE, executableLibraries } from "./executable.ts";
import { fetchKernel } from "./kernels.ts";
import { findQemu } from "./qemu.ts";
import { orExplain, setup } from "./setup.ts";

const FOLDER = "dist/demo";
const RUNS = ["run", "--runs", "30"];
const STEPS = 5;
const TICK_MS = 10_000;

const started = performance.now();

function say(message: string): void {
  console.log(`[${((performance.now() - started) / 1000).toFixed(0).padStart(3)} s] ${message}`);
}

function step(number: number, title: string): void {
  console.log();
  say(`${number}/${STEPS} ${title}`);
}

async function bootWithProbe(): Promise<Guest> {
  const qemu = await findQemu({ onProgress: say });
  const kernel = await fetchKernel("trixie-cloud", { onProgress: say });
  say(`booting ${kernel.release} in QEMU ${qemu.version}`);
  return await startGuest({
    qemu,
    kernel: kernel.vmlinuz,
    // Else a guest under emulation falls back to hpet, each read of which is a slow trap.
    kernelArgs: ["tsc=reliable"],
    files: [{ path: "/bin/probe", source: EXECUTABLE }],
    libraries: executableLibraries(),
    onConsole: (line) => console.log(`  guest | ${line}`),
  });
}

async function measureGuest(): Promise<void> {
  await using guest = await bootWithProbe();
  say(
    `the guest is up (${
      guest.accelerator === "kvm" ? "KVM" : "emulated, expect it to be slow"
    }); measuring in it`,
  );
  const argv = ["/bin/probe", ...RUNS, "--env", "vm", "--out", "/root/vm.csv"];
  // Without a terminal probe reports its begin and its end only.
  const ticking = setInterval(() => say("still measuring in the guest, one run a second or slower"), TICK_MS);
  const { code, stdout } = await guest.run(argv, { echo: true }).finally(() => clearInterval(ticking));
  console.log(stdout.trimEnd());
  if (code !== 0) throw new CommandFailed(argv, code, "");
  await Deno.writeFile(`${FOLDER}/vm.csv`, await guest.readFile("/root/vm.csv"));
}

async function demo(): Promise<void> {
  step(1, "set-up");
  await setup();
  step(2, "building the executable");
  await build();
  await Deno.mkdir(FOLDER, { recursive: true });
  for (const name of ["host.csv", "vm.csv"]) {
    await Deno.remove(`${FOLDER}/${name}`).catch((error: unknown) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
  step(3, "measuring this machine: probe run --runs 30 --env host");
  await run([EXECUTABLE, ...RUNS, "--env", "host", "--out", `${FOLDER}/host.csv`]);
  step(4, "measuring a throwaway guest: probe run --runs 30 --env vm");
  await measureGuest();
  step(5, "probe compare host.csv vm.csv");
  await run([await Deno.realPath(EXECUTABLE), "compare", "host.csv", "vm.csv"], { cwd: FOLDER });
  console.log();
  say(`both result files are in ${FOLDER}`);
}

if (import.meta.main) await orExplain(demo);
