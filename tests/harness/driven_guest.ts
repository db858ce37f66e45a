/** A guest with the executable, and with the driver for measurements that the command line does not offer. */

import assert from "node:assert/strict";
import { foreignRoot, foreignRuntime } from "../../build/debian/foreign.ts";
import type { KernelName } from "../../build/debian/kernels.ts";
import { type BuildArchitecture, buildArchitecture } from "../../build/parts/arch.ts";
import {
  EXECUTABLE,
  executableLibraries,
  foreignExecutable,
  withPartsOf,
} from "../../build/parts/executable.ts";
import type { GuestFile } from "../../guest/image/initramfs.ts";
import { runtimeLibraries } from "../../guest/image/own_executable.ts";
import type { Guest, GuestOptions } from "../../guest/vm/boot.ts";
import { ANSWER, ASK, type Driven, type Phase, type PhaseEnd } from "./driver.ts";
import { bundled } from "./bundle.ts";
import { CLOCKSOURCE_FOLDER, kernelGuest } from "./kernel_guest.ts";

/** `await using guest = await drivenGuest("trixie-cloud")`: /bin/probe, and what {@linkcode drive} needs. */
export async function drivenGuest(kernel: KernelName, more: readonly GuestFile[] = []): Promise<Guest> {
  return await kernelGuest(kernel, {
    files: [
      { path: "/bin/probe", source: EXECUTABLE },
      { path: "/opt/deno", source: Deno.execPath() },
      { path: "/opt/driver.js", source: await bundled("tests/harness/driver.ts") },
      ...more,
    ],
    libraries: executableLibraries(),
    memoryMiB: 2048,
  });
}

/**
 * The same on another architecture than this machine's, with the executable that `task build` makes for it.
 *
 * @param more further files, and what the guest has besides
 */
export async function foreignGuest(
  kernel: KernelName,
  architecture: string,
  { files = [], ...more }: Pick<GuestOptions, "files" | "memoryMiB" | "qemuArgs"> = {},
): Promise<Guest> {
  const machine = buildArchitecture(architecture);
  const executable = foreignExecutable(machine);
  return await kernelGuest(kernel, {
    architecture,
    root: await foreignRoot(machine),
    files: [
      { path: "/bin/probe", source: executable },
      { path: "/opt/deno", source: await foreignRuntime(machine) },
      { path: "/opt/driver.js", source: await foreignBundle(machine) },
      ...files,
    ],
    libraries: runtimeLibraries(executable),
    memoryMiB: 2048,
    ...more,
  });
}

/** The driver with the other machine's parts in it. */
async function foreignBundle(machine: BuildArchitecture): Promise<Uint8Array<ArrayBuffer>> {
  const own = new TextDecoder().decode(await bundled("tests/harness/driver.ts"));
  const [text] = (await withPartsOf(machine, new Map([["driver.js", own]]))).values();
  return new TextEncoder().encode(text);
}

export interface Drive {
  /** The runs of a series, in order; fails when there are none. */
  of(series: string): readonly Driven[];
  /** How each phase ended, in order. */
  readonly ends: readonly PhaseEnd[];
}

const HELPER = `[ -p ${ASK} ] || {
  mkfifo ${ASK} ${ANSWER}
  exec 3<>${ASK}
  while read -r script <&3; do sh $script 3<&- >/dev/null 2>&1; echo $? >${ANSWER}; done </dev/null >/dev/null 2>&1 &
}`;

/** Runs a plan in the guest, one attach after the other. */
export async function drive(guest: Guest, ...phases: readonly Phase[]): Promise<Drive> {
  await guest.writeFile("/tmp/plan", new TextEncoder().encode(JSON.stringify(phases)));
  await text(guest, HELPER);
  const { code, stderr } = await guest.run(
    ["/opt/deno", "run", "-A", "--no-config", "--no-lock", "/opt/driver.js", "/tmp/plan", "/tmp/driven"],
  );
  if (code !== 0) assert.fail(`the driver: ${code} ${stderr}\n${await text(guest, "dmesg | tail -n 20")}`);
  const driven = new TextDecoder().decode(await guest.readFile("/tmp/driven"));
  const lines: (Driven | PhaseEnd)[] = driven.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  const runs = lines.filter((line) => "row" in line);
  return {
    of(series) {
      const found = runs.filter((run) => run.series === series);
      assert.ok(found.length > 0, series);
      return found;
    },
    ends: lines.filter((line) => "notices" in line),
  };
}

/** The output of a shell script in the guest; fails when the script fails. */
export async function text(guest: Guest, script: string): Promise<string> {
  const { code, stdout, stderr } = await guest.run(["sh", "-c", script], { timeoutMs: 300_000 });
  assert.equal(code, 0, `${script}: ${stderr}`);
  return stdout.trim();
}

export async function setClocksource(guest: Guest, name: string): Promise<void> {
  await text(guest, `echo ${name} >${CLOCKSOURCE_FOLDER}/current_clocksource`);
  assert.equal(await text(guest, `cat ${CLOCKSOURCE_FOLDER}/current_clocksource`), name);
}
