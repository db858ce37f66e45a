/**
 * The design of a measurement: which wake and which load each run has. When there are several, they are mixed
 * run by run in randomised blocks (a randomised complete block design), so drift cannot pass for an effect of
 * either.
 */

import { Xoshiro128 } from "../../analysis/stats/random.ts";

/** What varies from run to run. */
export interface DesignCell {
  /** A name of the table of wakes, or own. */
  readonly wake: string;
  /** idle or cpu:N. */
  readonly load: string;
}

/** The part of the runbook that defines the cells; lists are comma-separated. */
export interface Mixture {
  readonly wake: string;
  readonly load: string;
  /** Integer. The order within each block depends only on it and on the number of the block. */
  readonly order_seed: number;
}

/** Every wake under every load. */
export function cellsOf({ wake, load }: Mixture): DesignCell[] {
  return wake.split(",").flatMap((wake) => load.split(",").map((load) => ({ wake, load })));
}

/**
 * The cell of a run. Runs 1 to k (the number of cells) are the first block, the next k the second: each block
 * holds every cell once, in its own order. Nothing is remembered between calls, so runs may be asked for in
 * any order.
 *
 * @param run from 1
 */
export function cellOf(mixture: Mixture, run: number): DesignCell {
  const cells = cellsOf(mixture);
  const block = Math.floor((run - 1) / cells.length);
  shuffle(cells, Xoshiro128.seeded(blockSeed(mixture.order_seed, block)));
  return cells[(run - 1) % cells.length]!;
}

/** 32 bits that differ unpredictably between blocks and between seeds. */
function blockSeed(seed: number, block: number): number {
  return Xoshiro128.seeded(seed ^ Math.floor(seed / 2 ** 32)).uint32() ^ Xoshiro128.seeded(~block).uint32();
}

/** Fisher-Yates shuffle: every order is equally likely. */
function shuffle(cells: DesignCell[], random: Xoshiro128): void {
  for (let last = cells.length - 1; last > 0; last--) {
    const chosen = Math.floor(random.uniform() * (last + 1));
    [cells[last], cells[chosen]] = [cells[chosen]!, cells[last]!];
  }
}
