/** `probe ab`: the same measurement on this machine and in a VM, then the comparison of both. */

import { codeOfInterruption, EXIT, type ExitCode, Failure } from "../analysis/failure.ts";
import { limitedArguments, limitOf } from "./alike.ts";
import { compareCommand, type CompareFlags } from "./compare.ts";
import type { SideFlags } from "./files/sides.ts";
import { takeLook } from "./looks.ts";
import { blocksBetweenLooks, looksAfter } from "../runbook/protocol/looks.ts";
import { readFile } from "../runbook/files/result_in.ts";
import { endAtLook } from "../runbook/files/resume.ts";
import { Interrupt } from "../runbook/run/interrupt.ts";
import { readMachine, readMachineText } from "../runbook/machine/machine.ts";
import { OutputFolder, whyNotWritten } from "../runbook/files/output_file.ts";
import { defaultPath } from "../runbook/files/result_out.ts";
import { declaredBy, runCommand, type RunFlags } from "./run.ts";
import { readRunbookFile, type RunbookSource } from "../runbook/protocol/runbook_file.ts";
import { followedVm, HOST_EVENTS, processOf } from "../guest/vm/followed_vm.ts";
import { type GuestVmOptions, prepareGuestVm } from "../guest/vm/guest_vm.ts";
import type { Runbook } from "../runbook/protocol/settings.ts";
import type { TriggerChoice } from "../runbook/protocol/trigger.ts";
import { openDevice } from "../runbook/run/trigger_device.ts";
import { openNativeParts } from "../runbook/probes/native_parts.ts";
import { kernelFileExists } from "../ffi/kernel_file.ts";
import { foreseenFor, type PulseWatch, watchPulses } from "../guest/vm/pulses.ts";
import { prepareSshVm } from "../guest/vm/ssh_vm.ts";
import { type Sides, takeTurns, type Turn, turnsOf } from "../guest/vm/turns.ts";
import type { Vm, VmRequest, VmResult } from "../guest/vm/vm.ts";
import { writeAllSync } from "../system/write_all.ts";

/** The protocol, where the VM comes from, where the files go, how they are compared. */
export interface AbFlags
  extends Omit<RunFlags, OfOneSide>, GuestVmOptions, Omit<CompareFlags, keyof SideFlags> {
  /** Folder for both result files; default: a new one in the current folder. */
  readonly "out-dir"?: string;
  /** Address of the VM as `ssh` takes it; default: a throwaway guest. */
  readonly ssh?: string;
  /** The process of that VM on this machine: pid:N or comm:NAME. */
  readonly vm?: string;
}

type OfOneSide =
  | "against"
  | "env"
  | "out"
  | "out-dir"
  | "keep-newest"
  | "target"
  | "json"
  | "measure-overhead"
  | "resume"
  | "until"
  | "placement"
  | "foreseen"
  | "without-hooks"
  | "btf"
  | "on-slow"
  | "stop-on-slow";

/**
 * @param protocol the options of the protocol as the user wrote them: both sides get the same
 * @param write receives the comparison
 * @param say receives progress messages, one per call
 * @param columns width of the terminal that shows the comparison; null when it goes elsewhere
 * @throws Failure as `probe run` and `probe compare` do, and when the VM cannot be started or reached
 */
export async function abCommand(
  flags: AbFlags,
  protocol: readonly string[],
  write: (text: string) => void,
  say: (text: string) => void,
  columns: number | null,
): Promise<ExitCode> {
  const tell = flags.quiet ? () => {} : (line: string) => say(`${line}\n`);
  const runbook = flags.runbook === undefined ? null : readRunbookFile(flags.runbook);
  refuseOtherTarget(runbook);
  refuseBothVms(flags);
  const { runbook: declared, trigger } = declaredBy(flags, runbook);
  if (flags.ssh !== undefined) refuseUnbooted(declared, runbook);
  const after = flags["until-decided"] ? looksAfter(declared) : [];
  const turns = turnsOf(
    after.length === 0 ? declared : { ...declared, blocks: blocksBetweenLooks(declared) },
  );
  const process = flags.vm === undefined ? null : await processOf(flags.vm);
  using pulses = await openPulses(trigger);
  using interrupt = new Interrupt();
  await using vm =
    await (flags.ssh === undefined ? prepareGuestVm(flags, declared.vcpus, tell) : prepareSshVm(
      { ssh: flags.ssh, keep: flags.keep, runbook, interrupt: interrupt.signal },
      tell,
    ));
  using made = outputFolder(flags["out-dir"]);
  const folder = made.path;
  const asked = { args: protocol, runbook, folder, interrupt: interrupt.signal };
  // Of several boots each is as the others: none has been asked.
  const stays = turns.length > 1 && declared.boots === 1;
  pulses?.begin();
  const { limit, there } = await limitOf(declared.require, vm, asked, stays, tell);
  pulses?.pause();
  const isNamed = flags.ssh === undefined || process !== null;
  const foreseen = foreseenFor(vm, pulses, there, isNamed, tell);
  const [a, b] = [`${folder}/host.csv`, `${folder}/vm.csv`];
  // That folder is the one of both sides' files, which are named here.
  const { "out-dir": _given, ...ofRun } = flags;
  const host = async (turn: Turn) => {
    tell(`A${ofRuns(turn, turns)}: this machine`);
    const isWhole = turns.length === 1 && declared.vcpus === "free";
    const part = { resume: turn.resume, ...(isWhole ? {} : { until: turn.until }) };
    const side = { ...ofRun, ...limit, ...part, env: "host", out: a, json: false, "measure-overhead": false };
    await runCommand(side, runbook, { stdout: flags.quiet ? () => {} : say, stderr: say });
    tell(`B${ofRuns(turn, turns)}: ${vm.description}`);
  };
  const request = { ...asked, args: limitedArguments(limit, protocol) };
  const isLast = ({ until }: Turn) => {
    const look = after.indexOf(until) + 1;
    if (look === 0 || !takeLook([readFile(a), readFile(b)], flags, { look, planned: after.length }, tell)) {
      return false;
    }
    if (look < after.length) [a, b].forEach((path) => endAtLook(path, look));
    return true;
  };
  using followed = isNamed ? await followedVm(vm, process, `${folder}/${HOST_EVENTS}`, foreseen, tell) : null;
  await measureBoth(followed?.vm ?? vm, request, turns, { host, isLast }, [a, b]);
  // From here on Ctrl-C ends the program at once.
  interrupt[Symbol.dispose]();
  tell(`both files are in ${folder}`);
  return await compareCommand(flags, [a, b], write, say, columns);
}

/**
 * The pulses of this machine's device, which are the VM's too where it has no device of its own.
 *
 * @throws Failure (cannot measure) when there is no such device
 */
async function openPulses({ name, device }: TriggerChoice): Promise<PulseWatch | null> {
  if (name !== "pps") return null;
  const { native } = await openNativeParts();
  const machine = { read: readMachineText, exists: kernelFileExists };
  return watchPulses(native, openDevice(native, { name, device }, machine));
}

function refuseBothVms({ ssh, kernel, initrd, vm }: AbFlags): void {
  if (ssh === undefined && vm !== undefined) {
    const found = "--vm is for the VM that --ssh names: the throwaway guest's process is known";
    throw new Failure(EXIT.usage, found, "leave it out, or give --ssh");
  }
  const other = kernel === undefined ? initrd === undefined ? undefined : "--initrd" : "--kernel";
  if (ssh === undefined || other === undefined) return;
  throw new Failure(
    EXIT.usage,
    `${other} is for a throwaway guest, and --ssh names another VM`,
    "leave one of them out",
  );
}

/** probe has not started an existing VM, and does not know the threads of its vCPUs. */
function refuseUnbooted(declared: Runbook, source: RunbookSource | null): void {
  const field = declared.boots > 1 ? "boots" : declared.vcpus === "free" ? null : "vcpus";
  if (field === null) return;
  throw new Failure(
    EXIT.usage,
    `${source?.named(field) ?? field} is ${
      declared[field]
    }, and probe ab boots and places its throwaway guest alone`,
    `leave it out, or leave --ssh out`,
  );
}

/** The VM does not have the tasks of this machine. */
function refuseOtherTarget(runbook: RunbookSource | null): void {
  const target = runbook?.settings.target ?? "self";
  if (target === "self") return;
  throw new Failure(
    EXIT.usage,
    `${runbook?.named("target")} is ${target}, and probe ab wakes the built-in target on both sides`,
    "leave it out, or measure each side with probe run",
  );
}

async function measureBoth(
  vm: Vm,
  request: VmRequest,
  turns: readonly Turn[],
  { host, isLast }: Pick<Sides, "host" | "isLast">,
  [hostPath, vmPath]: readonly [string, string],
): Promise<void> {
  const { interrupt } = request;
  let hostFailed = false;
  const measured: string[] = [];
  let kept = 0;
  const measureHost = async (turn: Turn) => {
    if (interrupt.aborted) throw interrupted(interrupt);
    hostFailed = true;
    await host(turn);
    hostFailed = false;
    measured[0] = `this machine's runs are in ${hostPath}`;
  };
  const start = (number: number) =>
    vm.start(request, { number, file: kept === 0 ? null : Deno.readFileSync(vmPath) });
  const keep = (result: VmResult) => {
    if (result.file !== undefined) {
      extend(vmPath, kept, result.file);
      kept = result.file.length;
      measured[1] = `the VM's are in ${vmPath}`;
    }
    requireDone(result, interrupt);
  };
  try {
    await takeTurns(turns, { host: measureHost, start, keep, isLast });
  } catch (cause) {
    const error = interrupt.aborted && !hostFailed ? interrupted(interrupt, cause) : cause;
    if (!(error instanceof Failure) || measured.length === 0) throw error;
    const { exitCode, found, remedy } = error;
    throw new Failure(exitCode, found, [remedy, ...measured].join("; "), { cause });
  }
}

function interrupted(interrupt: AbortSignal, cause?: unknown): Failure {
  const code = codeOfInterruption(interrupt);
  return new Failure(code, "interrupted while the VM was measured", "call probe ab again", { cause });
}

/** Appends what is new in the VM's file: `probe run --resume` keeps what was there. */
function extend(path: string, from: number, bytes: Uint8Array): void {
  try {
    using file = Deno.openSync(path, from === 0 ? { write: true, createNew: true } : { append: true });
    writeAllSync(file, bytes.subarray(from));
    file.syncDataSync();
  } catch (cause) {
    const found = `cannot write ${path}: ${whyNotWritten(path, cause)}`;
    throw new Failure(EXIT.failed, found, "make room and call probe ab again", { cause });
  }
}

/** @throws Failure when the VM was lost, or probe did not end well in it */
function requireDone({ code, file, error }: VmResult, interrupt: AbortSignal): void {
  if (code instanceof Failure) throw code;
  if (interrupt.aborted) throw interrupted(interrupt);
  if (code === EXIT.done && file !== undefined) return;
  const exit = Object.values(EXIT).find((known) => known === code && known !== EXIT.done);
  throw new Failure(
    exit ?? EXIT.failed,
    `probe run in the VM ended with exit code ${code}${file === undefined ? " and has left no file" : ""}: ${
      error ?? "it said nothing"
    }`,
    "see what it said before",
  );
}

/** Which block a turn belongs to; empty when there is only one. */
function ofRuns({ until }: Turn, turns: readonly Turn[]): string {
  return turns.length === 1 ? "" : `, until run ${until}`;
}

/** @throws Failure when the folder cannot be created, or already holds such files */
function outputFolder(given: string | undefined): OutputFolder {
  const { host } = readMachine(readMachineText, Deno.build.arch);
  const path = given ?? defaultPath("ab", host, new Date()).replace(/\.csv$/, "");
  return new OutputFolder(path, given !== undefined, ["host.csv", "vm.csv", HOST_EVENTS]);
}
