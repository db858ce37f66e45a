/** One measurement: the kernel's side attached, every run written and counted, everything detached again. */

import type { Meta } from "../../analysis/result/meta.ts";
import project from "../../deno.json" with { type: "json" };
import { readKernelFile } from "../../ffi/kernel_file.ts";
import { cellOf } from "../protocol/design.ts";
import { startLoad } from "../protocol/load.ts";
import { CrossCheck } from "./crosscheck.ts";
import type { Declared } from "../protocol/declared.ts";
import { type Waiting, withinHours } from "./hours.ts";
import { openKernelSide } from "./kernel_side.ts";
import { type LoopClock, type LoopOptions, runLoop } from "./loop.ts";
import type { RunOutcome } from "../row/outcome.ts";
import { currentClocksource, type Machine, readMachineText } from "../machine/machine.ts";
import type { Progress } from "./progress.ts";
import { type Begun, requireSameMeta } from "../files/resume.ts";
import type { ResultFile } from "../files/result_out.ts";
import { OverheadMeter } from "./overhead.ts";
import { buildRow, type RowContext } from "../row/row.ts";
import { cpusOf, runbookSha256, tierOf } from "../protocol/runbook.ts";
import type { Runbook } from "../protocol/settings.ts";
import { factOf, type RunbookSource } from "../protocol/runbook_file.ts";
import type { Summary } from "../files/summary.ts";
import { Symbols } from "../row/symbols.ts";
import { Tally } from "../files/tally.ts";
import { type DecodeTable, decodeTableFor } from "../row/wake_flags.ts";

export interface MeasureRequest {
  readonly env: string;
  readonly declared: Declared;
  /** The runbook file under it; null: the defaults. */
  readonly source: RunbookSource | null;
  readonly machine: Machine;
  readonly started: Date;
  /** Filled here. */
  readonly file: ResultFile;
  /** What the file held before; null: it is new. */
  readonly begun: Begun | null;
  /** Number of the last run; before the runbook's last one the file stays without its end. */
  readonly last: number;
  readonly progress: Progress;
  /** What happens outside the runbook's hours. */
  readonly waiting: Waiting;
  readonly interrupt: AbortSignal;
  /** Pairs each run with one without probes, and has the kernel time the programs. */
  readonly measureOverhead: boolean;
}

/** A clock that never stands still must not fill the end line. */
const MOST_REPEATS = 20;

/**
 * @returns what the summary shows, and the number of the run at which Ctrl-C ended it (null: all done)
 * @throws Failure when the probes cannot be attached, a run cannot take place, or the file cannot be written
 */
export async function measure(
  request: MeasureRequest,
): Promise<{ summary: Summary; interruptedAt: number | null }> {
  const { machine, file, begun, last, progress, interrupt } = request;
  const { runbook, target: choice, overrides } = request.declared;
  const { runs, period_ns: periodNs } = runbook;
  using kernel = await openKernelSide({
    require: tierOf(runbook),
    target: choice,
    cpus: cpusOf(runbook),
    trigger: request.declared.trigger,
    periodNs,
  });
  const { probes, target, trigger } = kernel;
  using _statistics = request.measureOverhead ? kernel.timePrograms() : null;
  // After the attach: the programs of the probes have symbols of their own now.
  const symbols = Symbols.parse(readKernelFile("/proc/kallsyms") ?? new Uint8Array());
  const decode = decodeTableFor(machine.kernel);
  const meta: Meta = {
    probe: project.version,
    env: request.env,
    ...machine,
    tier: probes.tier,
    hooks: probes.hooks,
    decode: decode?.name ?? "none",
    runbook: { ...runbook },
    runbook_sha256: await runbookSha256(runbook),
    ...(request.source === null ? {} : { runbook_file: await factOf(request.source) }),
    ...(overrides.length === 0 ? {} : { overrides }),
    started: request.started.toISOString(),
    edge_uncertainty_ns: kernel.edgeUncertaintyNs(),
    ...(kernel.triggerDevice === null ? {} : { trigger_device: kernel.triggerDevice }),
    clock_step_counter: kernel.clockStepCounter,
  };
  const first = (begun?.lastRun ?? 0) + 1;
  if (begun === null) file.writeHeader(meta);
  else {
    requireSameMeta(file.path, begun.file.meta, meta);
    file.writeResumption({ run: first, started: meta.started }, begun.file);
  }
  const of = kernel.task === null ? "" : ` of ${kernel.task.comm} (pid ${kernel.task.pid})`;
  progress.begin(first);
  const which = first === 1 && last === runs ? `${runs} runs` : `runs ${first} to ${last}`;
  progress.say(`measuring ${which}${of} at tier ${probes.tier} into ${file.path}`);
  const notices = noticesOf(symbols, decode, machine);
  for (const notice of notices) progress.say(`notice: ${notice}`);

  const context: RowContext = {
    symbols,
    decode,
    seesClocksourceSwitches: probes.hooks.some((hook) =>
      hook.stage === "clocksource_switch" && hook.attached
    ),
  };
  const tally = begun?.tally ?? new Tally();
  const clock: LoopClock = { realtimeNow: () => target.realtimeNow(), sleep };
  const loop = {
    cellOf: (run: number) => cellOf(runbook, run),
    startLoad: (load: string) => startLoad(load, kernel.startBusyThreads),
    trigger: withinHours(runbook.hours, trigger, request.waiting),
    target,
    clock,
    interrupt,
  };
  const meter = request.measureOverhead ? new OverheadMeter(probes, loop) : null;
  const crossCheck = new CrossCheck(machine.kernel, decode, kernel.scxWakeFlags);
  const onOutcome = async (outcome: RunOutcome) => {
    const { row, stacks, stackContext } = buildRow(
      outcome,
      context,
      currentClocksource(readMachineText),
    );
    file.writeRow(row, stacks);
    tally.add(row, stacks);
    crossCheck.add(outcome.run, outcome.record, stackContext);
    progress.ran(outcome, trigger.edges()?.missed ?? 0);
    if (outcome.status !== "aborted") await meter?.ran(outcome);
  };
  const repeats: string[] = [];
  const onRepeat = (run: number, why: string) => {
    const notice = `run ${run} was done again: ${why}`;
    progress.say(`notice: ${notice}`);
    if (repeats.length < MOST_REPEATS) repeats.push(notice);
  };
  const series = {
    ...loop,
    probes,
    // The built-in target reads as soon as it runs; another task when it likes, until the next edge is near.
    ...(kernel.task === null ? {} : { recordWindowNs: BigInt(Math.floor(0.8 * periodNs)) }),
  };
  if (first <= runs) await warmUp(runbook, series);
  const interruptedAt = await runLoop({ ...series, first, runs: last, onOutcome, onRepeat });
  const disagreements = crossCheck.notices();
  for (const notice of disagreements) progress.say(`notice: ${notice}`);
  const observed = [...repeats, ...disagreements];
  notices.push(...observed);
  // The counts of the kernel and of the trigger began with this call: those of the rows before are not in them.
  if (begun === null) {
    tally.setEdges(trigger.edges());
    tally.setRecursionMisses(probes.programs());
  }
  if (meter !== null) tally.setOverhead(meter.overhead());
  if (interruptedAt === null && last === runs) {
    file.writeEnd(observed.length === 0 ? tally.end() : { ...tally.end(), notices: observed });
  }
  progress.say(
    `${tally.end().rows} of ${runs} runs written to ${file.path}${last < runs ? "; --resume goes on" : ""}`,
  );
  return { summary: { path: file.path, meta, tally, notices }, interruptedAt };
}

/** Numbered after the last run: no late record of theirs can be taken for one of a run. */
async function warmUp(
  { runs, warm_up_runs }: Runbook,
  series: Omit<LoopOptions, "first" | "runs" | "onOutcome">,
): Promise<void> {
  await runLoop({ ...series, first: runs + 1, runs: runs + warm_up_runs, onOutcome: () => {} });
}

function noticesOf(symbols: Symbols, decode: DecodeTable | null, machine: Machine): string[] {
  const notices: string[] = [];
  if (symbols.hidden) {
    notices.push(
      "symbols are hidden (kptr_restrict or no CAP_SYSLOG): no stacks",
    );
  }
  if (decode === null) {
    notices.push(`no table of wake flags for kernel ${machine.kernel}: raw flags only, no signatures`);
  }
  return notices;
}

/** Resolves after `ms`, or at once when `stop` aborts. */
export function sleep(ms: number, stop: AbortSignal): Promise<void> {
  if (stop.aborted) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = () => {
    clearTimeout(timer);
    stop.removeEventListener("abort", end);
    resolve();
  };
  const timer = setTimeout(end, ms);
  stop.addEventListener("abort", end);
  return promise;
}
