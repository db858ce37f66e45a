/**
 * Blocks of runs in which host and VM take turns, so a drift over time cannot pass for a difference, and in them the
 * boots of the VM and the placements of its vCPUs.
 */

import type { Placement } from "../../analysis/result/columns.ts";
import { placementsOf } from "../../runbook/protocol/design.ts";
import { blocksOf, evenly } from "../../runbook/protocol/looks.ts";
import type { Runbook } from "../../runbook/protocol/settings.ts";
import type { VmResult, VmSession } from "./vm.ts";

/** Runs that one call of `probe run` does. */
interface Part {
  /** Number of its last run. */
  readonly until: number;
  /** Whether other runs came before it. */
  readonly resume: boolean;
}

/** A block: the host's part of it, and the VM's, which is split where its vCPUs are placed anew. */
export interface Turn extends Part {
  /** Which boot of the VM it belongs to, from 1. */
  readonly boot: number;
  readonly ofVm: readonly (Part & { readonly placement: Placement })[];
}

/** Splits the runs, in order, into blocks whose sizes differ by at most one, and each block into its placements. */
export function turnsOf(
  runbook: Pick<Runbook, "runs" | "blocks" | "boots" | "vcpus" | "order_seed">,
): Turn[] {
  const blocks = blocksOf(runbook);
  const ends = evenly(runbook.runs, blocks);
  return ends.map((until, block) => {
    const before = ends[block - 1] ?? 0;
    const placements = placementsOf(runbook, block);
    const ofVm = evenly(until - before, placements.length).map((end, at) => ({
      until: before + end,
      resume: block + at > 0,
      placement: placements[at]!,
    }));
    return { until, resume: block > 0, boot: Math.floor((block * runbook.boots) / blocks) + 1, ofVm };
  });
}

/** Arguments for `probe run`; none for all runs at once. */
export function partArguments({ until, resume }: Part, runs: number): string[] {
  if (until === runs && !resume) return [];
  return ["--until", `${until}`, ...resume ? ["--resume"] : []];
}

/** What takeTurns() does with both sides. */
export interface Sides {
  /** Measures the host's part; an error it throws ends everything. */
  host(turn: Turn): Promise<void>;
  /** Makes the VM ready, for the boot of that number. */
  start(boot: number): Promise<VmSession>;
  /**
   * Receives the VM's result after each of its parts, so a later failure cannot lose it; an error it throws ends
   * everything.
   */
  keep(result: VmResult): void;
  /** Asked after both sides' turn, with the VM up: true ends the measurement. */
  isLast(turn: Turn): boolean;
}

/**
 * Lets both sides measure, the host first in each block. With a single block, the host measures before the
 * guest exists. With several, the VM exists during every block, including the first, so that all are alike.
 */
export async function takeTurns(turns: readonly Turn[], sides: Sides): Promise<void> {
  const runs = turns.at(-1)!.until;
  let hostMs = 0;
  const measureHost = async (turn: Turn) => {
    const began = performance.now();
    await sides.host(turn);
    hostMs = performance.now() - began;
  };
  if (turns.length === 1) await measureHost(turns[0]!);
  for (const [boot, ofBoot] of Map.groupBy(turns, ({ boot }) => boot)) {
    await using session = await sides.start(boot);
    for (const turn of ofBoot) {
      if (turns.length > 1) await measureHost(turn);
      for (const part of turn.ofVm) {
        const placed = session.place === undefined ? [] : ["--placement", part.placement];
        await session.place?.(part.placement);
        sides.keep(await session.measure([...partArguments(part, runs), ...placed], hostMs));
      }
      if (sides.isLast(turn)) return;
    }
  }
}
