/** `probe run`: checks, attaches, measures, writes, sums up. */

import { codeOfInterruption, EXIT, type ExitCode, Failure } from "../analysis/failure.ts";
import type { Look } from "./looks.ts";
import { type CallOptions, protocolOfFile, resumeCommand } from "./resumption.ts";
import type { Tier } from "../analysis/result/meta.ts";
import { kernelFileExists, readKernelLink } from "../ffi/kernel_file.ts";
import { checkCpus } from "../runbook/machine/cpus.ts";
import { declare, type Declared } from "../runbook/protocol/declared.ts";
import { WALL_CLOCK } from "../runbook/run/clock.ts";
import { conclude } from "../runbook/run/conclusion.ts";
import { waitForHours } from "../runbook/run/hours.ts";
import { Interrupt } from "../runbook/run/interrupt.ts";
import { SHORTEST_WINDOWED_PERIOD_NS } from "../runbook/run/loop.ts";
import { type Machine, readMachine, readMachineText } from "../runbook/machine/machine.ts";
import { measure } from "../runbook/run/measure.ts";
import { lastRunOf, type PartOptions, requireRunsLeft } from "../runbook/run/part.ts";
import { dispensableHooks } from "../runbook/probes/hooks.ts";
import { KERNEL_BTF, preflight } from "../runbook/machine/preflight.ts";
import { typesFileOf } from "../runbook/probes/types_file.ts";
import { Progress } from "../runbook/run/progress.ts";
import { checkTargetAttributes } from "../runbook/run/followed.ts";
import { looksAfter } from "../runbook/protocol/looks.ts";
import { readAnyFile, readFile } from "../runbook/files/result_in.ts";
import type { SlowRequest } from "../runbook/slow/slow_runs.ts";
import { collectedPath, type Keep, rotate } from "../runbook/files/collection.ts";
import { openOutput } from "../runbook/files/output.ts";
import { isStandardOutput } from "../runbook/files/output_file.ts";
import { defaultPath, type Syncing } from "../runbook/files/result_out.ts";
import { attributesOf, cpusOf, systemOf } from "../runbook/protocol/runbook.ts";
import type { Runbook, RunbookField } from "../runbook/protocol/settings.ts";
import type { RunbookFile, RunbookSource } from "../runbook/protocol/runbook_file.ts";
import { realSystemAccess } from "../runbook/machine/system_change.ts";
import { changeSystem, checkSystem } from "../runbook/machine/system_settings.ts";
import { writeOrDropSync } from "../system/write_all.ts";

export interface RunFlags
  extends PartOptions, Pick<CallOptions, "on-slow" | "without-hooks" | "placement" | "foreseen" | "btf"> {
  /** A runbook file, which the options override; default: the defaults of default.toml. */
  readonly runbook?: string;
  readonly runs?: number;
  /** host, vm, or a label. */
  readonly env: string;
  /** Folder in which the result gets a name of its own. */
  readonly "out-dir"?: string;
  /** How much stays in that folder. */
  readonly "keep-newest"?: Keep;
  /** timer, pps:/dev/ppsN or rtc. */
  readonly trigger?: string;
  /** ns. */
  readonly period?: number;
  /** The tier to require. */
  readonly require?: "best" | Tier;
  /** How the built-in target is woken. */
  readonly wake?: string;
  /** idle, cpu:N, or several. */
  readonly load?: string;
  /** self, pid:NUMBER or comm:NAME. */
  readonly target?: string;
  /** Outside the runbook's hours, refuse instead of waiting. */
  readonly "no-wait": boolean;
  /** The measurement may change this machine to what the runbook declares. */
  readonly "allow-system-changes": boolean;
  readonly quiet: boolean;
  readonly json: boolean;
}

type ProtocolField = "runs" | "trigger" | "period" | "wake" | "load" | "target" | "require";
type ProtocolFlags = { readonly [F in ProtocolField]?: RunFlags[F] | undefined };

/** Where a call writes. */
export interface Streams {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/**
 * Measures and writes the result file.
 *
 * @param source the runbook file; null: the defaults of default.toml
 * @param streams receive the summary, and the result file when --out is standard output; the summary then
 *   goes to stderr
 * @throws Failure: usage, something this machine cannot do, an output that cannot be written, an interruption
 */
export async function runCommand(
  flags: RunFlags,
  source: RunbookSource | null,
  { stdout, stderr }: Streams,
): Promise<ExitCode> {
  refuseStandardOutput(flags);
  refuseTwoPlaces(flags);
  const slow = slowRequest(flags);
  const withoutHooks = dispensableHooks(flags["without-hooks"]);
  const types = typesFileOf(flags.btf);
  const declared = foreseeing(declaredBy(...protocolOf(flags, source)), flags);
  const { runbook } = declared;
  const { runs } = runbook;
  const last = lastRunOf(flags, runbook);
  const after = flags["until-decided"] ? looksAfter(runbook) : null;
  const lookInto = flags.against === undefined ? null : await looking(flags.against, runbook);
  const progress = progressUntil(last, flags.quiet);
  const say = (message: string) => progress.say(message);
  const ofAb = flags.until === undefined && flags.placement === undefined ? forAb(runbook) : [];
  if (ofAb.length > 0) say(inOneGo(ofAb));
  const system = systemOf(runbook);
  const changesAllowed = flags["allow-system-changes"];
  const access = realSystemAccess(say);
  preflight(readMachineText, readKernelLink, types !== null || kernelFileExists(KERNEL_BTF));
  checkCpus(cpusOf(runbook), readMachineText);
  await checkTargetAttributes(attributesOf(runbook));
  checkSystem(system, changesAllowed, access);
  const path = pathOf(flags, hereNow(), new Date());
  using output = openOutput(path, flags.resume, syncingAt(runbook.period_ns), stdout);
  if (output.file.notLocked !== null) say(withoutLock(path, output.file.notLocked));
  requireRunsLeft(path, output.begun, last, runbook);
  using interrupt = new Interrupt();
  const waiting = { allowed: !flags["no-wait"], say };
  await waitForHours(runbook.hours, WALL_CLOCK, interrupt.signal, waiting);
  using _system = changeSystem(system, changesAllowed, access);
  const measured = await measure({
    env: flags.env,
    declared,
    source,
    machine: hereNow(),
    started: new Date(),
    file: output.file,
    begun: output.begun,
    last,
    progress,
    waiting,
    interrupt: interrupt.signal,
    looks: after === null ? null : {
      after,
      take: lookInto === null ? null : (look) => lookInto(path, { look, planned: after.length }, say),
    },
    measureOverhead: flags["measure-overhead"],
    slow,
    withoutHooks,
    types,
    isPart: flags.until !== undefined,
    placement: flags.placement ?? null,
  });
  const write = !isStandardOutput(path) ? stdout : flags.quiet ? () => {} : stderr;
  const interrupted = codeOfInterruption(interrupt.signal);
  const { json, quiet } = flags;
  const exitCode = conclude(
    measured,
    { runs, last, interrupted, resume: resumeCommand(path, flags), json, quiet },
    write,
  );
  const removed = flags["out-dir"] === undefined || flags["keep-newest"] === undefined
    ? []
    : rotate(flags["out-dir"], path, flags["keep-newest"]);
  if (removed.length > 0) say(`removed by --keep-newest: ${removed.join(", ")}`);
  return exitCode;
}

/** Where the result goes: the file that is named, or a name of its own, in the folder that is. */
function pathOf(flags: RunFlags, { host, boot_id: bootId }: Machine, started: Date): string {
  const { env, out, "out-dir": folder } = flags;
  if (out !== undefined) return out;
  return folder === undefined
    ? defaultPath(env, host, started)
    : collectedPath(folder, { env, host, bootId }, started);
}

/**
 * How the file of this call is looked at.
 *
 * @param path of the file it is compared with
 * @throws Failure when that cannot be read, or was measured by another runbook
 */
async function looking(path: string, runbook: Runbook) {
  // Imported here so that only such a call pays for the comparison.
  const { requireSameRunbook, takeLook } = await import("./looks.ts");
  const against = await readAnyFile(path);
  await requireSameRunbook(against, runbook);
  return (own: string, look: Look, say: (line: string) => void) =>
    takeLook([against, readFile(own)], {}, look, say);
}

/** @throws Failure (usage) when the trigger has no pulses */
function foreseeing(declared: Declared, { foreseen }: RunFlags): Declared {
  const { trigger } = declared;
  if (foreseen === undefined) return declared;
  if (trigger.name === "pps") return { ...declared, trigger: { ...trigger, foreseen } };
  const found = `--foreseen says when pulses come, and the trigger is ${trigger.name}`;
  throw new Failure(EXIT.usage, found, "give --trigger pps, or leave it out");
}

/** Refuses options that do not work when the result file goes to standard output. */
function refuseStandardOutput({ out, json, resume }: RunFlags): void {
  if (!isStandardOutput(out)) return;
  if (json) {
    const found = `--json and --out ${out} both want standard output`;
    throw new Failure(EXIT.usage, found, "give --out FILE, or leave --json out");
  }
  if (resume) {
    const found = `--resume goes on with a file, and --out ${out} is standard output`;
    throw new Failure(EXIT.usage, found, "give the file that was cut off");
  }
}

/** @throws Failure (usage) when the result has two places, or --keep-newest none in which it could keep anything */
function refuseTwoPlaces({ out, "out-dir": folder, "keep-newest": keep }: RunFlags): void {
  if (out !== undefined && folder !== undefined) {
    const found = `--out ${out} names the file, and --out-dir ${folder} has it named`;
    throw new Failure(EXIT.usage, found, "leave one of them out");
  }
  if (keep !== undefined && folder === undefined) {
    throw new Failure(
      EXIT.usage,
      "--keep-newest removes files of --out-dir, which is not given",
      "give --out-dir FOLDER too",
    );
  }
}

/** @throws Failure (usage) when there is nothing beside which to keep slow runs, or no limit */
function slowRequest({ out, "on-slow": limit, "stop-on-slow": stops = false }: RunFlags): SlowRequest | null {
  if (limit === undefined) {
    if (!stops) return null;
    throw new Failure(EXIT.usage, "--stop-on-slow does not say what is slow", "give --on-slow 200us too");
  }
  if (isStandardOutput(out)) {
    const found = `--on-slow keeps files beside the result, and --out ${out} is standard output`;
    throw new Failure(EXIT.usage, found, "give --out FILE");
  }
  return { limit, stops };
}

function hereNow(): Machine {
  return readMachine(readMachineText, Deno.build.arch);
}

function progressUntil(last: number, quiet: boolean): Progress {
  return new Progress({
    runs: last,
    quiet,
    output: {
      isTerminal: Deno.stderr.isTerminal(),
      columns,
      write: (text) => writeOrDropSync(Deno.stderr, new TextEncoder().encode(text)),
    },
    now: () => performance.now(),
  });
}

/** null: a terminal that does not tell its width. */
function columns(): number | null {
  try {
    return Deno.consoleSize().columns || null;
  } catch {
    return null;
  }
}

/** What only `probe ab` does with the runs. */
function forAb({ blocks, boots, vcpus }: Runbook): string[] {
  return [
    ...blocks > 1 ? [`${blocks} blocks`] : [],
    ...boots > 1 ? [`${boots} boots`] : [],
    ...vcpus === "free" ? [] : [`vcpus (${vcpus})`],
  ];
}

function inOneGo(what: readonly string[]): string {
  return `notice: the runbook's ${what.join(" and ")} are for probe ab: here all runs are measured in one go`;
}

function withoutLock(path: string, why: string): string {
  return `notice: ${path} cannot be locked (${why}): see to it that no other probe writes it meanwhile`;
}

/** --resume without a runbook file takes from the file that it goes on with what no option says. */
function protocolOf(flags: RunFlags, source: RunbookSource | null): [ProtocolFlags, RunbookFile | null] {
  if (!flags.resume || flags.out === undefined || source !== null) return [flags, source];
  const { file, trigger, target } = protocolOfFile(flags.out);
  return [{ ...flags, trigger: flags.trigger ?? trigger, target: flags.target ?? target }, file];
}

/** The protocol that the options declare, on top of the runbook file. */
export function declaredBy(
  flags: ProtocolFlags,
  source: RunbookFile | null,
): Declared {
  const { runs, trigger, period: period_ns, wake, load, target, require } = flags;
  return declare({ runs, trigger, period_ns, wake, load, target, require }, source, optionOf);
}

/** `--period` for period_ns. */
function optionOf(field: RunbookField): string {
  return `--${field.replace(/_ns$/, "")}`;
}

/** At short periods, bringing each row to the disk takes too long. */
function syncingAt(periodNs: number): Syncing {
  return periodNs < SHORTEST_WINDOWED_PERIOD_NS ? "in background" : "each row";
}
