/** A QEMU, and what it can do on this machine. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { type GuestArchitecture, guestArchitecture } from "./arch.ts";
import { readMachineText } from "../../runbook/machine/machine.ts";

/** How to start one QEMU. */
export interface Qemu {
  command: string;
  /** Arguments that come before all others, for example the folder of its firmware. */
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  /** The version as `--version` prints it, for example `10.0.2`. */
  version: string;
  /** It has the device {@linkcode SHARED_MEMORY}. */
  sharesMemory: boolean;
}

/** `kvm`: the processor runs the guest. `tcg`: QEMU emulates it, up to 50 times slower. */
export type Accelerator = "kvm" | "tcg";

/** Before this major version, emulation corrupts kernel text that is patched while other CPUs run it. */
export const OLDEST_SAFE_TCG = 9;

const SHORT_TEST_MS = 60_000;

/** The device whose memory is a file on this machine. Some distributions leave it out. */
export const SHARED_MEMORY = "ivshmem-plain";

/**
 * Asks a QEMU for its version; undefined when the command does not exist. Error when it does not start or is
 * another program.
 */
export async function identifyQemu(
  command: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Qemu | undefined> {
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(command, { args: [...args, "--version"], env, stdin: "null" }).output();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw notAllowed(command, error);
  }
  const said = new TextDecoder().decode(output.success ? output.stdout : output.stderr).trim();
  const version = /^QEMU emulator version (\d+(?:\.\d+)*)/.exec(said)?.[1];
  if (!output.success || version === undefined) {
    throw new Failure(
      EXIT.cannotMeasure,
      `${command} --version ended with ${output.code} and said "${said.split("\n")[0]}"`,
      `install a QEMU for ${guestArchitecture().title} that starts`,
    );
  }
  // Asks for the help of this device: to list all devices, QEMU would load every module. The exit code is 0
  // either way.
  const ask = [...args, "-device", `${SHARED_MEMORY},help`];
  const help = await new Deno.Command(command, { args: ask, env, stdin: "null" }).output();
  const sharesMemory = new TextDecoder().decode(help.stdout).startsWith(SHARED_MEMORY);
  return { command, args, env, version, sharesMemory };
}

/** Deno refuses to start a program while such a variable is set, unless the process may start any program. */
const LOADER_VARIABLE = /\b(LD_\w+) environment variable/;

/** The error of starting a program, as a Failure when its cause is known. */
export function notAllowed(command: string, error: unknown): unknown {
  const [, variable] = LOADER_VARIABLE.exec(error instanceof Error ? error.message : "") ?? [];
  if (variable === undefined) return error;
  const found = `cannot start ${command} while ${variable} is set`;
  return new Failure(EXIT.usage, found, `unset ${variable}`, { cause: error });
}

/** The QEMU on PATH. Without one, a Failure says what to install. */
export async function installedQemu(): Promise<Qemu> {
  const { qemu: command, packages } = guestArchitecture();
  const qemu = await identifyQemu(command);
  if (qemu !== undefined) return qemu;
  throw new Failure(
    EXIT.cannotMeasure,
    `a guest needs ${command}, and it is not on PATH`,
    `install the package ${packages[0]} (in Debian 12 from backports, for ${OLDEST_SAFE_TCG} or newer)`,
  );
}

/** Whether this version may emulate several CPUs at the same time. */
export function emulatesSafely(qemu: Qemu): boolean {
  return Number.parseInt(qemu.version, 10) >= OLDEST_SAFE_TCG;
}

/**
 * How this QEMU runs guests here. KVM counts only when the processor has virtualisation and a short run under
 * it succeeds: /dev/kvm may exist, and even create virtual machines, without being able to run a kernel. A
 * Failure refuses emulation by a QEMU that is too old for it.
 */
export async function chooseAccelerator(
  qemu: Qemu,
  architecture: string = Deno.build.arch,
): Promise<Accelerator> {
  if (architecture === Deno.build.arch && processorVirtualises() && await runsShortly(qemu, "kvm")) {
    return "kvm";
  }
  if (emulatesSafely(qemu)) return "tcg";
  throw new Failure(
    EXIT.cannotMeasure,
    `QEMU ${qemu.version} would have to emulate the guest (KVM does not work here), and below version ` +
      `${OLDEST_SAFE_TCG} its emulation of several CPUs corrupts kernel code while probes are attached (int3 oopses)`,
    `install QEMU ${OLDEST_SAFE_TCG} or newer`,
  );
}

/** Arguments with which QEMU uses this accelerator. */
export function acceleratorArguments(accelerator: Accelerator): string[] {
  return ["-accel", accelerator === "kvm" ? "kvm" : "tcg,thread=multi", "-cpu", "max"];
}

/** Arguments for {@linkcode runsShortly}'s guest, after those of the QEMU. */
export function shortArguments(
  accelerator: Accelerator,
  { machine, untilReset }: GuestArchitecture = guestArchitecture(),
): string[] {
  const shape = ["-machine", machine, "-smp", "2", "-m", "64", "-nodefaults", "-display", "none"];
  return [...acceleratorArguments(accelerator), ...shape, ...untilReset];
}

/**
 * Runs the shortest possible guest, and it needs no kernel: a machine without disks until its firmware gives up and
 * resets, which ends QEMU, or, where a machine has no firmware, a few instructions that switch it off.
 */
export async function runsShortly(
  qemu: Qemu,
  accelerator: Accelerator,
  machine: GuestArchitecture = guestArchitecture(),
): Promise<boolean> {
  const { switchesOff } = machine;
  const program = switchesOff === null ? null : await Deno.makeTempFile({ prefix: "probe-guest-" });
  try {
    if (program !== null) await Deno.writeFile(program, switchesOff!);
    const output = await new Deno.Command(qemu.command, {
      args: [
        ...qemu.args,
        ...shortArguments(accelerator, machine),
        ...program === null ? [] : ["-kernel", program],
      ],
      env: qemu.env,
      stdin: "null",
      signal: AbortSignal.timeout(SHORT_TEST_MS),
    }).output();
    return output.success;
  } finally {
    if (program !== null) await Deno.remove(program);
  }
}

function processorVirtualises(): boolean {
  return guestArchitecture().virtualises.test(readMachineText("/proc/cpuinfo") ?? "");
}
