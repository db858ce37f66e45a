/**
 * A measurement on paper: a kernel, target and clock, a disk in memory, a terminal whose output is recorded.
 */

import type { Attributes } from "../../../analysis/result/attributes.ts";
import { correlationId } from "../../../analysis/result/correlation.ts";
import type { HookFact } from "../../../analysis/result/meta.ts";
import type { ChainRecord } from "../../../ffi/record.ts";
import { ResultWriter } from "../../../runbook/files/result_out.ts";
import type { Machine } from "../../../runbook/machine/machine.ts";
import { declare, type Declared, type ProtocolOptions } from "../../../runbook/protocol/declared.ts";
import type { RunbookFile } from "../../../runbook/protocol/runbook_file.ts";
import type { Settings } from "../../../runbook/protocol/settings.ts";
import { Symbols } from "../../../runbook/row/symbols.ts";
import { Progress } from "../../../runbook/run/progress.ts";
import type { SeriesKernel, SeriesRequest } from "../../../runbook/run/series.ts";
import { SmallDisk } from "../files/small_disk.ts";
import type { PaperParts } from "./loop_fixture.ts";

export const MACHINE: Machine = {
  host: "h",
  kernel: "6.12.117",
  arch: "x86_64",
  cpu: "c",
  cpus: 2,
  virtualization: "none",
  boot_id: "b",
  clocksource: { current: "tsc", available: ["tsc", "hpet"] },
};

export const ATTRIBUTES: Attributes = { policy: "other", priority: 0, nice: 0, timerslack_ns: 1 };

export const HOOKS: readonly HookFact[] = [
  { stage: "ttwu", hook: "try_to_wake_up", kind: "fentry", attached: true },
  { stage: "clocksource_switch", hook: "timekeeping_notify", kind: "fentry", attached: true },
];

export const SYMBOLS = Symbols.parse(new TextEncoder().encode(
  "ffffffff81001000 t try_to_wake_up\nffffffff81002000 t hrtimer_wakeup\n",
));

export const STARTED = new Date("2026-01-02T03:04:05.678Z");

/** What options, or a runbook file with such settings, declare. */
export function declaredOf(options: ProtocolOptions, settings: Settings = {}): Declared {
  const file: RunbookFile = { settings, named: () => null };
  return declare(options, file, String);
}

/**
 * With the ID that the kernel computes for such a chain; its stack is too short to show the waker's context.
 */
function withId(record: ChainRecord | null): ChainRecord | null {
  if (record === null) return null;
  const { tgid, pid, run, ttwu_ns } = record;
  const id = BigInt(`0x${correlationId(tgid, pid, Number(run), ttwu_ns)}`);
  return { ...record, correlation_id: id, waker_context: null };
}

export function paperKernel(parts: PaperParts, over: Partial<SeriesKernel> = {}): SeriesKernel {
  const { probes, target, trigger, clock } = parts.options(0);
  return {
    probes: {
      ...probes,
      take: (run) => withId(probes.take(run)),
      tier: "full",
      hooks: HOOKS,
      recent: () => {
        parts.calls.push("recent");
        return [];
      },
      suspend: () => void parts.calls.push("suspend"),
      resume: () => void parts.calls.push("resume"),
      programs: () => [{ program: "ttwu_entry", run_cnt: 4, run_time_ns: 2000, recursion_misses: 1 }],
    },
    target,
    types: null,
    task: null,
    trigger,
    clock,
    triggerDevice: null,
    attributes: ATTRIBUTES,
    scxWakeFlags: new Map(),
    clockStepCounter: "tsc",
    edgeUncertaintyNs: () => 40,
    startBusyThreads: () => ({ [Symbol.dispose]: () => {} }),
    symbols: SYMBOLS,
    currentClocksource: () => "tsc",
    ...over,
  };
}

/** A request whose file and terminal can be read. */
export class PaperRequest {
  readonly disk = new SmallDisk();
  readonly said: string[] = [];
  readonly file = new ResultWriter("host.csv", this.disk);
  readonly request: SeriesRequest;

  constructor(parts: PaperParts, settings: Settings, over: Partial<SeriesRequest> = {}) {
    const declared = declaredOf({}, settings);
    this.request = {
      env: "host",
      declared,
      source: null,
      machine: MACHINE,
      started: STARTED,
      file: this.file,
      begun: null,
      last: declared.runbook.runs,
      progress: new Progress({
        runs: declared.runbook.runs,
        quiet: false,
        output: {
          isTerminal: false,
          columns: () => null,
          write: (text) => void this.said.push(text.trimEnd()),
        },
        now: () => Number(parts.nowNs / 1_000_000n),
      }),
      waiting: { allowed: true, say: (message) => void this.said.push(message) },
      interrupt: parts.interrupt.signal,
      looks: null,
      measureOverhead: false,
      placement: null,
      isPart: false,
      slow: null,
      ...over,
    };
  }

  /** First words of the file's lines, which tell their kind, and the numbers of the runs. */
  lines(): string[] {
    return this.disk.content.trimEnd().split("\n").map((line) => /^(# [\w-]+|\w+)/.exec(line)?.[0] ?? line);
  }
}
