/** What both sides of `probe ab` are limited to, so that they are measured alike: a tier, and hooks left out. */

import { hookedPoints, QUESTIONS } from "../analysis/compare/questions.ts";
import { codeOfInterruption, Failure } from "../analysis/failure.ts";
import type { Tier } from "../analysis/result/meta.ts";
import { kernelFileExists, readKernelLink } from "../ffi/kernel_file.ts";
import {
  commonTier,
  type Doctored,
  hooksOfOneSide,
  requireMeasuring,
  requireTier,
} from "../guest/vm/doctored.ts";
import type { Vm, VmRequest } from "../guest/vm/vm.ts";
import { readMachineText } from "../runbook/machine/machine.ts";
import { KERNEL_BTF, preflight } from "../runbook/machine/preflight.ts";
import { typesFileOf } from "../runbook/probes/types_file.ts";
import { isDispensable } from "../runbook/probes/hooks.ts";
import { BEST, type Runbook } from "../runbook/protocol/settings.ts";

/** Options of `probe run` that limit a side; those that are absent limit none. */
export interface Limit {
  readonly require?: Tier;
  readonly "without-hooks"?: string;
}

const HERE = "this machine";

/** What both sides have been asked. */
interface Examination {
  readonly limit: Limit;
  /** What the VM reports. */
  readonly there: Doctored;
}

/**
 * Asks both sides what they can measure, before anything is measured: hooks that differ would make every verdict
 * CONFOUNDED.
 *
 * @param stays whether the VM is up while the host measures
 * @param tell receives what was found, one line a call
 * @throws Failure (cannot measure) that names the side that cannot measure, or not at the required tier
 */
export async function limitOf(
  require: Runbook["require"],
  vm: Vm,
  request: VmRequest,
  stays: boolean,
  tell: (line: string) => void,
): Promise<Examination> {
  const { reportOfThisMachine } = await import("./doctor.ts");
  const types = typesFileOf(undefined);
  preflight(readMachineText, readKernelLink, types !== null || kernelFileExists(KERNEL_BTF));
  const here = { who: HERE, report: requireMeasuring(HERE, await reportOfThisMachine(types)) };
  if (require !== BEST) requireTier(require, here);
  const there = { who: vm.who, report: await orInterrupted(vm.examine(request, stays), request.interrupt) };
  const { tier, limits, text } = commonTier(require, [here, there]);
  tell(text);
  const apart = hooksOfOneSide(tier, STAGES, [here, there]).filter(({ hook }) => isDispensable(hook));
  for (const who of [HERE, vm.who]) {
    const names = apart.filter((found) => found.who === who).map(({ hook }) => hook);
    if (names.length > 0) tell(`neither side hooks ${names.join(", ")}, which ${who} cannot`);
  }
  const names = apart.map(({ hook }) => hook).join(",");
  const limit = { ...limits ? { require: tier } : {}, ...names === "" ? {} : { "without-hooks": names } };
  return { limit, there: there.report };
}

/** Stages of the questions: where their hooks differ, the answer is CONFOUNDED. */
const STAGES: ReadonlySet<string> = new Set(QUESTIONS.flatMap((question) => hookedPoints(question)));

/** The protocol's arguments as `probe run` gets them, with the limit. */
export function limitedArguments(limit: Limit, args: readonly string[]): readonly string[] {
  // It stands there only as `best`, and an option may not be given twice.
  const at = limit.require === undefined
    ? -1
    : args.findIndex((argument) => /^--require(=|$)/.test(argument));
  const others = at < 0 ? args : args.toSpliced(at, args[at] === "--require" ? 2 : 1);
  return [...others, ...Object.entries(limit).flatMap(([name, value]) => [`--${name}`, value])];
}

async function orInterrupted<T>(asking: Promise<T>, interrupt: AbortSignal): Promise<T> {
  try {
    return await asking;
  } catch (cause) {
    if (!interrupt.aborted) throw cause;
    const code = codeOfInterruption(interrupt);
    throw new Failure(code, "interrupted before anything was measured", "call probe ab again", { cause });
  }
}
