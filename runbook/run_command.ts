/** `probe run`: checks, attaches, measures, writes, sums up. */

import { EXIT, type ExitCode, Failure } from "../analysis/failure.ts";
import type { Tier } from "../analysis/meta.ts";
import { kernelFileExists } from "../ffi/kernel_file.ts";
import { declare } from "./declared.ts";
import { Interrupt } from "./interrupt.ts";
import { readMachine, readMachineText } from "./machine.ts";
import { SHORTEST_WINDOWED_PERIOD_NS } from "./loop.ts";
import { measure } from "./measure.ts";
import { preflight } from "./preflight.ts";
import { Progress } from "./progress.ts";
import { createOutputFile, defaultPath, ResultFile, type Syncing } from "./result_out.ts";
import type { Field, Runbook } from "./runbook.ts";
import { readRunbookFile } from "./runbook_file.ts";
import { summaryJson, summaryText } from "./summary.ts";

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
  const { runs, trigger, period: period_ns, wake, load, target: task, require } = flags;
  const declared = declare({ runs, trigger, period_ns, wake, load, target: task, require }, source, optionOf);
  const { runbook } = declared;
  refuseUnkept(runbook);
  preflight(readMachineText, kernelFileExists(KERNEL_BTF));
  const machine = readMachine(readMachineText, Deno.build.arch);
  const started = new Date();
  const path = flags.out ?? defaultPath(flags.env, machine.host, started);
  using file = new ResultFile(path, createOutputFile(path), syncingAt(runbook.period_ns));
  using interrupt = new Interrupt();
  const progress = new Progress({
    runs: runbook.runs,
    quiet: flags.quiet,
    output: { isTerminal: Deno.stderr.isTerminal(), write: (text) => writeAll(Deno.stderr, text) },
    now: () => performance.now(),
  });
  try {
    const request = {
      env: flags.env,
      declared,
      source,
      machine,
      started,
      file,
      progress,
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
        `${rows} in ${path}`,
      );
    }
    if (flags.json) write(`${summaryJson(summary)}\n`);
    else if (!flags.quiet) write(summaryText(summary));
    if (complete > 0) return EXIT.done;
    throw new Failure(
      EXIT.failed,
      `none of the ${runbook.runs} runs completed: no clock read of the target was seen`,
      `see column last_stage in ${path} for where the runs stopped`,
    );
  } catch (error) {
    if (file.isEmpty) Deno.removeSync(path);
    throw error;
  }
}

/** A declared protocol that would not be kept must not be hashed into a file. */
const UNKEPT: readonly (readonly [field: Field, unkept: (runbook: Runbook) => boolean])[] = [
  ["hours", ({ hours }) => hours !== "any"],
  ["cpus", ({ cpus }) => cpus !== "any"],
  ["clocksource", ({ clocksource }) => clocksource !== "any"],
];

function refuseUnkept(runbook: Runbook): void {
  for (const [field, unkept] of UNKEPT) {
    if (!unkept(runbook)) continue;
    throw new Failure(
      EXIT.cannotMeasure,
      `this version cannot keep the runbook's ${field} = ${runbook[field]}`,
      "declare a runbook without it",
    );
  }
}

/** `--period` for period_ns. */
function optionOf(field: Field): string {
  return `--${field.replace(/_ns$/, "")}`;
}

/** A disk takes longer than a short period. */
function syncingAt(periodNs: number): Syncing {
  return periodNs < SHORTEST_WINDOWED_PERIOD_NS ? "in background" : "each row";
}

function writeAll(to: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let written = 0; written < bytes.length;) written += to.writeSync(bytes.subarray(written));
}
