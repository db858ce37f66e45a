/**
 * `deno task demo`: from a bare Debian machine to a comparison of a host with its VM, by `probe ab` in an
 * emulated host (see emulated_host.ts). When that host cannot run VMs of its own, or is lost, this machine is
 * the host and an emulated guest the VM; the split of the offset into host, hypervisor and guest is then that of a
 * recorded series. Leaves host.csv and vm.csv in dist/demo, or with --loaded, which mixes wakes and loads, in
 * dist/demo-loaded.
 */

import { guestArchitecture } from "../../guest/qemu/arch.ts";
import { type CommandResult, startGuest } from "../../guest/vm/boot.ts";
import { build } from "./build.ts";
import { CommandFailed, run } from "../process/command.ts";
import { EXECUTABLE, executableLibraries } from "../parts/executable.ts";
import { fetchKernel } from "../debian/kernels.ts";
import { AB_FILES, abInEmulatedHost, EmulationLost, NoNesting, startEmulatedHost } from "./emulated_host.ts";
import { findQemu } from "../debian/qemu.ts";
import { orExplain, setup } from "./setup.ts";

/** For --loaded: timer and pipe wake the target in turn, on idle and on busy CPUs. */
const LOADED = Deno.args.includes("--loaded");
const FOLDER = LOADED ? "dist/demo-loaded" : "dist/demo";
const PROTOCOL = LOADED
  ? ["--runs", "120", "--period", "200ms", "--wake", "timer,pipe", "--load", "idle,cpu:2"]
  : ["--runs", "30", "--period", "200ms"];
const STEPS = 4;
const TICK_MS = 10_000;
/** A series of `probe ab` in an emulated host, kept for the tests: host and VM. */
const RECORDED = ["tests/answers/files/lab_host.csv", "tests/answers/files/lab_vm.csv"] as const;
/** An hour: emulation on a busy machine is slow. */
const LIMIT_MS = 3_600_000;
/** `probe ab` takes about a minute there. Together with the fallback, the demo stays below five. */
const EMULATED_LIMIT_MS = LOADED ? LIMIT_MS : 180_000;

const started = performance.now();
let lastSaid = started;

function say(message: string): void {
  lastSaid = performance.now();
  console.log(`[${((performance.now() - started) / 1000).toFixed(0).padStart(3)} s] ${message}`);
}

function step(number: number, title: string): void {
  console.log();
  say(`${number}/${STEPS} ${title}`);
}

function sayFrom(source: string): (line: string) => void {
  return (line) => {
    lastSaid = performance.now();
    console.log(`  ${source} | ${line}`);
  };
}

/**
 * Waits for probe in a guest. Without a terminal probe reports only that it starts and that it ends, so this
 * prints a line after a longer silence.
 */
async function finish<R extends CommandResult>(argv: readonly string[], result: Promise<R>): Promise<R> {
  const tick = () => {
    if (performance.now() - lastSaid >= TICK_MS) say("still at it; emulation is slow");
  };
  const ticking = setInterval(tick, TICK_MS / 2);
  const ended = await result.finally(() => clearInterval(ticking));
  console.log(ended.stdout.trimEnd());
  if (ended.code !== 0) throw new CommandFailed(argv, ended.code, "");
  return ended;
}

/** The VM runs under KVM inside the emulated host, so both are slow in the same way. */
async function measureInEmulatedHost(): Promise<void> {
  step(3, "booting an emulated machine that stands for the host");
  await using host = await startEmulatedHost({
    onProgress: say,
    onConsole: sayFrom("host"),
  });
  step(4, `in it: probe ab ${PROTOCOL.join(" ")}`);
  const { files } = await finish(
    ["probe", "ab", ...PROTOCOL],
    abInEmulatedHost(host, PROTOCOL, EMULATED_LIMIT_MS),
  );
  for (const [i, name] of AB_FILES.entries()) await Deno.writeFile(`${FOLDER}/${name}`, files[i]!);
}

async function measureHereAndInGuest(): Promise<void> {
  const measure = ["run", ...PROTOCOL, "--env"];
  step(3, "measuring this machine, and a throwaway guest");
  await run([EXECUTABLE, ...measure, "host", "--out", `${FOLDER}/host.csv`]);
  const qemu = await findQemu({ onProgress: say });
  const kernel = await fetchKernel("trixie-cloud", { onProgress: say });
  say(`booting ${kernel.release} in QEMU ${qemu.version}`);
  await using guest = await startGuest({
    qemu,
    kernel: kernel.vmlinuz,
    kernelArgs: guestArchitecture().clockArguments,
    files: [{ path: "/bin/probe", source: EXECUTABLE }],
    libraries: executableLibraries(),
    onConsole: sayFrom("guest"),
  });
  say(`the guest is up (${guest.accelerator === "kvm" ? "KVM" : "emulated"}); measuring in it`);
  const argv = ["/bin/probe", ...measure, "vm", "--out", "/root/vm.csv"];
  await finish(argv, guest.run(argv, { echo: true, timeoutMs: LIMIT_MS }));
  await Deno.writeFile(`${FOLDER}/vm.csv`, await guest.readFile("/root/vm.csv"));
  step(4, "probe compare host.csv vm.csv");
  await run([await Deno.realPath(EXECUTABLE), "compare", ...AB_FILES], { cwd: FOLDER });
  console.log();
  say("this guest was not followed from its host; a series recorded on another day, in an emulated host,");
  say("has the VM's offset split into host, hypervisor and guest (offset by machine):");
  await run([EXECUTABLE, "compare", ...RECORDED]);
}

async function removeFiles(): Promise<void> {
  for (const name of AB_FILES) {
    await Deno.remove(`${FOLDER}/${name}`).catch((error: unknown) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}

async function demo(): Promise<void> {
  step(1, "set-up");
  await setup();
  step(2, "building the executable");
  await build();
  await Deno.mkdir(FOLDER, { recursive: true });
  await removeFiles();
  try {
    await measureInEmulatedHost();
  } catch (error) {
    if (!(error instanceof NoNesting || error instanceof EmulationLost)) throw error;
    say(`no VM inside an emulated host: ${error.message}`);
    say("instead this machine is the host, and a throwaway guest the VM");
    await measureHereAndInGuest();
  }
  console.log();
  say(`both result files are in ${FOLDER}`);
}

if (import.meta.main) await orExplain(demo);
