/**
 * An observer of wakeups that shares nothing with our programs: the kernel's own trace events, and a dynamic
 * probe on try_to_wake_up(), all read as text from tracefs. Times are CLOCK_MONOTONIC in steps of 1 us, as
 * tracefs prints.
 */

import assert from "node:assert/strict";
import type { Guest } from "../../guest/vm/boot.ts";
import { text } from "./driven_guest.ts";

const TRACEFS = "/sys/kernel/tracing";
const TRACE = "/tmp/trace";
/** The event of the dynamic probe. */
export const PROBED = "observed_ttwu";

/** One observed wakeup, from the entry of try_to_wake_up() to the target's switch-in. */
export interface Observed {
  readonly pid: number;
  readonly wakerPid: number;
  readonly wakerCpu: number;
  readonly flags: number;
  readonly prevCpu: number;
  readonly targetCpu: number;
  /** Where sched_wakeup was traced: the waker's CPU on the direct path, the target's on the wakelist path. */
  readonly wakeupSaidOn: number;
  readonly migratedTo: number | null;
  /**
   * Another CPU's load balancing moved it there: a sleeper whose dequeue is delayed (6.12) is still on its
   * runqueue, can_migrate_task(). When that happens during sched_waking, observers see it on either CPU.
   */
  readonly pulled: boolean;
  readonly ttwuUs: number;
  readonly wakingUs: number;
  readonly wakeupUs: number;
  /** null: none before the next wakeup, for example when the target was woken before it had left its CPU. */
  readonly switchUs: number | null;
}

/** Shell commands that begin and end the observation of tasks named `comm`. */
export async function observing(guest: Guest, comm: string): Promise<{ begin: string; end: string }> {
  await guest.writeFile("/opt/kernel_members.ts", await Deno.readFile("tests/harness/kernel_members.ts"));
  const deno = "/opt/deno run -A --no-config --no-lock /opt/kernel_members.ts task_struct pid comm";
  const [pid, name] = (await text(guest, deno)).split("\n");
  // try_to_wake_up(p, state, wake_flags)
  const probe = `p:${PROBED} try_to_wake_up wf=$arg3:x32 pid=+${pid}($arg1):s32 comm=+${name}($arg1):string`;
  const events = [
    "kprobes/" + PROBED,
    "sched/sched_waking",
    "sched/sched_migrate_task",
    "sched/sched_wakeup",
  ];
  const begin = [
    `set -e; cd ${TRACEFS}; echo 0 >tracing_on; echo >trace; echo mono >trace_clock; echo 4096 >buffer_size_kb`,
    `echo '${probe}' >kprobe_events`,
    ...events.map((event) =>
      `echo 'comm == "${comm}"' >events/${event}/filter; echo 1 >events/${event}/enable`
    ),
    `echo 'next_comm == "${comm}"' >events/sched/sched_switch/filter; echo 1 >events/sched/sched_switch/enable`,
    "echo 1 >tracing_on",
  ].join("\n");
  const end =
    `cd ${TRACEFS}; echo 0 >tracing_on; echo 0 >events/enable; cat trace >${TRACE}; echo >kprobe_events`;
  return { begin, end };
}

/** One event of the trace. */
export interface Line {
  readonly pid: number;
  readonly cpu: number;
  readonly us: number;
  readonly event: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** `          <idle>-0       [001] d.h1.    12.345678: sched_waking: comm=probe-target pid=139 ... */
function parseLine(line: string): Line {
  const match = /^\s*.*-(\d+)\s+\[(\d+)\] \S+\s+(\d+)\.(\d{6}): (\w+): (.*)$/.exec(line);
  assert.ok(match !== null, line);
  const [, pid, cpu, seconds, micros, event, rest] = match;
  const fields = Object.fromEntries(
    [...rest!.matchAll(/(\w+)=("[^"]*"|\S+)/g)].map(([, name, value]) => [name, value]),
  );
  return {
    pid: Number(pid),
    cpu: Number(cpu),
    us: Number(seconds) * 1e6 + Number(micros),
    event: event!,
    fields: fields as Record<string, string>,
  };
}

export interface Observation {
  readonly wakeups: readonly Observed[];
  readonly lines: readonly Line[];
}

/** What was observed between begin and end, in order; fails when events were lost. */
export async function observed(guest: Guest): Promise<Observation> {
  const losses = await text(
    guest,
    `cat ${TRACEFS}/per_cpu/cpu*/stats | grep -E '^(overrun|dropped events):'`,
  );
  assert.deepEqual([...losses.matchAll(/: (\d+)/g)].map(([, count]) => count), ["0", "0", "0", "0"], losses);
  const trace = new TextDecoder().decode(await guest.readFile(TRACE));
  return parsed(trace);
}

/** The wakeups in a trace's text. */
export function parsed(trace: string): Observation {
  const lines = trace.split("\n").filter((line) => line !== "" && !line.startsWith("#")).map(parseLine);
  return { wakeups: wakeupsOf(lines), lines };
}

function wakeupsOf(lines: readonly Line[]): Observed[] {
  const wakeups: Observed[] = [];
  const tasks = Map.groupBy(
    lines,
    ({ event, fields }) => event === "sched_switch" ? fields.next_pid : fields.pid,
  );
  for (const ofTask of tasks.values()) {
    for (const [i, waking] of ofTask.entries()) {
      if (waking.event !== "sched_waking") continue;
      // When several wakers enter, the one with the sched_waking has won: its entry is the last it made
      // before that.
      const ttwu = ofTask.slice(0, i).findLast(({ event, pid, cpu }) =>
        event === PROBED && pid === waking.pid && cpu === waking.cpu
      );
      const next = ofTask.findIndex(({ event }, j) => j > i && event === "sched_waking");
      const after = ofTask.slice(i, next < 0 ? undefined : next);
      const wakeup = after.find(({ event }) => event === "sched_wakeup");
      const switchIn = after.find((line) => line.event === "sched_switch" && wakeup && line.us >= wakeup.us);
      if (!ttwu || !wakeup) continue;
      // Before sched_waking, another CPU's load balancing moves a sleeper whose dequeue is delayed (6.12).
      const migration = after.find(({ event, us }) => event === "sched_migrate_task" && us <= wakeup.us);
      wakeups.push({
        pid: Number(ttwu.fields.pid),
        wakerPid: ttwu.pid,
        wakerCpu: ttwu.cpu,
        flags: Number(ttwu.fields.wf),
        prevCpu: Number(waking.fields.target_cpu),
        targetCpu: Number(wakeup.fields.target_cpu),
        wakeupSaidOn: wakeup.cpu,
        migratedTo: migration ? Number(migration.fields.dest_cpu) : null,
        pulled: migration !== undefined && migration.cpu !== ttwu.cpu,
        ttwuUs: ttwu.us,
        wakingUs: waking.us,
        wakeupUs: wakeup.us,
        switchUs: switchIn?.us ?? null,
      });
    }
  }
  return wakeups;
}
