/** One measurement: attaches the kernel's side, writes and counts every run, detaches everything. */

import { readKernelFile } from "../../ffi/kernel_file.ts";
import { currentClocksource, readMachineText } from "../machine/machine.ts";
import type { TypesFile } from "../probes/types_file.ts";
import { attributesOf, tierOf } from "../protocol/runbook.ts";
import { Symbols } from "../row/symbols.ts";
import { sleep } from "./clock.ts";
import { openKernelSide } from "./kernel_side.ts";
import { type Measured, measureSeries, type SeriesRequest } from "./series.ts";

interface MeasureRequest extends SeriesRequest {
  /** Hooks to leave out. */
  readonly withoutHooks: ReadonlySet<string>;
  /** The file that gives the kernel's types; null: its own do. */
  readonly types: TypesFile | null;
}

/** @throws Failure when the probes cannot be attached, a run cannot take place, or the file cannot be written */
export async function measure(request: MeasureRequest): Promise<Measured> {
  const { runbook, target, trigger } = request.declared;
  using kernel = await openKernelSide({
    require: tierOf(runbook),
    types: request.types,
    detail: runbook.detail === "causes",
    keepsRecent: request.slow !== null,
    without: request.withoutHooks,
    target,
    attributes: attributesOf(runbook),
    trigger,
    periodNs: runbook.period_ns,
  });
  using _statistics = request.measureOverhead ? kernel.timePrograms() : null;
  return await measureSeries(request, {
    ...kernel,
    clock: { realtimeNow: () => kernel.target.realtimeNow(), sleep },
    // After the attach, because the programs of the probes now have symbols of their own.
    symbols: Symbols.parse(readKernelFile("/proc/kallsyms") ?? new Uint8Array()),
    currentClocksource: () => currentClocksource(readMachineText),
  });
}
