/**
 * Rounds of overhead_round.sh: what observers cost other tasks, on this machine and in an emulated guest where
 * instructions are counted, not time.
 */

import { existsSync } from "node:fs";
import { EXIT, Failure } from "../analysis/failure.ts";
import type { Tier } from "../analysis/result/meta.ts";
import { medianSorted } from "../analysis/stats/quantile.ts";
import { capture, CommandFailed, run, stdoutOf } from "../build/process/command.ts";
import { EXECUTABLE, executableLibraries } from "../build/parts/executable.ts";
import { fetchKernel } from "../build/debian/kernels.ts";
import { findQemu } from "../build/debian/qemu.ts";
import { MULTIARCH } from "../guest/image/libraries.ts";
import { guestArchitecture } from "../guest/qemu/arch.ts";
import { type Guest, startGuest } from "../guest/vm/boot.ts";
import { medianInterval } from "./median_interval.ts";

const BPFTRACE = "/usr/bin/bpftrace";
/** Some kernels mount it only on demand; only bpftrace sees this mount. */
const TRACEFS = "/sys/kernel/tracing";

/** Where and how long is measured. */
export interface Place {
  readonly tier: Tier;
  readonly rounds: number;
  /** Length of a probe's window, before the share that it leaves free; s. */
  readonly periodS: number;
  readonly trips: number;
  readonly bursts: number;
  /** How long the pair runs beside a whole run of several periods. */
  readonly seconds: number;
}

export const NATIVE: Place = {
  tier: "tracepoint",
  rounds: 12,
  periodS: 8,
  trips: 200,
  bursts: 150,
  seconds: 6,
};
export const GUEST: Place = { tier: "full", rounds: 6, periodS: 8, trips: 100, bursts: 100, seconds: 2 };

/** Slowdowns of the pair in per cent by condition, one per round. */
export type Slowdowns = ReadonlyMap<string, readonly number[]>;

function noSlowdowns(conditions: readonly string[]): Map<string, number[]> {
  return new Map(conditions.map((condition) => [condition, []]));
}

/** Adds what one round printed, and shows it: a round takes up to minutes. */
function addRound(slowdowns: Map<string, number[]>, stdout: string): void {
  console.error(stdout.trim().replaceAll("\n", "  "));
  for (const line of stdout.trim().split("\n")) {
    const [condition = "", without, beside] = line.split(" ");
    const ratio = Number(beside) / Number(without);
    const known = slowdowns.get(condition);
    if (known === undefined || !(ratio > 0)) {
      throw new TypeError(`A round must print ratios, got: ${line}`);
    }
    known.push(100 * (ratio - 1));
  }
}

function roundCommand(
  folder: string,
  place: Place,
  probe: string,
  bpftrace: string,
  conditions: readonly string[],
): string[] {
  const numbers = [place.periodS, place.trips, place.bursts, place.seconds].map(String);
  const programs = [probe, bpftrace];
  return ["sh", `${folder}/overhead_round.sh`, folder, place.tier, ...numbers, ...programs, ...conditions];
}

/** @param folder as prepared */
export async function measureNative(
  folder: string,
  place: Place,
  conditions: readonly string[],
): Promise<Slowdowns> {
  const slowdowns = noSlowdowns(conditions);
  const mounting = `mountpoint -q ${TRACEFS} || mount -t tracefs tracefs ${TRACEFS}; exec "$@"`;
  const round = roundCommand(folder, place, await Deno.realPath(EXECUTABLE), BPFTRACE, conditions);
  for (let done = 0; done < place.rounds; done++) {
    addRound(slowdowns, await stdoutOf(["unshare", "--mount", "sh", "-c", mounting, "sh", ...round]));
  }
  return slowdowns;
}

/**
 * The time of an emulated guest depends on what else this machine does. With -icount its clock counts
 * instructions, 1 ns each, on one CPU: a slowdown is then the share of additional instructions, the same in
 * every run to about 0.1 %.
 */
const COUNTING = { accelerator: ["-accel", "tcg,thread=single"], clock: ["-icount", "shift=0,sleep=off"] };

/** @param folder as prepared; all its files get into the guest */
export async function countingGuest(folder: string): Promise<Guest> {
  const say = (message: string) => console.error(message);
  const kernel = await fetchKernel("trixie-cloud", { onProgress: say });
  // The first one says which machine the guest's libraries are for, and BPF objects are for none.
  const own = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .sort((a, b) => Number(a.endsWith(".o")) - Number(b.endsWith(".o")));
  const qemu = await findQemu({ onProgress: say });
  return await startGuest({
    qemu: { ...qemu, args: [...qemu.args, ...COUNTING.accelerator] },
    qemuArgs: COUNTING.clock,
    cpus: 1,
    kernel: kernel.vmlinuz,
    kernelArgs: guestArchitecture().clockArguments,
    memoryMiB: 3072,
    files: [
      ...own.map((name) => ({ path: `/bench/${name}`, source: `${folder}/${name}` })),
      { path: "/bin/probe", source: EXECUTABLE },
      { path: "/bin/bpftrace", source: BPFTRACE },
    ],
    libraries: executableLibraries(),
  });
}

export async function measureGuest(
  guest: Guest,
  place: Place,
  conditions: readonly string[],
): Promise<Slowdowns> {
  const slowdowns = noSlowdowns(conditions);
  for (let done = 0; done < place.rounds; done++) {
    // One at a time: together they may take longer than a guest is waited for.
    for (const condition of conditions) {
      const argv = roundCommand("/bench", place, "/bin/probe", "/bin/bpftrace", [condition]);
      const { code, stdout, stderr } = await guest.run(argv);
      if (code !== 0) throw new CommandFailed(argv, code, stderr);
      addRound(slowdowns, stdout);
    }
  }
  return slowdowns;
}

interface Estimate {
  readonly median: number;
  readonly text: string;
}

/** @param unit after the median */
export function estimateOf(values: readonly number[], unit = " %"): Estimate {
  const sorted = Float64Array.from(values).sort();
  const median = medianSorted(sorted);
  const interval = medianInterval(sorted);
  const range = interval === null
    ? "too few rounds for an interval"
    : `${interval.low.toFixed(1)} to ${interval.high.toFixed(1)}`;
  return { median, text: `${median.toFixed(1).padStart(6)}${unit}  [${range}]` };
}

/** The files that the rounds need, in a folder of their own. */
async function prepare(folder: string): Promise<void> {
  const compile = ["clang", "-O2", "-Wall", "-Wextra", "-Werror"];
  await run([...compile, "-static", source("pair.c"), "-o", `${folder}/pair`]);
  // libelf needs it on some systems (Debian 13).
  const zstd = existsSync(`/usr/lib/${MULTIARCH}/libzstd.a`) ? ["-lzstd"] : [];
  const libraries = ["-lbpf", "-lelf", "-lz", ...zstd];
  await run([...compile, "-static", source("attach.c"), "-o", `${folder}/attach`, ...libraries]);
  for (const [tier, ...flags] of [["tracepoint"], ["full", "-DFULL"]]) {
    const empty = ["-c", source("empty.bpf.c"), "-o", `${folder}/empty_${tier}.o`];
    await run([...compile, "-g", "-target", "bpf", `-I/usr/include/${MULTIARCH}`, ...flags, ...empty]);
  }
  for (const name of ["overhead_round.sh", "tracepoint.bt", "full.bt"]) {
    Deno.copyFileSync(source(name), `${folder}/${name}`);
  }
}

function source(name: string): string {
  return new URL(name, import.meta.url).pathname;
}

/** @throws Failure when dist/probe or bpftrace is missing */
async function requireParts(): Promise<void> {
  const missing: string[] = [];
  if ((await capture([EXECUTABLE, "--version"])).code !== 0) missing.push("dist/probe (deno task build)");
  if ((await capture([BPFTRACE, "--version"])).code !== 0) {
    missing.push("bpftrace (apt-get install bpftrace)");
  }
  if (missing.length > 0) {
    throw new Failure(
      EXIT.failed,
      `cannot measure the overhead without ${missing.join(" and ")}`,
      "install it",
    );
  }
}

/**
 * Calls `bench` with a folder that is prepared and removed afterwards.
 *
 * @param places where to measure, as the command line names them; none: all
 */
export async function benchIn(
  places: readonly string[],
  bench: (folder: string, isWanted: (place: string) => boolean) => Promise<void>,
): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "probe-bench-" });
  try {
    const unknown = places.find((place) => place !== "native" && place !== "guest");
    if (unknown !== undefined) {
      throw new Failure(EXIT.usage, `"${unknown}" is not a place`, "give native or guest");
    }
    await requireParts();
    await prepare(folder);
    await bench(folder, (place) => places.length === 0 || places.includes(place));
  } catch (error) {
    if (!(error instanceof Failure) && !(error instanceof CommandFailed)) throw error;
    console.error(error.message);
    Deno.exitCode = error instanceof Failure ? error.exitCode : EXIT.failed;
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
