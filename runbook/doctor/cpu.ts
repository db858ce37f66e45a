/** What makes the cost of a wakeup vary from one machine to the next: frequency, idle states, caches, hypervisor. */

import { idleStates } from "../machine/idle_states.ts";
import { onlineCpus } from "../machine/machine.ts";
import { type Check, type CheckAnswer, couldNotTell, type Examined, type Fact, no, yes } from "./check.ts";

const CPU = "/sys/devices/system/cpu";

/** Idle states that take longer than this to leave are worth distinguishing from the wakeup. */
const SHALLOW_US = 10;

/** The first few folders of a numbered series; the kernel numbers them without gaps. */
function* numbered<T>(at: (index: number) => T | null): Generator<T> {
  for (let index = 0;; index++) {
    const found = at(index);
    if (found === null) return;
    yield found;
  }
}

function steadyFrequency(examined: Examined): CheckAnswer {
  const governors = new Set(
    (onlineCpus(examined.read) ?? []).map((cpu) =>
      examined.read(`${CPU}/cpu${cpu}/cpufreq/scaling_governor`)?.trim() ?? null
    ),
  );
  const named = [...governors].filter((governor) => governor !== null);
  if (named.length === 0) {
    return couldNotTell("no cpufreq in /sys: firmware or the hypervisor sets the frequency");
  }
  const found = `governor ${named.join(", ")}`;
  if (governors.size === 1 && named[0] === "performance") return yes(found);
  return no(
    found,
    "telling a slow wakeup from a CPU that has yet to speed up",
    "while measuring: cpupower frequency-set -g performance, on both sides alike",
  );
}

function shallowIdle(examined: Examined): CheckAnswer {
  const enabled = idleStates(examined.read, 0).filter(({ disabled }) => !disabled);
  if (enabled.length === 0) {
    return couldNotTell(
      "no cpuidle states in /sys: idle CPUs halt, and in a VM the host decides what that costs",
    );
  }
  const found = enabled.map(({ name, latencyUs }) => `${name} ${latencyUs} us`).join(", ");
  const deep = enabled.filter(({ latencyUs }) => latencyUs > SHALLOW_US);
  if (deep.length === 0) return yes(found);
  return no(
    found,
    `telling the wakeup from the exit of an idle state, up to ${
      Math.max(...deep.map((s) => s.latencyUs))
    } us`,
    "read the strata with target_idle in mind, or declare cpu_dma_latency or deepest_idle_state in the runbook",
  );
}

/** Lists of CPUs that share a last-level cache, which is each CPU's cache of the highest level. */
function lastLevelGroups(examined: Examined): string[] {
  const groups = (onlineCpus(examined.read) ?? []).map((cpu) => {
    const caches = [...numbered((index) => {
      const cache = `${CPU}/cpu${cpu}/cache/index${index}`;
      const level = examined.read(`${cache}/level`)?.trim();
      return level === undefined
        ? null
        : { level: Number(level), shared: examined.read(`${cache}/shared_cpu_list`)?.trim() };
    })];
    return caches.reduce((last, cache) => cache.level > last.level ? cache : last, {
      level: 0,
      shared: undefined as string | undefined,
    }).shared;
  });
  return groups.includes(undefined) ? [] : [...new Set(groups as string[])];
}

function oneCache(examined: Examined): CheckAnswer {
  const groups = lastLevelGroups(examined);
  if (groups.length === 0) return couldNotTell("the caches are not in /sys; a hypervisor may hide them");
  if (groups.length === 1) return yes(`CPUs ${groups[0]}`);
  return no(
    `${groups.length} groups: ${groups.join(" | ")}`,
    "taking all CPUs alike: a wakeup between groups goes by the wakelist and an interrupt",
    "compare by path, or keep to the CPUs of one group: taskset -c LIST probe run",
  );
}

export const cpuChecks: readonly Check[] = [
  { id: "steady_frequency", topic: "cpu", asks: "steady frequency", answer: steadyFrequency },
  { id: "shallow_idle", topic: "cpu", asks: "idle CPUs wake at once", answer: shallowIdle },
  { id: "one_last_level_cache", topic: "cpu", asks: "one last-level cache", answer: oneCache },
];

export function cpuFacts(examined: Examined): Fact[] {
  const { machine, read } = examined;
  const line = (path: string) => read(path)?.trim() || null;
  const driver = line(`${CPU}/cpuidle/current_driver`);
  const governor = line(`${CPU}/cpuidle/current_governor`) ?? line(`${CPU}/cpuidle/current_governor_ro`);
  return [
    { id: "cpu", topic: "cpu", value: `${machine.cpu}, ${machine.cpus} online` },
    {
      id: "cpuidle",
      topic: "cpu",
      value: driver && (governor === null ? driver : `${driver}, governor ${governor}`),
    },
  ];
}
