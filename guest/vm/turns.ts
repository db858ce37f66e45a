/** Blocks of runs in which host and VM take turns, so that what drifts with time cannot pass for a difference. */

import type { VmResult, VmSession } from "./vm.ts";

/** One side's part of a block. */
export interface Turn {
  /** Number of its last run. */
  readonly until: number;
  /** Whether runs came before it. */
  readonly resume: boolean;
}

/** The runs, in order, in blocks whose sizes differ by one at most. */
export function turnsOf({ runs, blocks }: { readonly runs: number; readonly blocks: number }): Turn[] {
  return Array.from({ length: blocks }, (_, block) => ({
    until: Math.floor((block + 1) * runs / blocks),
    resume: block > 0,
  }));
}

/** For `probe run`: nothing where there is one turn only. */
export function turnArguments(turn: Turn, turns: readonly Turn[]): string[] {
  if (turns.length === 1) return [];
  return ["--until", `${turn.until}`, ...turn.resume ? ["--resume"] : []];
}

/**
 * Has both sides measure, the host first in each block. Alone in its only block the host has no guest beside it; of
 * several blocks each has the VM there, the first as well: so all are alike.
 *
 * @param host does the host's part; what it throws ends all
 * @param start makes the VM ready
 * @param keep takes what became of the VM's runs after each of its turns, so that whatever comes later loses none of
 * them; what it throws ends all
 */
export async function takeTurns(
  turns: readonly Turn[],
  host: (turn: Turn) => Promise<void>,
  start: () => Promise<VmSession>,
  keep: (result: VmResult) => void,
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
  }
}
