/** The allowed values of each field of a runbook, and the one spelling of each that is hashed. */

import { type QuestionName, QUESTIONS } from "../../analysis/compare/questions.ts";
import { ERROR_RATE, isErrorRate } from "../../analysis/units/error_rate.ts";
import { isLocksInShare, LOCKS_IN_SHARE } from "../../analysis/units/locks_in_share.ts";
import { isSpreadRatio, SPREAD_RATIO } from "../../analysis/units/spread_ratio.ts";
import { isTailMargin, TAIL_MARGIN } from "../../analysis/units/tail_margin.ts";
import { PLACEMENTS } from "../../analysis/result/columns.ts";
import { MOST_LOOKS, type Tier, TIERS } from "../../analysis/result/meta.ts";
import { busyThreads, MOST_THREADS } from "./load.ts";
import { margin, questions } from "./questions.ts";
import { Unfit } from "./unfit.ts";
import { type TriggerName, TRIGGERS, WAKES } from "./wakes.ts";

/** The wake of a target that is a task which wakes by itself. */
export const OWN_WAKE = "own";

export const ANY = "any";
export const NONE = "none";
export const BEST = "best";
/** The target has what every thread of this process has. */
export const INHERIT = "inherit";

/** Policies that the target can be given, named as chrt(1) names them. */
export const POLICIES = ["other", "batch", "idle", "fifo", "rr"] as const;
export type Policy = (typeof POLICIES)[number];

/** Under these policies the priority counts, not the nice value. */
export const REALTIME_POLICIES: readonly string[] = ["fifo", "rr"] satisfies Policy[];
/** Under these policies the nice value counts. */
export const NICE_POLICIES: readonly string[] = ["other", "batch"] satisfies Policy[];

const DETAILS = ["stages", "causes"] as const;
type Detail = (typeof DETAILS)[number];

const SHORTEST_PERIOD_NS = 1_000_000;
const LONGEST_PERIOD_NS = 3_600_000_000_000;

/** NR_CPUS of the largest x86-64 kernels. */
const MOST_CPUS = 8192;

/** Of a question: the shift up to which two sides count as equal, a duration or a percentage of A's median. */
type MarginField = `${QuestionName}_margin`;

export interface Runbook extends Readonly<Record<MarginField, string>> {
  readonly version: 1;
  /** Number of rows in the file. */
  readonly runs: number;
  /** Runs before the first row: done in the same way, but not recorded. */
  readonly warm_up_runs: number;
  /** Edges lie on the multiples of this, in ns, of CLOCK_REALTIME. */
  readonly period_ns: number;
  /** What gives the edges. The device itself does not belong to the protocol. */
  readonly trigger: TriggerName;
  /** Names of the table of wakes, joined by commas; `own` for a task that wakes by itself. */
  readonly wake: string;
  /** self, comm:NAME, or pid: the number of a process does not belong to a protocol. */
  readonly target: string;
  /** `idle`, or `cpu:N` for N busy threads; several joined by commas. */
  readonly load: string;
  /** Seed for the order in which the combinations of wake and load take turns. */
  readonly order_seed: number;
  /**
   * Whether a run's stacks are taken, which is part of what is measured: `all`, `none`, or `every:N` for one in
   * N blocks of runs.
   */
  readonly stacks: string;
  /**
   * What is observed of each run: `stages` of the chain and what is rare between them, or also `causes`: locks and
   * interrupts, whose hooks cost every task.
   */
  readonly detail: Detail;
  /** `any`, or the UTC hours in which a run may begin: `22-05` is from 22:00:00 to 04:59:59. */
  readonly hours: string;
  /** `any`, or the CPUs on which the built-in target may run, ascending, joined by commas. */
  readonly cpus: string;
  /** Scheduling policy of the built-in target. */
  readonly policy: typeof INHERIT | Policy;
  /** Its priority, from 1 to 99. */
  readonly priority: typeof INHERIT | number;
  /** Its nice value, from -20 to 19. */
  readonly nice: typeof INHERIT | number;
  /** `best`, or the one tier to measure at. */
  readonly require: typeof BEST | Tier;
  /** `any`, or the clocksource that must be in use. */
  readonly clocksource: string;
  /**
   * `any`, or the longest time that a CPU may take to leave its idle state, in ns: whole us, the kernel's
   * unit.
   */
  readonly cpu_dma_latency_ns: typeof ANY | number;
  /** `any`, or the name of the deepest idle state that CPUs may enter. */
  readonly deepest_idle_state: string;
  /**
   * Blocks in which host and VM take turns under `probe ab`; 1: first all runs of the host, then all of the
   * VM.
   */
  readonly blocks: number;
  /** How often `probe ab` boots its throwaway guest; the runs are spread evenly over the boots. */
  readonly boots: number;
  /** How it places the threads of the guest's vCPUs: several take turns in each block; joined by commas. */
  readonly vcpus: string;
  /** Looks that --until-decided may take. They do not say how a run is measured: neither hash nor file has them. */
  readonly looks: number;
  /**
   * `none`, or what is asked besides those of every runbook: `edge_to_ttwu=10 %`, the name of each with its margin, in the
   * order of their table, joined by commas.
   */
  readonly questions: string;
  /** Ratio of the spreads of two groups of runs up to which they count as one mechanism: above 1. */
  readonly spread_ratio: number;
  /**
   * Two runs with one value over a run with it and one without, by their distances: below this the value locks in. Between
   * 0 and 1.
   */
  readonly locks_in_share: number;
  /** By how much P95 and P99 of two sides may differ and still count as equal, in percent of A's. */
  readonly tail_margin_percent: number;
  /** `none`, or the offset_ns beyond which a run is late, in ns. */
  readonly deadline_ns: typeof NONE | number;
  /** Error rate of each test. */
  readonly alpha: number;
}

export type RunbookField = Exclude<keyof Runbook, "version">;

/** Any of a runbook's fields, with lists in any spelling; a missing field has its default. */
export type Settings = {
  readonly [field in RunbookField]?: Spelled<Runbook[field]> | undefined;
};

/** What each value of a field must satisfy. */
type Spelled<Value> = Value extends number ? number : string;

/** Lists are written with commas, in the given order. */
function listOf(check: (item: string) => string): (text: string) => string {
  return (text) => {
    const items = text.split(",").map((item) => check(item.trim()));
    const twice = items.find((item, index) => items.indexOf(item) !== index);
    if (twice !== undefined) throw new Unfit(`${twice} is named twice`, "name it once");
    return items.join(",");
  };
}

function oneOf(values: readonly string[]): (text: string) => string {
  return (text) => {
    if (values.includes(text)) return text;
    throw new Unfit(`"${text}" is not known`, `use ${orList(values)}`);
  };
}

/** `a, b or c` */
export function orList(values: readonly string[]): string {
  return values.join(", ").replace(/, ([^,]+)$/, " or $1");
}

function integer(least: number, what: string): (value: number) => number {
  return (value) => {
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new Unfit(`${value} is not ${what}`, `give a whole number from ${least}`);
  };
}

function period(value: number): number {
  if (Number.isSafeInteger(value) && value >= SHORTEST_PERIOD_NS && value <= LONGEST_PERIOD_NS) return value;
  throw new Unfit(
    `a period of ${value} ns cannot be kept`,
    "give a whole number of ns from 1ms to 3600s, for example 1s",
  );
}

function spreadRatio(value: number): number {
  if (isSpreadRatio(value)) return value;
  throw new Unfit(`${value} is not a ratio of spreads`, `give ${SPREAD_RATIO}`);
}

function locksInShare(value: number): number {
  if (isLocksInShare(value)) return value;
  throw new Unfit(`${value} is not a share of a distance`, `give ${LOCKS_IN_SHARE}`);
}

function tailMargin(value: number): number {
  if (isTailMargin(value)) return value;
  throw new Unfit(`${value} % is not a margin of the tails`, `give ${TAIL_MARGIN}`);
}

function deadline(value: string | number): string | number {
  if (value === NONE || (typeof value === "number" && Number.isSafeInteger(value) && value > 0)) return value;
  const found = typeof value === "number" ? `${value} ns` : `"${value}"`;
  throw new Unfit(`${found} is not a deadline`, `give a duration above 0, such as 5ms, or "${NONE}"`);
}

function alpha(value: number): number {
  if (isErrorRate(value)) return value;
  throw new Unfit(`${value} is not an error rate`, `give ${ERROR_RATE}`);
}

function looks(value: number): number {
  if (Number.isSafeInteger(value) && value >= 1 && value <= MOST_LOOKS) return value;
  throw new Unfit(`${value} is not a number of looks`, `give a whole number from 1 to ${MOST_LOOKS}`);
}

const wakeName = oneOf([...WAKES.map(({ name }) => name), OWN_WAKE]);

/** Every target, as --target takes it: the built-in thread, a task by its pid, or the only task of a name. */
export const TARGETS = ["self", "pid:N", "comm:NAME"] as const;

/** TASK_COMM_LEN minus its zero byte (include/linux/sched.h): how much of a name the kernel keeps. */
export const COMM_BYTES = 15;

/** /proc shows longer names for kernel threads (proc_task_name(), fs/proc/array.c, 4.18 to 7.3). */
export const NAME_BYTES = 63;

/** /proc also shows a worker's current or last work item (wq_worker_comm()), which changes all the time. */
export function lastingName(comm: string): string {
  return comm.replace(/^(kworker\/u?\d+:\d+[A-Z]*)[-+].*$/s, "$1");
}

function target(text: string): string {
  if (text === "self" || text === "pid") return text;
  const comm = /^comm:(.+)$/.exec(text)?.[1];
  if (comm !== undefined && new TextEncoder().encode(comm).length <= NAME_BYTES) {
    return `comm:${lastingName(comm)}`;
  }
  throw new Unfit(
    `"${text}" names no target`,
    `use self, comm:NAME with a name of at most ${NAME_BYTES} bytes, or pid with --target pid:NUMBER`,
  );
}

function load(text: string): string {
  if (busyThreads(text) !== null) return text;
  throw new Unfit(
    `"${text}" is not a load`,
    `use idle, or cpu:N with N busy threads from 1 to ${MOST_THREADS}`,
  );
}

const MOST_BLOCKS_APART = 1_000_000;

function stacks(text: string): string {
  const apart = /^every:([1-9]\d*)$/.exec(text)?.[1];
  if (text === "all" || text === "none") return text;
  if (apart !== undefined && Number(apart) >= 2 && Number(apart) <= MOST_BLOCKS_APART) return text;
  throw new Unfit(
    `"${text}" does not say which runs have stacks`,
    `use all, none, or every:N with N from 2 to ${MOST_BLOCKS_APART}`,
  );
}

function hours(text: string): string {
  if (text === ANY) return text;
  const [, from, to] = /^([01]\d|2[0-3])-([01]\d|2[0-3])$/.exec(text) ?? [];
  if (from === undefined || to === undefined) {
    throw new Unfit(
      `"${text}" is not a range of hours`,
      'give two hours of UTC from 00 to 23, such as "22-05", or "any"',
    );
  }
  if (from === to) {
    throw new Unfit(`the hour region ${text} has no length`, 'let it end in another hour, or give "any"');
  }
  return text;
}

/** CPUs are written in ascending order: the order in which they were given means nothing. */
function cpus(text: string): string {
  if (text === ANY) return text;
  const numbers = listOf((item) => {
    if (/^\d{1,4}$/.test(item) && Number(item) < MOST_CPUS) return String(Number(item));
    throw new Unfit(`"${item}" is no CPU`, `give numbers of CPUs, such as 0 and 1, or "${ANY}"`);
  })(text);
  return numbers.split(",").map(Number).sort((a, b) => a - b).join(",");
}

function inheritOr(least: number, most: number, what: string): (value: string | number) => string | number {
  return (value) => {
    const fits = typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
    if (value === INHERIT || fits) return value;
    throw new Unfit(
      `${value} is not ${what}`,
      `give a whole number from ${least} to ${most}, or "${INHERIT}"`,
    );
  };
}

function clocksource(text: string): string {
  if (/^[A-Za-z0-9][\w.-]*$/.test(text)) return text;
  throw new Unfit(
    `"${text}" names no clocksource`,
    `give one that the kernel lists in available_clocksource, or "${ANY}"`,
  );
}

/** The kernel's default, which means no limit. */
const LONGEST_LATENCY_NS = 2_000_000_000_000;

function latency(value: string | number): string | number {
  const fits = typeof value === "number" && value >= 0 && value < LONGEST_LATENCY_NS && value % 1000 === 0;
  if (value === ANY || fits) return value;
  const found = typeof value === "number" ? `${value} ns` : `"${value}"`;
  throw new Unfit(
    `${found} is not a CPU latency`,
    `give whole us from 0us to 1999s, such as 20us, or "${ANY}"`,
  );
}

/** CPUIDLE_NAME_LEN minus its zero byte (include/linux/cpuidle.h). */
const IDLE_STATE_BYTES = 15;

function idleState(text: string): string {
  if (text.length <= IDLE_STATE_BYTES && /^[A-Za-z0-9][\w.+-]*( [\w.+-]+)*$/.test(text)) return text;
  throw new Unfit(
    `"${text}" does not name an idle state`,
    `give a name of /sys/devices/system/cpu/cpu0/cpuidle/state*/name, such as C1, or "${ANY}"`,
  );
}

/** The same for the margin of each question. */
export function perQuestionMargin<T>(of: T): Record<MarginField, T> {
  return Object.fromEntries(QUESTIONS.map(({ name }) => [`${name}_margin`, of])) as Record<MarginField, T>;
}

/** Each checks a value and returns its one spelling, or throws {@linkcode Unfit}. */
export const CHECKS = {
  runs: integer(1, "a number of runs"),
  warm_up_runs: integer(0, "a number of runs"),
  period_ns: period,
  trigger: oneOf(TRIGGERS),
  wake: listOf(wakeName),
  target,
  load: listOf(load),
  order_seed: integer(0, "a seed"),
  stacks,
  detail: oneOf(DETAILS),
  hours,
  cpus,
  policy: oneOf([INHERIT, ...POLICIES]),
  priority: inheritOr(1, 99, "a priority"),
  nice: inheritOr(-20, 19, "a nice value"),
  require: oneOf([BEST, ...TIERS]),
  clocksource,
  cpu_dma_latency_ns: latency,
  deepest_idle_state: idleState,
  blocks: integer(1, "a number of blocks"),
  boots: integer(1, "a number of boots"),
  vcpus: listOf(oneOf(PLACEMENTS)),
  looks,
  ...perQuestionMargin(margin),
  questions,
  spread_ratio: spreadRatio,
  locks_in_share: locksInShare,
  tail_margin_percent: tailMargin,
  deadline_ns: deadline,
  alpha,
} as const;
