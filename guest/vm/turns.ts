/** Blocks of runs in which host and VM take turns, so a drift over time cannot pass for a difference. */

import { evenly } from "../../runbook/protocol/looks.ts";
import type { VmResult, VmSession } from "./vm.ts";

/** One side's part of a block. */
export interface Turn {
  /** Number of its last run. */
  readonly until: number;
  /** Whether other runs came before it. */
  readonly resume: boolean;
}

/** Splits the runs, in order, into blocks whose sizes differ by at most one. */
export function turnsOf({ runs, blocks }: { readonly runs: number; readonly blocks: number }): Turn[] {
  return evenly(runs, blocks).map((until, block) => ({ until, resume: block > 0 }));
}

/** Arguments for `probe run`; none when there is only one turn. */
export function turnArguments(turn: Turn, turns: readonly Turn[]): string[] {
  if (turns.length === 1) return [];
  return ["--until", `${turn.until}`, ...turn.resume ? ["--resume"] : []];
}

/**
 * Lets both sides measure, the host first in each block. With a single block, the host measures before the
 * guest exists. With several, the VM exists during every block, including the first, so that all are alike.
 *
 * @param host measures the host's part; an error it throws ends everything
 * @param start makes the VM ready
 * @param keep receives the VM's result after each of its turns, so a later failure cannot lose it; an error
 *   it throws ends everything
 * @param isLast asked after both sides' turn, with the VM up: true ends the measurement
 */
export async function takeTurns(
  turns: readonly Turn[],
  host: (turn: Turn) => Promise<void>,
  start: () => Promise<VmSession>,
  keep: (result: VmResult) => void,
  isLast: (turn: Turn) => boolean = () => false,
): Promise<void> {
  let hostMs = 0;
  const measureHost = async (turn: Turn) => {
    const began = performance.now();
    await host(turn);
    hostMs = performance.now() - began;
  };
  if (turns.length === 1) await measureHost(turns[0]!);
  await using session = await start();
  for (const turn of turns) {
    if (turns.length > 1) await measureHost(turn);
    keep(await session.measure(turnArguments(turn, turns), hostMs));
    if (isLast(turn)) return;
  }
}
