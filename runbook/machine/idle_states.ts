/**
 * The idle states of the CPUs: which exist, and which to disable so that no CPU goes deeper than a declared
 * state.
 */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { formatCpuList } from "./cpu_list.ts";
import { onlineCpus, type ReadText } from "./machine.ts";
import type { Setting, SystemAccess } from "./system_change.ts";

/** A state of one CPU; the kernel numbers them from the shallowest to the deepest. */
export interface IdleState {
  readonly cpu: number;
  readonly name: string;
  /** How long leaving it takes. */
  readonly latencyUs: number;
  /** Disabled through its file. */
  readonly disabled: boolean;
  /** The file that disables it. */
  readonly path: string;
}

const DISABLED = "1";

/** From the shallowest to the deepest; empty when the kernel has no cpuidle driver. */
export function idleStates(read: ReadText, cpu: number): IdleState[] {
  const states: IdleState[] = [];
  for (let index = 0;; index++) {
    const folder = `/sys/devices/system/cpu/cpu${cpu}/cpuidle/state${index}`;
    const name = read(`${folder}/name`)?.trim();
    const latency = read(`${folder}/latency`)?.trim();
    if (name === undefined || latency === undefined) return states;
    const path = `${folder}/disable`;
    const disabled = read(path)?.trim() === DISABLED;
    states.push({ cpu, name, latencyUs: Number(latency), disabled, path });
  }
}

/**
 * Refuses a state that is not available.
 *
 * @throws Failure (cannot measure) when a CPU has no state of that name, or deeper ones are enabled and may
 *   not be disabled
 */
export function checkIdleStates(
  deepest: string,
  changesAllowed: boolean,
  { read }: Pick<SystemAccess, "read">,
): void {
  for (const cpu of cpusOf(read)) {
    const names = idleStates(read, cpu).map(({ name }) => name);
    if (!names.includes(deepest)) throw unavailable(deepest, cpu, names);
  }
  const deeper = deeperStates(deepest, read);
  if (deeper.length === 0 || changesAllowed) return;
  throw new Failure(
    EXIT.cannotMeasure,
    `the runbook wants no idle state deeper than ${deepest}; enabled: ${inWords(deeper)}`,
    "disable them (echo 1 into each /sys/devices/system/cpu/cpu*/cpuidle/state*/disable), or let them be disabled " +
      "for the measurement with --allow-system-changes",
  );
}

function unavailable(deepest: string, cpu: number, names: readonly string[]): Failure {
  const wants = `the runbook wants ${deepest} as the deepest idle state`;
  if (names.length > 0) {
    return new Failure(
      EXIT.cannotMeasure,
      `${wants}, CPU ${cpu} has ${names.join(", ")}`,
      "declare one that all CPUs have, or leave it out",
    );
  }
  return new Failure(
    EXIT.cannotMeasure,
    `${wants}, CPU ${cpu} has none to choose from (no cpuidle in /sys: it halts, and in a VM the host decides)`,
    "leave it out; in a VM, declare it on the host",
  );
}

/**
 * The settings to change so that no CPU goes deeper, also reported to the user; nothing when that is already
 * so.
 */
export function idleStateSettings(
  deepest: string,
  { read, say }: Pick<SystemAccess, "read" | "say">,
): Setting[] {
  const deeper = deeperStates(deepest, read);
  if (deeper.length === 0) return [];
  say(`disabling idle states deeper than ${deepest}: ${inWords(deeper)}; they are enabled again at the end`);
  return deeper.map(({ path }) => ({ path, from: "0", to: DISABLED }));
}

/**
 * The deepest state that each CPU may enter; CPUs may differ. null: the CPUs have none, or it is not known.
 */
export function deepestIdleState(read: ReadText): string | null {
  const deepest = cpusOf(read).map((cpu) =>
    idleStates(read, cpu).findLast(({ disabled }) => !disabled)?.name
  );
  if (deepest.length === 0 || deepest.includes(undefined)) return null;
  return [...new Set(deepest)].join(", ");
}

function cpusOf(read: ReadText): number[] {
  return onlineCpus(read) ?? [];
}

/** The enabled states of all CPUs that are deeper than that one. */
function deeperStates(deepest: string, read: ReadText): IdleState[] {
  return cpusOf(read).flatMap((cpu) => {
    const states = idleStates(read, cpu);
    const index = states.findIndex(({ name }) => name === deepest);
    return states.slice(index + 1).filter(({ disabled }) => !disabled);
  });
}

/** `C6 on CPU 0-3, C7 on CPU 0` */
function inWords(states: readonly IdleState[]): string {
  return [...Map.groupBy(states, ({ name }) => name)]
    .map(([name, sharing]) => `${name} on CPU ${formatCpuList(sharing.map(({ cpu }) => cpu))}`)
    .join(", ");
}
