/** Whose wakeup is followed: the built-in thread, or a task that is there already. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import type { TaskFact } from "../../analysis/result/meta.ts";
import { kernelFileExists } from "../../ffi/kernel_file.ts";
import { readMachineText } from "../machine/machine.ts";
import { readStat } from "../machine/task_stat.ts";
import { COMM_BYTES } from "./settings.ts";

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
  if (comm !== undefined && new TextEncoder().encode(comm).length <= COMM_BYTES) {
    return { kind: "comm", comm };
  }
  throw new Failure(
    EXIT.usage,
    `--target: "${text}" names no target`,
    `use self, pid:NUMBER, or comm:NAME with a name of at most ${COMM_BYTES} bytes`,
  );
}

/** What of it is part of a protocol. */
export function targetText(target: TargetChoice): string {
  return target.kind === "comm" ? `comm:${target.comm}` : target.kind;
}

/**
 * The existing task of a choice.
 *
 * @param tasksNamed kernel pids of all tasks of that name
 * @throws Failure when there is none, or when a name has several
 */
export function findTask(
  choice: Exclude<TargetChoice, { kind: "self" }>,
  tasksNamed: (comm: string) => readonly number[],
): TaskFact {
  const pid = choice.kind === "pid" ? choice.pid : onlyOne(choice.comm, tasksNamed(choice.comm));
  const comm = readMachineText(`/proc/${pid}/comm`);
  const start_ticks = startTicks(pid);
  if (comm === null || start_ticks === null || !kernelFileExists(`/proc/${pid}`)) {
    throw new Failure(EXIT.failed, `no task has pid ${pid}`, "look it up with ps -eL");
  }
  return { pid, comm: choice.kind === "comm" ? choice.comm : comm.trimEnd(), start_ticks };
}

function onlyOne(comm: string, pids: readonly number[]): number {
  const [pid] = pids;
  if (pid === undefined) {
    throw new Failure(EXIT.failed, `no task is named ${comm}`, "look the name up with ps -eLo pid,comm");
  }
  if (pids.length === 1) return pid;
  const some = pids.slice(0, 5).join(", ") + (pids.length > 5 ? ", ..." : "");
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
