/**
 * The declared protocol of a measurement. Its hash goes into the file: two files compare only if it is the
 * same.
 */

import { EXIT, Failure } from "../../analysis/failure.ts";
import type { Tier } from "../../analysis/result/meta.ts";
import type { AskedAttributes } from "../../ffi/attributes.ts";
import type { SystemSettings } from "../machine/system_settings.ts";
import { cellsOf, runsOfDesign } from "./design.ts";
import { blocksOf } from "./looks.ts";
import { defaultSettings } from "./runbook_file.ts";
import {
  ANY,
  BEST,
  CHECKS,
  INHERIT,
  NICE_POLICIES,
  orList,
  OWN_WAKE,
  REALTIME_POLICIES,
  type Runbook,
  type RunbookField,
  type Settings,
} from "./settings.ts";
import { NO_QUESTIONS } from "./questions.ts";
import { Unfit } from "./unfit.ts";
import { DEVICE_PERIOD_NS } from "./wakes.ts";
import { WAKES, wakesFor } from "./wakes.ts";

const DEFAULTS = { version: 1, ...defaultSettings() } as Runbook;

/**
 * The protocol of some settings, with the defaults of default.toml for the rest.
 *
 * @param named how an error names a field: by its option, or by its line in a file
 * @throws Failure (usage) for values that no measurement can have, alone or together
 */
export function declareRunbook(settings: Settings, named: (field: RunbookField) => string = String): Runbook {
  const runbook = eachChecked(settings, named);
  for (const { field, broken, found, remedy } of COMBINATIONS) {
    if (broken(runbook)) throw refusal(named(field), new Unfit(found(runbook), remedy));
  }
  return runbook;
}

/** The same, but checks each field only by itself, not whether the values fit together. */
export function eachChecked(settings: Settings, named: (field: RunbookField) => string = String): Runbook {
  const values: Record<string, unknown> = { ...DEFAULTS };
  for (const [name, value] of Object.entries(settings)) {
    const field = name as RunbookField;
    if (value !== undefined) values[field] = checked(field, value, named);
  }
  if (settings.wake === undefined) values.wake = values.target === "self" ? values.trigger : OWN_WAKE;
  return values as unknown as Runbook;
}

function checked(field: RunbookField, value: unknown, named: (field: RunbookField) => string): unknown {
  try {
    return (CHECKS[field] as (value: unknown) => unknown)(value);
  } catch (error) {
    if (error instanceof Unfit) throw refusal(named(field), error);
    throw error;
  }
}

function refusal(name: string, { found, remedy }: Unfit): Failure {
  return new Failure(EXIT.usage, `${name}: ${found}`, remedy);
}

interface Combination {
  /** The field that an error names. */
  readonly field: RunbookField;
  broken(runbook: Runbook): boolean;
  found(runbook: Runbook): string;
  readonly remedy: string;
}

/** Rejects values that are each possible, but not together. */
const COMBINATIONS: readonly Combination[] = [
  {
    field: "wake",
    broken: ({ wake, target }) => target !== "self" && wake !== OWN_WAKE,
    found: ({ wake }) => `${wake} cannot wake a task that is not the built-in target`,
    remedy: "leave it out: such a task is followed when something wakes it",
  },
  {
    field: "wake",
    broken: (runbook) => runbook.target === "self" && wakesOf(runbook).includes(OWN_WAKE),
    found: () => `the built-in target is not woken by ${OWN_WAKE}`,
    remedy: `use ${orList(WAKES.map(({ name }) => name))}, or give another target`,
  },
  {
    field: "wake",
    broken: (runbook) => strangeWake(runbook) !== undefined,
    found: (runbook) => `the wake ${strangeWake(runbook)} cannot be used with the ${runbook.trigger} trigger`,
    remedy: "leave it out, use one by another thread, such as pipe, or give its own trigger",
  },
  {
    field: "period_ns",
    broken: ({ trigger, period_ns }) => trigger !== "timer" && period_ns !== DEVICE_PERIOD_NS,
    found: ({ trigger, period_ns }) => `${trigger} gives one edge a second, not one every ${period_ns} ns`,
    remedy: "leave it out",
  },
  {
    field: "cpus",
    broken: ({ cpus, target }) => target !== "self" && cpus !== ANY,
    found: () => "only the built-in target is kept on CPUs",
    remedy: "leave it out, and use taskset for a task of your own",
  },
  ...(["policy", "priority", "nice"] as const).map((field): Combination => ({
    field,
    broken: (runbook) => runbook.target !== "self" && runbook[field] !== INHERIT,
    found: () => "only the built-in target is given a policy, a priority or a nice value",
    remedy: "leave it out, and use chrt or renice for a task of your own",
  })),
  {
    field: "priority",
    broken: ({ policy, priority }) => priority !== INHERIT && !REALTIME_POLICIES.includes(policy),
    found: ({ policy, priority }) =>
      `${priority} is for ${orList(REALTIME_POLICIES)}, and policy is ${policy}`,
    remedy: "declare one of these policies, or leave it out",
  },
  {
    field: "nice",
    broken: ({ policy, nice }) => nice !== INHERIT && !NICE_POLICIES.includes(policy),
    found: ({ policy, nice }) => `${nice} is for ${orList(NICE_POLICIES)}, and policy is ${policy}`,
    remedy: "declare one of these policies, or leave it out",
  },
  {
    field: "runs",
    broken: (runbook) => runbook.runs < cellsOf(runbook).length,
    found: (runbook) =>
      `${runbook.runs} runs are fewer than the ${cellsOf(runbook).length} pairs of wake and load`,
    remedy: "give more runs, or fewer wakes or loads",
  },
  {
    field: "stacks",
    broken: (runbook) => runbook.runs < runsOfDesign(runbook),
    found: (runbook) =>
      `${runbook.runs} runs are fewer than ${runsOfDesign(runbook)}: one block of them has stacks`,
    remedy: "give more runs, or a smaller N",
  },
  {
    field: "blocks",
    broken: ({ blocks, runs }) => blocks > runs,
    found: ({ blocks, runs }) => `${blocks} blocks of ${runs} runs: some would be empty`,
    remedy: "give fewer blocks or more runs",
  },
  {
    field: "boots",
    broken: ({ blocks, boots }) => blocks > 1 && blocks % boots !== 0,
    found: ({ blocks, boots }) => `${boots} boots do not fall between ${blocks} blocks`,
    remedy: "declare a multiple of the boots as blocks, or 1",
  },
  {
    field: "boots",
    broken: ({ boots, runs }) => boots > runs,
    found: ({ boots, runs }) => `${boots} boots of ${runs} runs: some would be empty`,
    remedy: "give fewer boots or more runs",
  },
  {
    field: "vcpus",
    broken: (runbook) => partsOf(runbook) > runbook.runs,
    found: (runbook) =>
      `${runbook.runs} runs are fewer than ${partsOf(runbook)}: each placement in each block`,
    remedy: "give more runs, or fewer placements, blocks or boots",
  },
];

/** Parts of the VM's runs between which it is booted or its vCPUs are placed anew, or the host has its turn. */
function partsOf(runbook: Runbook): number {
  return blocksOf(runbook) * runbook.vcpus.split(",").length;
}

/** A wake that only another trigger can begin. */
function strangeWake(runbook: Runbook): string | undefined {
  const possible = new Set([OWN_WAKE, ...wakesFor(runbook.trigger).map(({ name }) => name)]);
  return wakesOf(runbook).find((wake) => !possible.has(wake));
}

/** The wakes of a runbook, in its order. */
export function wakesOf({ wake }: Runbook): string[] {
  return wake.split(",");
}

/** The CPUs on which the built-in target may run, ascending; null: any. */
export function cpusOf({ cpus }: Runbook): number[] | null {
  return cpus === ANY ? null : cpus.split(",").map(Number);
}

/** Where and how the built-in target should be scheduled. */
export function attributesOf(runbook: Runbook): AskedAttributes {
  const { policy, priority, nice } = runbook;
  return {
    cpus: cpusOf(runbook),
    policy: policy === INHERIT ? null : policy,
    priority: priority === INHERIT ? null : priority,
    nice: nice === INHERIT ? null : nice,
  };
}

/** What the machine must be like. */
export function systemOf(runbook: Runbook): SystemSettings {
  const { clocksource, deepest_idle_state, cpu_dma_latency_ns } = runbook;
  return {
    clocksource: clocksource === ANY ? null : clocksource,
    deepestIdleState: deepest_idle_state === ANY ? null : deepest_idle_state,
    cpuLatencyUs: cpu_dma_latency_ns === ANY ? null : cpu_dma_latency_ns / 1000,
  };
}

/** The tier that the runbook requires; undefined: the best available. */
export function tierOf({ require }: Runbook): Tier | undefined {
  return require === BEST ? undefined : require;
}

/** The part of a runbook that a file has and that is hashed: how runs are measured and what is concluded from them. */
export type Protocol = Omit<Runbook, "looks" | Newer> & Partial<Pick<Runbook, Newer>>;

/** Fields that a protocol only has where they say something: else it is that of programs that knew none of them. */
type Newer = "questions" | "boots" | "vcpus";

/** Files compare with those of programs that did not know a field which is not used. */
export function protocolOf({ looks: _looks, questions, boots, vcpus, ...protocol }: Runbook): Protocol {
  return {
    ...protocol,
    ...questions === NO_QUESTIONS ? {} : { questions },
    ...boots === 1 ? {} : { boots },
    ...vcpus === "free" ? {} : { vcpus },
  };
}

/**
 * The one spelling of a runbook that is hashed: a JSON object without spaces, its keys sorted by code unit.
 */
export function canonicalRunbook(runbook: Runbook): string {
  const sorted = Object.entries(protocolOf(runbook)).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(Object.fromEntries(sorted));
}

/** SHA-256 of the canonical form, 64 lower-case hex digits. */
export async function runbookSha256(runbook: Runbook): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(canonicalRunbook(runbook)));
  return new Uint8Array(digest).toHex();
}
