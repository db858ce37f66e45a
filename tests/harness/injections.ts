/**
 * Causes that are made in a guest on purpose, one at a time, and what the rows then name. tests/kernels/causes_test.ts
 * asserts on it, `deno task causes` writes it into docs/causes.md.
 */

import assert from "node:assert/strict";
import { type PartName, PARTS } from "../../analysis/result/columns.ts";
import { buildArchitecture } from "../../build/parts/arch.ts";
import { EXECUTABLE, executableLibraries } from "../../build/parts/executable.ts";
import type { KernelName } from "../../build/debian/kernels.ts";
import { MULTIARCH } from "../../guest/image/libraries.ts";
import type { Guest, GuestOptions } from "../../guest/vm/boot.ts";
import { bundled } from "./bundle.ts";
import { compiled } from "./compiled.ts";
import { text } from "./driven_guest.ts";
import { kernelGuest } from "./kernel_guest.ts";
import { parseMeasurement, type TextRow } from "./measurement.ts";

/** How long a lock is still held once the wakeup has begun, and how much longer an interrupt takes. */
const HELD_NS = 2_000_000;
const TARGET = "probe-target";
/** Of the target and of what is in its way; the guests have two CPUs. */
const CPU = 1;
const RUNS = 16;
const ROWS = "/tmp/rows.csv";
const PERIOD_MS = 200;

export interface Injection {
  readonly name: string;
  /** In words, for the table. */
  readonly made: string;
  /** The part in which it must be found. */
  readonly part: PartName;
  /** Shell commands that begin it; they leave its processes' pids in /tmp/injected. */
  readonly begin: string;
  /** A program that the kernel must run inside: not before 5.17, which has bpf_loop(). */
  readonly needsLoop: boolean;
}

const START = `begin() { "$@" >/tmp/begun 2>&1 & echo $! >>/tmp/injected; }`;
const hold = (comm: string, ...programs: string[]) =>
  `begin /opt/deno run -A --no-config --no-lock /opt/holding.js /opt/holder.o ${HELD_NS} ${comm} ${
    programs.join(" ")
  }
until grep -q attached /tmp/begun; do kill -0 $(tail -n 1 /tmp/injected); sleep 0.1; done`;

export const INJECTIONS: readonly Injection[] = [
  {
    name: "rq lock",
    made: "another CPU holds the runqueue's lock until the wakeup has waited for 2 ms",
    part: "rq_lock",
    begin: `${hold("held", "hold_locks", "note_ttwu")}\nbegin /opt/affinity held ${CPU} ${PERIOD_MS} 0 new`,
    needsLoop: true,
  },
  {
    name: "pi_lock",
    made: "another CPU holds the target's pi_lock until the wakeup has waited for 2 ms",
    part: "pi_lock",
    begin: `${hold(TARGET, "hold_locks", "note_ttwu")}\nbegin /opt/affinity ${TARGET} ${CPU} ${PERIOD_MS} 0`,
    needsLoop: true,
  },
  {
    name: "long interrupt",
    made: "the interrupt that woke the target takes 2 ms more before it ends",
    part: "interrupts",
    begin: hold(TARGET, "note_waking", "stay_in_interrupt"),
    needsLoop: true,
  },
  {
    name: "real-time task",
    made: "a SCHED_FIFO task computes on the target's CPU",
    part: "tasks",
    begin: `begin /opt/bouts ${CPU} 20000 5000`,
    needsLoop: false,
  },
];

/**
 * A third CPU waits for the runqueue's lock as well: the waiters then form a queue, and only that is traced as
 * contention (queued_spin_lock_slowpath(), 6.1 to 7.3). In a guest virt_spin_lock() has no queue, so this one must not
 * know that it is a guest.
 */
export const QUEUED: Injection = {
  name: "contended rq lock",
  made: "two other CPUs want the runqueue's lock",
  part: "rq_lock",
  begin: `${INJECTIONS[0]!.begin}\nbegin /opt/affinity third ${CPU} ${PERIOD_MS} 2 new`,
  needsLoop: true,
};
/** The same of the target's pi_lock: its timer's interrupt is the third that wants it. */
export const QUEUED_PI_LOCK: Injection = {
  name: "contended pi_lock",
  made: "two other CPUs want the target's pi_lock",
  part: "pi_lock",
  begin: `${INJECTIONS[1]!.begin}\nbegin /opt/affinity ${TARGET} ${CPU} ${PERIOD_MS} 2`,
  needsLoop: true,
};
export const BARE_METAL: Pick<GuestOptions, "cpus" | "qemuArgs"> = {
  cpus: 4,
  qemuArgs: ["-cpu", "max,-hypervisor"],
};

/** The kernels in which they are made. */
export const INJECTED_KERNELS: readonly {
  readonly kernel: KernelName;
  readonly injections: readonly Injection[];
  /** Whether _raw_spin_unlock can be hooked: the BTF of 5.10 lacks it. */
  readonly unlocks: boolean;
}[] = [
  { kernel: "bullseye-cloud", injections: INJECTIONS.filter(({ needsLoop }) => !needsLoop), unlocks: false },
  { kernel: "bookworm-cloud", injections: INJECTIONS, unlocks: true },
  { kernel: "trixie-cloud", injections: INJECTIONS, unlocks: true },
  { kernel: "trixie-backports-cloud", injections: INJECTIONS, unlocks: true },
];

/** `await using guest = await injectedGuest("trixie-cloud")`: the executable, and what makes the causes. */
export async function injectedGuest(
  kernel: KernelName,
  options: Pick<GuestOptions, "cpus" | "qemuArgs" | "kernelArgs"> = {},
): Promise<Guest> {
  const programs = ["affinity", "bouts"] as const;
  const guest = await kernelGuest(kernel, {
    files: [
      { path: "/bin/probe", source: EXECUTABLE },
      { path: "/opt/deno", source: Deno.execPath() },
      { path: "/opt/holding.js", source: await bundled("tests/harness/holding.ts") },
      { path: "/opt/holder.o", source: await holderObject() },
    ],
    libraries: executableLibraries(),
    memoryMiB: 2048,
    ...options,
    // _raw_spin_lock is patched while every CPU takes it: 6.12 panicked once when several threads emulated it.
  }, true);
  for (const name of programs) {
    await guest.writeFile(`/opt/${name}`, await compiled(`tests/harness/programs/${name}.c`), 0o755);
  }
  const runbook = [
    "version = 1",
    'detail = "causes"',
    `period = "${PERIOD_MS}ms"`,
    `cpus = [${CPU}]`,
    "",
  ].join("\n");
  await guest.writeFile("/tmp/runbook.toml", new TextEncoder().encode(runbook));
  return guest;
}

async function holderObject(): Promise<Uint8Array<ArrayBuffer>> {
  const path = await Deno.makeTempFile({ suffix: ".o" });
  try {
    const args = [
      "-O2",
      "-g",
      "-target",
      "bpf",
      "-mcpu=v3",
      `-D__TARGET_ARCH_${buildArchitecture().kernelName}`,
      "-Wall",
      "-Werror",
    ];
    const where = ["-Ibpf", "-idirafter", `/usr/include/${MULTIARCH}`];
    const file = ["-c", "tests/harness/programs/holder.bpf.c", "-o", path];
    const { success, stderr } = await new Deno.Command("clang", { args: [...args, ...where, ...file] })
      .output();
    assert.ok(success, new TextDecoder().decode(stderr));
    return await Deno.readFile(path);
  } finally {
    await Deno.remove(path);
  }
}

/**
 * Measures in the guest while the injection lasts; without one, when nothing is in the way.
 *
 * @param options of `probe run`
 */
export async function measured(
  guest: Guest,
  injection: Injection | null,
  options = "",
): Promise<readonly TextRow[]> {
  await text(guest, `rm -f /tmp/injected ${ROWS}*\n${START}\n${injection?.begin ?? ""}`);
  try {
    await text(
      guest,
      `NO_COLOR=1 /bin/probe run --runs ${RUNS} --require full --runbook /tmp/runbook.toml --out ${ROWS} --quiet ${options}`,
    );
  } finally {
    await text(
      guest,
      "[ ! -e /tmp/injected ] || for pid in $(cat /tmp/injected); do kill -9 $pid || true; done",
    );
  }
  const file = new TextDecoder().decode(await guest.readFile(ROWS));
  return parseMeasurement(file).rows.filter(({ status }) => status === "complete");
}

/** The documents of the slow runs of the series measured last, by run. */
export async function slowDocuments(guest: Guest): Promise<ReadonlyMap<number, string>> {
  const names = await text(guest, `ls ${ROWS}.slow-*[0-9].json`);
  const documents = new Map<number, string>();
  for (const name of names.split("\n")) {
    const run = Number(/(\d+)\.json$/.exec(name)![1]);
    documents.set(run, new TextDecoder().decode(await guest.readFile(name)));
  }
  return documents;
}

/**
 * The upper quartile of a part over rows, ns; 0 where it is not observed. Not the median: a lock is held by a call that
 * an emulated machine may make too late, so it is met in some of the runs only.
 */
export function quartileOf(rows: readonly TextRow[], part: PartName): number {
  const cells = rows.map((row) => Number(row[`part_${part}_ns`])).sort((a, b) => a - b);
  return cells[Math.floor(0.75 * cells.length)]!;
}

/** By how much the upper quartile of each part grew, ns, the largest first. */
export function growth(
  plain: readonly TextRow[],
  injected: readonly TextRow[],
): readonly { readonly part: PartName; readonly ns: number }[] {
  return PARTS.map(({ name }) => ({
    part: name,
    ns: quartileOf(injected, name) - quartileOf(plain, name),
  })).sort((a, b) => b.ns - a.ns);
}
