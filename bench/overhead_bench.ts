/**
 * What the probes cost other tasks: two unrelated ones that wake each other through a pipe, alone and while
 * an observer is armed for another task; `probe` and a bpftrace script with the same hooks and filter,
 * alternately, in one run.
 *
 *   deno run -A bench/overhead_bench.ts [native] [guest]        default: both
 *
 * On the machine itself at the tracepoint tier, in a guest with Debian's 6.12 at the full tier. Needs
 * dist/probe. It is a benchmark: it reports, but does not fail when a goal is missed.
 */

import { existsSync } from "node:fs";
import { EXIT, Failure } from "../analysis/failure.ts";
import { medianSorted } from "../analysis/stats/quantile.ts";
import { capture, CommandFailed, run, stdoutOf } from "../build/process/command.ts";
import { EXECUTABLE, executableLibraries } from "../build/parts/executable.ts";
import { fetchKernel } from "../build/debian/kernels.ts";
import { findQemu } from "../build/debian/qemu.ts";
import { MULTIARCH } from "../guest/image/libraries.ts";
import { guestArchitecture } from "../guest/qemu/arch.ts";
import { type Guest, startGuest } from "../guest/vm/boot.ts";
import type { Tier } from "../analysis/result/meta.ts";
import { medianInterval } from "./median_interval.ts";

const BPFTRACE = "/usr/bin/bpftrace";
const GOAL_PER_CENT = 5;
const GOAL_OF_BPFTRACE = 0.5;
/** Most that the probes may cost around an edge, as a multiple of the cost of programs that do nothing. */
const GOAL_OF_EMPTY = 1.15;
/** Some kernels mount it only on demand; only bpftrace sees this mount. */
const TRACEFS = "/sys/kernel/tracing";

/** What overhead_round.sh runs beside the pair. */
const CONDITIONS = {
  probe_window: "probe, around an edge: all hooks attached and armed",
  empty_programs: "programs that do nothing on the same hooks",
  probe_other: "probe, around an edge of another process's task",
  probe_between: "probe, between two edges",
  probe_run: "probe, a whole run at the default period, CPU time",
  bpftrace_script: "bpftrace, same hooks and filter",
} as const;
type Condition = keyof typeof CONDITIONS;

interface Place {
  readonly tier: Tier;
  readonly rounds: number;
  /** Length of a probe's window, before the share that it leaves free; s. */
  readonly periodS: number;
  readonly trips: number;
  readonly bursts: number;
  /** How long the pair runs beside a whole run of several periods. */
  readonly seconds: number;
}

const NATIVE: Place = { tier: "tracepoint", rounds: 12, periodS: 8, trips: 200, bursts: 150, seconds: 6 };
const GUEST: Place = { tier: "full", rounds: 6, periodS: 8, trips: 100, bursts: 100, seconds: 2 };

/** Slowdowns of the pair in per cent, one per round. */
type Slowdowns = Map<Condition, number[]>;

function isCondition(word: string | undefined): word is Condition {
  return word !== undefined && Object.hasOwn(CONDITIONS, word);
}

/** Adds what one round printed, and shows it: a round takes up to minutes. */
function addRound(slowdowns: Slowdowns, stdout: string): void {
  console.error(stdout.trim().replaceAll("\n", "  "));
  for (const line of stdout.trim().split("\n")) {
    const [condition, without, beside] = line.split(" ");
    const ratio = Number(beside) / Number(without);
    if (!isCondition(condition) || !(ratio > 0)) {
      throw new TypeError(`A round must print ratios, got: ${line}`);
    }
    slowdowns.set(condition, [...slowdowns.get(condition) ?? [], 100 * (ratio - 1)]);
  }
}

function roundCommand(folder: string, place: Place, probe: string, bpftrace: string): string[] {
  const numbers = [place.periodS, place.trips, place.bursts, place.seconds].map(String);
  return ["sh", `${folder}/overhead_round.sh`, folder, place.tier, ...numbers, probe, bpftrace];
}

async function measureNative(folder: string, place: Place): Promise<Slowdowns> {
  const slowdowns: Slowdowns = new Map();
  const mounting = `mountpoint -q ${TRACEFS} || mount -t tracefs tracefs ${TRACEFS}; exec "$@"`;
  const round = roundCommand(folder, place, await Deno.realPath(EXECUTABLE), BPFTRACE);
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

async function bootGuest(folder: string): Promise<Guest> {
  const say = (message: string) => console.error(message);
  const kernel = await fetchKernel("trixie-cloud", { onProgress: say });
  const own = ["pair", "attach", "overhead_round.sh", "full.bt", "empty_full.o"];
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

async function measureGuest(folder: string, place: Place): Promise<Slowdowns> {
  await using guest = await bootGuest(folder);
  const slowdowns: Slowdowns = new Map();
  for (let done = 0; done < place.rounds; done++) {
    const argv = roundCommand("/bench", place, "/bin/probe", "/bin/bpftrace");
    const { code, stdout, stderr } = await guest.run(argv);
    if (code !== 0) throw new CommandFailed(argv, code, stderr);
    addRound(slowdowns, stdout);
  }
  return slowdowns;
}

interface Estimate {
  readonly median: number;
  readonly text: string;
}

function estimateOf(slowdowns: Slowdowns, condition: Condition): Estimate {
  const sorted = Float64Array.from(slowdowns.get(condition) ?? []).sort();
  const median = medianSorted(sorted);
  const interval = medianInterval(sorted);
  const range = interval === null
    ? "too few rounds for an interval"
    : `${interval.low.toFixed(1)} to ${interval.high.toFixed(1)}`;
  return { median, text: `${median.toFixed(1).padStart(6)} %  [${range}]` };
}

function report(title: string, place: Place, slowdowns: Slowdowns): void {
  console.log(
    `${title}, tier ${place.tier}, ${place.rounds} rounds: slowdown of the pair, median and 95 % interval`,
  );
  const bpftrace = estimateOf(slowdowns, "bpftrace_script").median;
  for (const [condition, words] of Object.entries(CONDITIONS)) {
    if (!isCondition(condition) || !slowdowns.has(condition)) continue;
    const { median, text } = estimateOf(slowdowns, condition);
    const isMet = median < GOAL_PER_CENT && median < GOAL_OF_BPFTRACE * bpftrace;
    const goal = !condition.startsWith("probe_")
      ? ""
      : `  goal < ${GOAL_PER_CENT} % and < ${GOAL_OF_BPFTRACE} of bpftrace: ${isMet ? "met" : "MISSED"}`;
    console.log(`  ${words.padEnd(53)}${text}${goal}`);
  }
  const ratio = estimateOf(slowdowns, "probe_window").median / estimateOf(slowdowns, "empty_programs").median;
  console.log(
    `  around an edge ${ratio.toFixed(2)} times what programs cost that do nothing; ` +
      `goal <= ${GOAL_OF_EMPTY}: ${ratio <= GOAL_OF_EMPTY ? "met" : "MISSED"}`,
  );
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

async function bench(places: readonly string[]): Promise<void> {
  const unknown = places.find((place) => place !== "native" && place !== "guest");
  if (unknown !== undefined) {
    throw new Failure(EXIT.usage, `"${unknown}" is not a place`, "give native or guest");
  }
  await requireParts();
  const folder = Deno.makeTempDirSync({ prefix: "probe-bench-" });
  try {
    await prepare(folder);
    const wanted = places.length === 0 ? ["native", "guest"] : places;
    if (wanted.includes("native")) report("this machine", NATIVE, await measureNative(folder, NATIVE));
    if (wanted.includes("guest")) {
      report("guest with Linux 6.12, instructions counted", GUEST, await measureGuest(folder, GUEST));
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

if (import.meta.main) {
  try {
    await bench(Deno.args);
  } catch (error) {
    if (!(error instanceof Failure) && !(error instanceof CommandFailed)) throw error;
    console.error(error.message);
    Deno.exitCode = error instanceof Failure ? error.exitCode : EXIT.failed;
  }
}
