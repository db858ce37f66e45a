/** `probe run`: checks, attaches, measures, writes, sums up. */

import { EXIT, type ExitCode, Failure } from "../analysis/failure.ts";
import type { Tier } from "../analysis/result/meta.ts";
import { kernelFileExists } from "../ffi/kernel_file.ts";
import { checkCpus } from "../runbook/machine/cpus.ts";
import { checkClocksource, setClocksource } from "../runbook/machine/clocksource.ts";
import { declare, type Declared } from "../runbook/protocol/declared.ts";
import { waitForHours } from "../runbook/run/hours.ts";
import { Interrupt } from "../runbook/run/interrupt.ts";
import { type LoopClock, SHORTEST_WINDOWED_PERIOD_NS } from "../runbook/run/loop.ts";
import { readMachine, readMachineText } from "../runbook/machine/machine.ts";
import { measure, sleep } from "../runbook/run/measure.ts";
import { preflight } from "../runbook/machine/preflight.ts";
import { Progress } from "../runbook/run/progress.ts";
import {
  createOutputFile,
  defaultPath,
  openOutputFile,
  ResultFile,
  type Syncing,
} from "../runbook/files/result_out.ts";
import { readBegun } from "../runbook/files/resume.ts";
import { clocksourceOf, cpusOf } from "../runbook/protocol/runbook.ts";
import type { Field, Runbook } from "../runbook/protocol/settings.ts";
import { readRunbookFile, type RunbookSource } from "../runbook/protocol/runbook_file.ts";
import { summaryJson, summaryText } from "../runbook/files/summary.ts";
import { realMachinery } from "../runbook/machine/system_change.ts";

export interface RunFlags {
  /** A runbook file, over which the options lie; without it the defaults of default.toml. */
  readonly runbook?: string;
  readonly runs?: number;
  /** host, vm, or a label. */
  readonly env: string;
  /** Default: ENV-HOST-UTCTIME.csv in the current folder. */
  readonly out?: string;
  /** timer, pps:/dev/ppsN or rtc. */
  readonly trigger?: string;
  /** ns. */
  readonly period?: number;
  /** The tier to take. */
  readonly require?: "best" | Tier;
  /** How the built-in target is woken. */
  readonly wake?: string;
  /** idle, cpu:N, or several. */
  readonly load?: string;
  /** self, pid:NUMBER or comm:NAME. */
  readonly target?: string;
  /** Outside the runbook's hours, refuse instead of waiting. */
  readonly "no-wait": boolean;
  /** The runbook's clocksource may be set for the measurement. */
  readonly "allow-system-changes": boolean;
  /** Go on with the file of `out`, which was cut off. */
  readonly resume: boolean;
  /** Number of the run after which to stop, with a file that can be resumed; without it the last one. */
  readonly until?: number;
  /** Also measure what the probes cost. */
  readonly "measure-overhead": boolean;
  readonly quiet: boolean;
  readonly json: boolean;
}

/** No probe can be loaded without it; it is megabytes long, so only its presence is asked for. */
const KERNEL_BTF = "/sys/kernel/btf/vmlinux";

/**
 * Measures and writes the result file.
 *
 * @param write takes the summary
 * @throws Failure: usage, what this machine cannot do, an output that cannot be written, an interruption
 */
export async function runCommand(flags: RunFlags, write: (text: string) => void): Promise<ExitCode> {
  const source = flags.runbook === undefined ? null : readRunbookFile(flags.runbook);
  const declared = declaredBy(flags, source);
  const { runbook } = declared;
  refuseResume(flags);
  refuseUntil(flags, runbook);
  const last = flags.until ?? runbook.runs;
  const progress = new Progress({
    runs: last,
    quiet: flags.quiet,
    output: { isTerminal: Deno.stderr.isTerminal(), write: (text) => writeAll(Deno.stderr, text) },
    now: () => performance.now(),
  });
  const say = (message: string) => progress.say(message);
  if (runbook.blocks > 1 && flags.until === undefined) {
    say(
      `notice: the runbook's ${runbook.blocks} blocks are for probe ab: here all runs are measured in one go`,
    );
  }
  preflight(readMachineText, kernelFileExists(KERNEL_BTF));
  checkCpus(cpusOf(runbook), readMachineText);
  const clocksource = { wanted: clocksourceOf(runbook), changesAllowed: flags["allow-system-changes"] };
  const machinery = realMachinery(say);
  checkClocksource(clocksource, machinery);
  const { host } = readMachine(readMachineText, Deno.build.arch);
  const path = flags.out ?? defaultPath(flags.env, host, new Date());
  const output = flags.resume ? openOutputFile(path) : createOutputFile(path);
  using file = new ResultFile(path, output, syncingAt(runbook.period_ns));
  const begun = flags.resume ? readBegun(path) : null;
  if (begun !== null && begun.lastRun >= last && last < runbook.runs) {
    throw alreadyThere(path, begun.lastRun, last);
  }
  using interrupt = new Interrupt();
  try {
    const waiting = { allowed: !flags["no-wait"], say };
    await waitForHours(runbook.hours, WALL_CLOCK, interrupt.signal, waiting);
    if (interrupt.signal.aborted) throw interruptedEarly(runbook);
    using _clocksource = setClocksource(clocksource, machinery);
    const request = {
      env: flags.env,
      declared,
      source,
      machine: readMachine(readMachineText, Deno.build.arch),
      started: new Date(),
      file,
      begun,
      last,
      progress,
      waiting,
      interrupt: interrupt.signal,
      measureOverhead: flags["measure-overhead"],
    };
    const { summary, interruptedAt } = await measure(request);
    const { complete } = summary.tally.end();
    if (interruptedAt !== null) {
      const rows = complete === 1 ? "1 complete row is" : `${complete} complete rows are`;
      throw new Failure(
        EXIT.failed,
        `interrupted at run ${interruptedAt} of ${runbook.runs}`,
        `${rows} in ${path}; --resume goes on`,
      );
    }
    const goesOn = last < runbook.runs;
    if (flags.json) write(`${summaryJson(summary)}\n`);
    else if (!flags.quiet && !goesOn) write(summaryText(summary));
    if (complete > 0 || goesOn) return EXIT.done;
    throw new Failure(
      EXIT.failed,
      `none of the ${runbook.runs} runs completed: no clock read of the target was seen`,
      `see column last_stage in ${path} for where the runs stopped`,
    );
  } catch (error) {
    if (begun === null && file.isEmpty) Deno.removeSync(path);
    throw error;
  }
}

/** What such a call declares. */
export function declaredBy(
  flags: Pick<RunFlags, "runs" | "trigger" | "period" | "wake" | "load" | "target" | "require">,
  source: RunbookSource | null,
): Declared {
  const { runs, trigger, period: period_ns, wake, load, target, require } = flags;
  return declare({ runs, trigger, period_ns, wake, load, target, require }, source, optionOf);
}

/** For the hours before anything native is open: ms are enough. */
const WALL_CLOCK: LoopClock = { realtimeNow: () => BigInt(Date.now()) * 1_000_000n, sleep };

function interruptedEarly({ hours }: Runbook): Failure {
  return new Failure(
    EXIT.failed,
    `interrupted while waiting for the runbook's hours ${hours} UTC`,
    "nothing was measured; start again",
  );
}

/** `--period` for period_ns. */
function optionOf(field: Field): string {
  return `--${field.replace(/_ns$/, "")}`;
}

function refuseResume({ resume, out, "measure-overhead": measureOverhead }: RunFlags): void {
  if (!resume) return;
  if (out === undefined) {
    throw new Failure(
      EXIT.usage,
      "--resume does not say which file to go on with",
      "name it with --out FILE",
    );
  }
  if (measureOverhead) {
    throw new Failure(
      EXIT.usage,
      "--measure-overhead cannot be resumed: what the rows before cost is not known any more",
      "leave it out, or begin another file",
    );
  }
}

function refuseUntil({ until, "measure-overhead": measureOverhead }: RunFlags, { runs }: Runbook): void {
  if (until === undefined) return;
  if (until > runs) {
    throw new Failure(EXIT.usage, `--until ${until} is after the last of ${runs} runs`, "give one of them");
  }
  if (measureOverhead) {
    throw new Failure(
      EXIT.usage,
      "--measure-overhead cannot stop in between: what goes on with its file does not know it any more",
      "leave out --until, or --measure-overhead",
    );
  }
}

function alreadyThere(path: string, found: number, until: number): Failure {
  return new Failure(
    EXIT.failed,
    `cannot go on with ${path} until run ${until}: its last one is ${found} already`,
    "give a later run with --until, or leave it out",
  );
}

/** A disk takes longer than a short period. */
function syncingAt(periodNs: number): Syncing {
  return periodNs < SHORTEST_WINDOWED_PERIOD_NS ? "in background" : "each row";
}

function writeAll(to: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let written = 0; written < bytes.length;) written += to.writeSync(bytes.subarray(written));
}
