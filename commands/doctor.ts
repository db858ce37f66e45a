/** `probe doctor`: examines the machine, tries every hook, says what can be measured. It changes nothing. */

import { EXIT, type ExitCode, Failure } from "../analysis/failure.ts";
import type { Meta } from "../analysis/result/meta.ts";
import type { DoctorEnd } from "../guest/vm/doctored.ts";
import { kernelFileExists, readKernelFile, readKernelLink } from "../ffi/kernel_file.ts";
import { diagnose, type Diagnosis } from "../runbook/doctor/doctor.ts";
import { type Refusal, tryTiers } from "../runbook/doctor/attach.ts";
import type { ClockReads } from "../runbook/doctor/check.ts";
import { reportJson } from "../runbook/doctor/json.ts";
import { RUNQUEUES } from "../runbook/probes/config.ts";
import { reportText } from "../runbook/doctor/text.ts";
import { readMachine, readMachineText } from "../runbook/machine/machine.ts";
import { Kallsyms } from "../runbook/probes/kallsyms.ts";
import { type NativeParts, openNativeParts } from "../runbook/probes/native_parts.ts";
import { type TypesFile, typesFileOf } from "../runbook/probes/types_file.ts";
import { checkNamespaces } from "../runbook/machine/namespaces.ts";
import { checkKernel, KERNEL_BTF, preflight } from "../runbook/machine/preflight.ts";

export interface DoctorFlags {
  /** File with the kernel's types. */
  readonly btf?: string;
  readonly json: boolean;
}

/** Enough calls to show that all of them take the same way. */
const CLOCK_READS = 16;

/** @returns done when some tier works; cannotMeasure when none works or it could not be determined */
export async function doctorCommand(flags: DoctorFlags, write: (text: string) => void): Promise<ExitCode> {
  const report = await examine(typesFileOf(flags.btf));
  write(flags.json ? reportJson(report) : reportText(report));
  return codeOf(report);
}

/** The report as a VM's `probe doctor --json` gives it, for a call that measures this machine too. */
export async function reportOfThisMachine(file: TypesFile | null): Promise<DoctorEnd> {
  const report = await examine(file);
  return { code: codeOf(report), stdout: new TextEncoder().encode(reportJson(report)), said: "" };
}

function codeOf({ verdict }: Diagnosis): ExitCode {
  return verdict.outcome === "yes" ? EXIT.done : EXIT.cannotMeasure;
}

async function examine(file: TypesFile | null): Promise<Diagnosis> {
  const parts = await openNativeParts(file);
  const types = await typesOf(parts);
  return diagnose({
    read: readMachineText,
    readLink: readKernelLink,
    exists: kernelFileExists,
    pid: Deno.pid,
    machine: readMachine(readMachineText, Deno.build.arch),
    attachments: tryTiers(
      (require) =>
        parts.attach({
          require,
          detail: true,
          keepsRecent: false,
          pidNamespace: pidNamespace(),
          targetTells: true,
        }),
      types instanceof Failure ? { failure: types, conclusive: true } : refusal(types !== null),
      parts,
    ),
    clockReads: countClockReads(parts),
    types,
    runqueuesInBtf: types === null && kernelFileExists(KERNEL_BTF) ? parts.hasVariable(RUNQUEUES) : null,
    kallsyms: readKallsyms(),
  });
}

/** What the file says that gives the kernel's types, or why it is not used. */
async function typesOf(parts: NativeParts): Promise<NonNullable<Meta["btf"]> | Failure | null> {
  try {
    return await parts.types();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

/**
 * What keeps every program from being loaded. Missing capabilities alone say nothing about the machine.
 *
 * @param fromFile whether a file gives the kernel's types
 */
function refusal(fromFile: boolean): Refusal | null {
  const hasBtf = fromFile || kernelFileExists(KERNEL_BTF);
  const ofKernel = failureOf(() => checkKernel(readMachineText, hasBtf));
  if (ofKernel !== null) return { failure: ofKernel, conclusive: true };
  const ofProcess = failureOf(() => preflight(readMachineText, readKernelLink, hasBtf));
  return ofProcess === null ? null : { failure: ofProcess, conclusive: false };
}

/**
 * The pid namespace to attach with, as `probe run` does. Called only after the refusals: one of them covers
 * the case that it cannot be determined.
 */
function pidNamespace(): number | null {
  return checkNamespaces(readMachineText, readKernelLink).pid;
}

function failureOf(check: () => void): Failure | null {
  try {
    check();
    return null;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

function readKallsyms(): Kallsyms | null {
  const bytes = readKernelFile("/proc/kallsyms");
  return bytes === null || bytes.length === 0 ? null : new Kallsyms(bytes);
}

function countClockReads({ native }: NativeParts): ClockReads {
  const entered = native.symbols.clock_reads_entering_kernel(CLOCK_READS);
  return entered < 0 ? { errno: -entered } : { reads: CLOCK_READS, entered };
}
