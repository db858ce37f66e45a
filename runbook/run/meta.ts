/** The `# meta` line of a result file, from what was declared and what was found. */

import type { Meta } from "../../analysis/result/meta.ts";
import project from "../../deno.json" with { type: "json" };
import type { Machine } from "../machine/machine.ts";
import type { Declared } from "../protocol/declared.ts";
import type { PlannedLooks } from "../protocol/looks.ts";
import { protocolOf, runbookSha256 } from "../protocol/runbook.ts";
import { factOf } from "../machine/toml_file.ts";
import type { RunbookSource } from "../protocol/runbook_file.ts";
import type { DecodeTable } from "../row/wake_flags.ts";
import type { KernelSide } from "./kernel_side.ts";

/** What is known before the kernel's side is opened. */
export interface MetaRequest {
  readonly env: string;
  readonly declared: Declared;
  /** The runbook file used; null: the defaults. */
  readonly source: RunbookSource | null;
  readonly machine: Machine;
  readonly started: Date;
  /** Looks that may end the series; null: it takes all of its runs. */
  readonly looks: PlannedLooks | null;
}

/**
 * What the file says about all of its rows. What does not exist (a device, a runbook file, overrides) is left
 * out, not null.
 *
 * @param decode the table of wake flags; null: no table covers this kernel
 */
export async function metaOf(
  { env, declared, source, machine, started, looks }: MetaRequest,
  kernel: Pick<
    KernelSide,
    "probes" | "types" | "task" | "edgeUncertaintyNs" | "triggerDevice" | "clockStepCounter" | "attributes"
  >,
  decode: DecodeTable | null,
): Promise<Meta> {
  const { runbook, overrides } = declared;
  const { probes, types, task, triggerDevice, attributes } = kernel;
  return {
    probe: project.version,
    env,
    ...machine,
    tier: probes.tier,
    ...(types === null ? {} : { btf: types }),
    hooks: probes.hooks,
    decode: decode?.name ?? "none",
    runbook: protocolOf(runbook),
    runbook_sha256: await runbookSha256(runbook),
    ...(source === null ? {} : { runbook_file: await factOf(source) }),
    ...(overrides.length === 0 ? {} : { overrides }),
    started: started.toISOString(),
    edge_uncertainty_ns: kernel.edgeUncertaintyNs(),
    ...(triggerDevice === null ? {} : { trigger_device: triggerDevice }),
    ...(runbook.trigger === "pps" ? { pulse: triggerDevice === null ? "foreseen" : "device" } : {}),
    clock_step_counter: kernel.clockStepCounter,
    ...(attributes === null ? {} : { attributes }),
    ...(task === null ? {} : { task }),
    ...(looks === null ? {} : { looks: looks.after.length }),
  };
}
