/** Looks at the growing data: after which runs they are taken, and whether a runbook can have them. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import type { Runbook } from "./settings.ts";

/** Looks that were planned before the first run. */
export interface PlannedLooks {
  /** Numbers of the runs after which they are taken, ascending; the last is the runbook's last run. */
  readonly after: readonly number[];
  /** Takes that look, from 1; true ends the series. null: another process looks, after a part of the series. */
  readonly take: ((look: number) => boolean) | null;
}

/** Last runs of so many parts, whose sizes differ by at most one. */
export function evenly(runs: number, parts: number): number[] {
  return Array.from({ length: parts }, (_, part) => Math.floor((part + 1) * runs / parts));
}

/**
 * After which runs --until-decided looks.
 *
 * @throws Failure (usage) when there is nothing to look at before the last run, or nothing new
 */
export function looksAfter({ runs, looks }: Runbook): number[] {
  const refuse = (found: string, remedy: string) =>
    new Failure(EXIT.usage, `--until-decided: ${found}`, `${remedy}, or leave it out`);
  if (looks === 1) throw refuse("the runbook's 1 look is at all runs", "declare looks from 2 on");
  if (looks > runs) {
    throw refuse(
      `${looks} looks at ${runs} runs: some would see nothing new`,
      "give more runs or fewer looks",
    );
  }
  return evenly(runs, looks);
}

/** Blocks in which host and VM take turns: as many as boots where the runbook declares one block. */
export function blocksOf({ blocks, boots }: Pick<Runbook, "blocks" | "boots">): number {
  return blocks === 1 ? boots : blocks;
}

/**
 * Blocks in which two sides take turns, so that each look is at the end of one: as many as looks where the runbook
 * declares one block.
 *
 * @throws Failure (usage) when the looks do not fall between blocks
 */
export function blocksBetweenLooks(runbook: Runbook): number {
  const { looks } = runbook;
  const blocks = blocksOf(runbook);
  if (blocks === 1) return looks;
  if (blocks % looks === 0) return blocks;
  throw new Failure(
    EXIT.usage,
    `--until-decided: the runbook's ${looks} looks do not fall between its ${blocks} blocks`,
    "declare a multiple of the looks as blocks, or 1",
  );
}
