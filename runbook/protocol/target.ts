/** Whose wakeup is followed: that of the built-in thread, or of an existing task. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import type { TaskFact } from "../../analysis/result/meta.ts";
import { kernelFileExists } from "../../ffi/kernel_file.ts";
import { readMachineText } from "../machine/machine.ts";
import { readStat } from "../machine/task_stat.ts";
import { COMM_BYTES, lastingName, NAME_BYTES } from "./settings.ts";

export type TargetChoice =
  | { readonly kind: "self" }
  | { readonly kind: "pid"; readonly pid: number }
  | { readonly kind: "comm"; readonly comm: string };

/** @throws Failure (usage) */
export function parseTarget(text: string): TargetChoice {
  if (text === "self") return { kind: "self" };
  const pid = /^pid:([1-9]\d{0,9})$/.exec(text)?.[1];
  if (pid !== undefined) return { kind: "pid", pid: Number(pid) };
  const comm = /^comm:(.+)$/.exec(text)?.[1];
  if (comm !== undefined && new TextEncoder().encode(comm).length <= NAME_BYTES) {
    return { kind: "comm", comm: lastingName(comm) };
  }
  throw new Failure(
    EXIT.usage,
    `--target: "${text}" names no target`,
    `use self, pid:NUMBER, or comm:NAME with a name of at most ${NAME_BYTES} bytes`,
  );
}

/** The part of it that belongs to a protocol. */
export function targetText(target: TargetChoice): string {
  return target.kind === "comm" ? `comm:${target.comm}` : target.kind;
}

/**
 * The existing task that the user chose.
 *
 * @param tasksNamed pids of all tasks of that name, as /proc shows it or as the kernel keeps it
 * @throws Failure when no task has the name, or several have
 */
export function findTask(
  choice: Exclude<TargetChoice, { kind: "self" }>,
  tasksNamed: (comm: string) => readonly number[],
): TaskFact {
  const pid = choice.kind === "pid" ? choice.pid : onlyOne(choice.comm, tasksNamed(choice.comm));
  const comm = nameOf(pid);
  const start_ticks = startTicks(pid);
  if (comm === null || start_ticks === null || !kernelFileExists(`/proc/${pid}`)) {
    throw new Failure(EXIT.failed, `no task has pid ${pid}`, "look it up with ps -eL");
  }
  return { pid, comm: choice.kind === "comm" ? choice.comm : lastingName(comm), start_ticks };
}

/** What the built-in target's thread is named while it runs: ffi/native/target.c. */
export const BUILT_IN_COMM = "probe-target";

/** The part of a name that the kernel keeps, and BPF programs see. */
export function keptName(comm: string): string {
  return new TextDecoder().decode(new TextEncoder().encode(comm).subarray(0, COMM_BYTES));
}

/** The name as /proc shows it; null: the task does not exist. */
function nameOf(pid: number): string | null {
  return readMachineText(`/proc/${pid}/comm`)?.trimEnd() ?? null;
}

/** How many are named when there are several. */
const SHOWN = 5;

function onlyOne(comm: string, pids: readonly number[]): number {
  const [pid] = pids;
  if (pid === undefined) {
    const isCut = new TextEncoder().encode(comm).length > COMM_BYTES;
    const cut = isCut ? ` (of a program's name the kernel keeps ${COMM_BYTES} bytes)` : "";
    throw new Failure(
      EXIT.failed,
      `no task is named ${comm}${cut}`,
      "look the name up with ps -eLo pid,comm",
    );
  }
  if (pids.length === 1) return pid;
  const named = pids.slice(0, SHOWN).map((pid) => {
    const shown = nameOf(pid);
    return shown === null || shown === comm ? `${pid}` : `${pid} ${shown}`;
  });
  const some = named.join(", ") + (pids.length > SHOWN ? ", ..." : "");
  throw new Failure(
    EXIT.usage,
    `${pids.length} tasks are named ${comm} (${some})`,
    "name one of them with --target pid:NUMBER",
  );
}

function startTicks(pid: number): number | null {
  const ticks = readStat(readMachineText, `${pid}`)?.(START_TIME);
  return ticks === undefined || !/^\d+$/.test(ticks) ? null : Number(ticks);
}

/** Field of /proc/PID/stat: starttime. */
const START_TIME = 22;
