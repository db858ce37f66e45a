/** `probe run --resume`: reads a result file that was cut off, and checks that this call may continue it. */

import { attributeTexts } from "../../analysis/result/attributes.ts";
import { COLUMNS, EACH_COLUMN, type Row } from "../../analysis/result/columns.ts";
import { EXIT, Failure } from "../../analysis/failure.ts";
import type { HookFact, Meta, TaskFact } from "../../analysis/result/meta.ts";
import type { ResultFile } from "../../analysis/result/file.ts";
import type { RowView } from "../../analysis/result/row_view.ts";
import { openOutputFile } from "./output_file.ts";
import { readFile } from "./result_in.ts";
import { ResultWriter } from "./result_out.ts";
import { Tally } from "./tally.ts";

/** A file that was cut off. */
export interface Begun {
  readonly file: ResultFile;
  /** Number of its last run; 0: it has no rows. */
  readonly lastRun: number;
  /** Counts of its rows. */
  readonly tally: Tally;
}

/**
 * Reads a file that is to be continued.
 *
 * @throws Failure when it cannot be read, is not a result file, is complete, or has rows of an older program
 */
export function readBegun(path: string): Begun {
  // It is read twice: the stacks that a row names are only known once the whole file has been read.
  const file = readFile(path);
  if (file.end !== null) {
    throw new Failure(
      EXIT.failed,
      `cannot resume ${path}: it is complete (${file.rows} rows)`,
      "give the file of a measurement that was cut off, or choose another path without --resume",
    );
  }
  if (file.width < COLUMNS.length) {
    throw new Failure(
      EXIT.failed,
      `cannot resume ${path}: its rows have ${file.width} columns, this program writes ${COLUMNS.length}`,
      "go on with the program that began it, or begin another file",
    );
  }
  const tally = new Tally();
  let lastRun = 0;
  readFile(path, (view) => {
    const row = rowOf(view);
    const frames = row.ttwu_stack === null ? undefined : file.stacks.get(row.ttwu_stack);
    tally.add(row, frames === undefined ? [] : [{ key: row.ttwu_stack!, frames }]);
    lastRun = Math.max(lastRun, Number(row.run));
  });
  return { file, lastRun, tally };
}

/**
 * Writes the end of a file whose measurement a look has ended between two of its parts.
 *
 * @throws Failure when it cannot be read or written
 */
export function endAtLook(path: string, look: number): void {
  using file = new ResultWriter(path, openOutputFile(path));
  const { tally } = readBegun(path);
  tally.setLooks(look);
  file.writeEnd(tally.end());
}

function rowOf(view: RowView): Row {
  const cells = EACH_COLUMN.map(({ name, kind }) => {
    if (kind === "int") return [name, view.integer(name)];
    const text = view.text(name);
    return [name, kind === "bool" && text !== null ? text === "true" : text];
  });
  return Object.fromEntries(cells) as Row;
}

/**
 * What must be the same before and after, in words for an error. It includes the boot of the machine, whose clock
 * starts anew then: only of a throwaway guest, whose boots are counted, one file has several.
 */
const SAME: readonly (readonly [what: string, of: (meta: Meta) => string])[] = [
  ["version of probe", ({ probe }) => probe],
  ["host name", ({ host }) => host],
  ["env", ({ env }) => env],
  ["kernel", ({ kernel }) => kernel],
  ["architecture", ({ arch }) => arch],
  ["CPU", ({ cpu }) => cpu],
  ["number of CPUs", ({ cpus }) => String(cpus)],
  ["virtualization", ({ virtualization }) => virtualization],
  ["clocksource", ({ clocksource }) => clocksource.current],
  ["tier", ({ tier }) => tier],
  ["pulses", ({ pulse }) => pulse ?? "device"],
  ["counter of clock_step_ns", ({ clock_step_counter }) => clock_step_counter],
];

const looksText = ({ looks }: Meta) => looks === undefined ? "none" : String(looks);

/**
 * Refuses to continue a file under other conditions than those it was begun under.
 *
 * @param path of the file, for messages
 * @throws Failure with the first field that differs and both its values
 */
export function requireSameMeta(path: string, begun: Meta, now: Meta): void {
  for (const [what, of] of SAME) {
    if (of(begun) !== of(now)) throw differs(path, what, of(begun), of(now), MACHINE);
  }
  const isNextBoot = begun.boot !== undefined && now.boot !== undefined && now.boot > begun.boot;
  if (begun.boot_id !== now.boot_id && !isNextBoot) {
    throw differs(path, "start of the machine (boot_id)", begun.boot_id, now.boot_id, MACHINE);
  }
  if (taskKey(begun.task) !== taskKey(now.task)) {
    throw differs(path, "target", taskText(begun.task), taskText(now.task), TARGET);
  }
  const [then, today] = [attributeTexts(begun), attributeTexts(now)];
  for (const [i, { name, text }] of today.entries()) {
    const before = then[i]!.text;
    if (before !== text) throw differs(path, `target's ${name}`, known(before), known(text), START);
  }
  const hook = differingHook(begun.hooks, now.hooks);
  if (hook !== null) throw differs(path, `hook ${hook.name}`, hook.begun, hook.now, MACHINE);
  for (const name of Object.keys({ ...begun.runbook, ...now.runbook })) {
    const [then, today] = [begun.runbook[name], now.runbook[name]];
    if (then !== today) throw differs(path, name, String(then), String(today), PROTOCOL);
  }
  if (begun.looks !== now.looks) {
    throw differs(path, "number of planned looks", looksText(begun), looksText(now), LOOKS);
  }
  if (begun.runbook_sha256 !== now.runbook_sha256) {
    throw differs(path, "runbook_sha256", begun.runbook_sha256, now.runbook_sha256, PROTOCOL);
  }
}

/** A task may change its name, but neither of these. */
const taskKey = (task?: TaskFact) => task === undefined ? "" : `${task.pid} ${task.start_ticks}`;

const taskText = (task?: TaskFact) =>
  task === undefined
    ? "not known"
    : `${task.comm} (pid ${task.pid}, started ${task.start_ticks} ticks after the boot)`;

const known = (text: string | null) => text ?? "not known";

const TARGET = "give the task it was begun with, if it still runs, or begin another file";
const START = "start it as it was begun (chrt, nice, taskset, cgroup), or begin another file";
const MACHINE = "go on where it was begun, or begin another file";
const PROTOCOL = "give the options and the runbook it was begun with, or begin another file";

const LOOKS = "give --until-decided and looks as it was begun, or begin another file";

function differs(path: string, what: string, begun: string, now: string, remedy: string): Failure {
  return new Failure(
    EXIT.failed,
    `cannot resume ${path}: its ${what} is ${begun}, here it is ${now}`,
    remedy,
  );
}

function differingHook(begun: readonly HookFact[], now: readonly HookFact[]) {
  const text = (hook: HookFact | undefined) =>
    hook === undefined ? "not known" : hook.attached ? `attached by ${hook.kind}` : "not attached";
  const key = ({ stage, hook }: HookFact) => `${stage} ${hook}`;
  const today = new Map(now.map((hook) => [key(hook), hook]));
  const then = new Map(begun.map((hook) => [key(hook), hook]));
  for (const name of new Set([...then.keys(), ...today.keys()])) {
    const [a, b] = [text(then.get(name)), text(today.get(name))];
    if (a !== b) return { name, begun: a, now: b };
  }
  return null;
}
