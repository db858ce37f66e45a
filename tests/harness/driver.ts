/**
 * Runs series of measurements that the command line does not offer: several wakes under one attach, a delayed
 * wake, a load, shell commands between. Bundled and started in a guest (see driven_guest.ts): `deno run -A
 * driver.js PLAN OUT`, both paths of files.
 */

import { type ColumnName, COLUMNS, type Row } from "../../analysis/result/columns.ts";
import type { HookFact, Tier } from "../../analysis/result/meta.ts";
import { readKernelFile } from "../../ffi/kernel_file.ts";
import { ExistingTarget, NativeTarget } from "../../ffi/target.ts";
import { nativeTimer } from "../../ffi/trigger.ts";
import { CrossCheck, SCX_WAKE_FLAGS } from "../../runbook/run/crosscheck.ts";
import { runLoop, type Target } from "../../runbook/run/loop.ts";
import { observedBy } from "../../runbook/run/outcomes.ts";
import type { RunOutcome } from "../../runbook/row/outcome.ts";
import { readClocksource, readMachine, readMachineText } from "../../runbook/machine/machine.ts";
import { openNativeParts } from "../../runbook/probes/native_parts.ts";
import { buildRow } from "../../runbook/row/row.ts";
import { Symbols } from "../../runbook/row/symbols.ts";
import { timerTrigger } from "../../runbook/run/triggers.ts";
import { decodeTableFor } from "../../runbook/row/wake_flags.ts";
import { beside } from "./beside.ts";

export interface Series {
  readonly name: string;
  /** A name of the table of wakes; `pid` follows an existing task instead. */
  readonly wake?: string;
  readonly pid?: number;
  readonly runs: number;
  readonly periodNs: number;
  /** Ends the series once a wakeup has taken that path. */
  readonly untilPath?: string;
  /** How long the waker delays the wake after the edge. */
  readonly holdNs?: number;
  /**
   * Shell commands during each run: for an existing task once it is armed, for the built-in one as soon as
   * possible.
   */
  readonly duringRun?: string;
  /** Busy loops during the series; default: 0. */
  readonly load?: number;
  /** Shell commands before and after the series. */
  readonly before?: string;
  readonly after?: string;
}

/** Pipes to the helper: it receives the path of a shell script and answers with the exit code. */
export const ASK = "/tmp/ask";
export const ANSWER = "/tmp/answer";
/**
 * This file exists once a run with a script beside it has ended: what the script waits for will not come any
 * more.
 */
export const OVER = "/tmp/over";

/** A number of series under one attach. */
export interface Phase {
  readonly require: Tier;
  /** Whether locks and interrupts are observed too. */
  readonly detail?: boolean;
  readonly series: readonly Series[];
}

/** One run. */
export interface Driven {
  readonly series: string;
  /** In the form of the result file: empty when not observed. */
  readonly row: Readonly<Record<ColumnName, string>>;
  /** Destination of a sched_migrate_task inside the wakeup. */
  readonly migrateCpu: number | null;
  readonly clockStepUncertaintyNs: number | null;
  /** The stacks that the row names, by their keys. */
  readonly frames: Readonly<Record<string, readonly string[]>>;
}

/** The hooks of a phase, and what its cross-check reported. */
export interface PhaseEnd {
  readonly tier: Tier;
  readonly hooks: readonly HookFact[];
  readonly notices: readonly string[];
}

/** Gives a script to the helper that drive() has started, so the measured process has no children. */
function ask(script: string): void {
  Deno.writeTextFileSync("/tmp/script", script);
  Deno.writeTextFileSync(ASK, "/tmp/script\n");
}

function requireDone(script: string, answer: string): void {
  if (answer.trim() !== "0") throw new Error(`${script}: ${answer}`);
}

function shell(script: string | undefined): void {
  if (script === undefined) return;
  ask(script);
  requireDone(script, Deno.readTextFileSync(ANSWER));
}

/**
 * Runs a script during a run. A script that waits for something in it sees {@linkcode OVER} once the run has
 * ended.
 */
async function scriptBeside<T>(run: () => Promise<T>, script: string): Promise<T> {
  await Deno.remove(OVER).catch(() => {});
  return await beside(
    () => run().finally(() => Deno.writeTextFileSync(OVER, "")),
    async () => {
      ask(script);
      requireDone(script, await Deno.readTextFile(ANSWER));
    },
  );
}

/** Processes that only compute; they end with their scope. */
function busyLoops(count: number): Disposable {
  for (let i = 0; i < count; i++) shell("sh -c 'while :; do :; done' >/dev/null 2>&1 & echo $! >>/tmp/loops");
  return {
    [Symbol.dispose]() {
      if (count > 0) shell("kill -9 $(cat /tmp/loops); rm /tmp/loops");
    },
  };
}

async function drive(phase: Phase, write: (driven: Driven) => void): Promise<PhaseEnd> {
  const { native, attach, kernelEnum } = await openNativeParts();
  using probes = attach({
    require: phase.require,
    detail: phase.detail ?? false,
    keepsRecent: false,
    pidNamespace: null,
    targetTells: phase.series.every(({ pid }) => pid === undefined),
  });
  const symbols = Symbols.parse(readKernelFile("/proc/kallsyms") ?? new Uint8Array());
  const { kernel } = readMachine(readMachineText, Deno.build.arch);
  const decode = decodeTableFor(kernel);
  const crossCheck = new CrossCheck(kernel, decode, kernelEnum(SCX_WAKE_FLAGS));
  const observed = observedBy(probes.hooks);
  for (const series of phase.series) {
    const { wake = "timer", pid, holdNs = 0, load = 0, runs, periodNs } = series;
    const target = pid === undefined
      ? new NativeTarget(native, { trigger: nativeTimer(native), holdNs: BigInt(holdNs) })
      : new ExistingTarget(native, pid, nativeTimer(native));
    const stop = new AbortController();
    const onOutcome = (outcome: RunOutcome) => {
      const context = {
        symbols,
        decode,
        observed,
      };
      const { row, stacks, stackContext } = buildRow(
        outcome,
        context,
        readClocksource(readMachineText).current,
      );
      if (row.path === series.untilPath) stop.abort();
      crossCheck.add(outcome.run, outcome.record, stackContext);
      write({
        series: series.name,
        row: textOf(row),
        migrateCpu: outcome.record?.migrate_cpu ?? null,
        clockStepUncertaintyNs: outcome.target?.clock_step_uncertainty_ns ?? null,
        frames: Object.fromEntries(stacks.map(({ key, frames }) => [key, frames])),
      });
    };
    shell(series.before);
    {
      using _loops = busyLoops(load);
      const clock = {
        realtimeNow: () => target.realtimeNow(),
        sleep: (ms: number, stop: AbortSignal) => sleep(ms, stop),
      };
      const window = pid === undefined ? {} : { recordWindowNs: BigInt(Math.floor(0.8 * periodNs)) };
      await runLoop({
        runs,
        trigger: timerTrigger(periodNs),
        probes,
        target: disturbed(target, pid !== undefined, series.duringRun),
        clock,
        cellOf: () => ({
          wake: pid === undefined ? wake : "own",
          load: load > 0 ? "busy" : "idle",
          stack: true,
        }),
        // The load is made by processes of another program, for a whole series.
        startLoad: () => ({ [Symbol.dispose]: () => {} }),
        interrupt: stop.signal,
        onOutcome,
        ...window,
      });
      // At short periods they stay attached until their series ends.
      probes.close();
    }
    shell(series.after);
  }
  return { tier: phase.require, hooks: probes.hooks, notices: crossCheck.notices() };
}

/** The target's own thread continues while the shell runs. */
function disturbed(target: Target, isArmedAtOnce: boolean, script: string | undefined): Target {
  return {
    run: async (armedMapFd, run, edgeRealNs, wake, stack) => {
      const start = () => target.run(armedMapFd, run, edgeRealNs, wake, stack);
      if (script === undefined) return await start();
      if (!isArmedAtOnce) return await scriptBeside(start, script);
      const ran = await start();
      shell(script);
      return ran;
    },
    cancel: () => target.cancel(),
  };
}

function sleep(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    stop.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}

function textOf(row: Row): Driven["row"] {
  const cells = COLUMNS.map(({ name }) => [name, String(row[name] ?? "")]);
  return Object.fromEntries(cells);
}

if (import.meta.main) {
  const [planPath, outPath] = Deno.args;
  const phases: readonly Phase[] = JSON.parse(Deno.readTextFileSync(planPath!));
  using out = Deno.openSync(outPath!, { write: true, create: true, truncate: true });
  const write = (line: Driven | PhaseEnd) =>
    void out.writeSync(new TextEncoder().encode(`${JSON.stringify(line)}\n`));
  for (const phase of phases) write(await drive(phase, write));
}
