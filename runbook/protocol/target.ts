/** Whose wakeup is followed: the built-in thread, or a task that is there already. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { kernelFileExists, readKernelFile } from "../../ffi/kernel_file.ts";
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

export interface ExistingTask {
  /** Kernel pid: a thread's id. */
  readonly pid: number;
  readonly comm: string;
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
): ExistingTask {
  if (choice.kind === "pid") {
    const comm = readKernelFile(`/proc/${choice.pid}/comm`);
    if (comm === null || !kernelFileExists(`/proc/${choice.pid}`)) {
      throw new Failure(EXIT.failed, `no task has pid ${choice.pid}`, "look it up with ps -eL");
    }
    return { pid: choice.pid, comm: new TextDecoder().decode(comm).trimEnd() };
  }
  const pids = tasksNamed(choice.comm);
  const [pid] = pids;
  if (pid === undefined) {
    throw new Failure(
      EXIT.failed,
      `no task is named ${choice.comm}`,
      "look the name up with ps -eLo pid,comm",
    );
  }
  if (pids.length > 1) {
    const some = pids.slice(0, 5).join(", ") + (pids.length > 5 ? ", ..." : "");
    throw new Failure(
      EXIT.usage,
      `${pids.length} tasks are named ${choice.comm} (${some})`,
      "name one of them with --target pid:NUMBER",
    );
  }
  return { pid, comm: choice.comm };
}
