/**
 * The design of a measurement: which wake and which load each run has. When there are several, they are mixed
 * run by run in randomised blocks (a randomised complete block design), so drift cannot pass for an effect of
 * either.
 */

import type { Placement } from "../../analysis/result/columns.ts";
import { Xoshiro128 } from "../../analysis/stats/random.ts";

/** What varies from run to run. */
export interface DesignCell {
  /** A name of the table of wakes, or own. */
  readonly wake: string;
  /** idle or cpu:N. */
  readonly load: string;
  /** Whether the kernel's side takes the run's stacks. */
  readonly stack: boolean;
}

/** The part of the runbook that defines the cells; lists are comma-separated. */
export interface Mixture {
  readonly wake: string;
  readonly load: string;
  /** Integer. The order within each block depends only on it and on the number of the block. */
  readonly order_seed: number;
  /** all, none or every:N: the runs of one block in N have stacks. */
  readonly stacks: string;
}

/** Every wake under every load. */
export function cellsOf({ wake, load }: Pick<Mixture, "wake" | "load">): Omit<DesignCell, "stack">[] {
  return wake.split(",").flatMap((wake) => load.split(",").map((load) => ({ wake, load })));
}

/**
 * The cell of a run. Runs 1 to k (the number of cells) are the first block, the next k the second: each block
 * holds every cell once, in its own order, and has stacks in all of its runs or in none. Nothing is
 * remembered between calls, so runs may be asked for in any order.
 *
 * @param run from 1
 */
export function cellOf(mixture: Mixture, run: number): DesignCell {
  const cells = cellsOf(mixture);
  const block = Math.floor((run - 1) / cells.length);
  shuffle(cells, Xoshiro128.seeded(blockSeed(mixture.order_seed, block)));
  return { ...cells[(run - 1) % cells.length]!, stack: hasStacks(mixture, block) };
}

/** How many blocks it takes until one has stacks; 1 when all or none have them. */
function blocksPerStack({ stacks }: Pick<Mixture, "stacks">): number {
  return stacks === "all" || stacks === "none" ? 1 : Number(stacks.slice("every:".length));
}

/** The number of runs after which every cell has been without stacks and with them, where both are declared. */
export function runsOfDesign(mixture: Omit<Mixture, "order_seed">): number {
  return cellsOf(mixture).length * blocksPerStack(mixture);
}

/** In a group of so many blocks, the one that has stacks is chosen at random. */
function hasStacks(mixture: Mixture, block: number): boolean {
  const { stacks, order_seed } = mixture;
  if (stacks === "all" || stacks === "none") return stacks === "all";
  const size = blocksPerStack(mixture);
  const random = Xoshiro128.seeded(blockSeed(order_seed + 1, Math.floor(block / size)));
  return block % size === Math.floor(random.uniform() * size);
}

/**
 * The placements of the VM's vCPUs in one block: each once, in an order of the block's own.
 *
 * @param block from 0
 */
export function placementsOf(
  { vcpus, order_seed }: { readonly vcpus: string; readonly order_seed: number },
  block: number,
): Placement[] {
  const placements = vcpus.split(",") as Placement[];
  shuffle(placements, Xoshiro128.seeded(blockSeed(order_seed + 2, block)));
  return placements;
}

/** 32 bits that differ unpredictably between blocks and between seeds. */
function blockSeed(seed: number, block: number): number {
  return Xoshiro128.seeded(seed ^ Math.floor(seed / 2 ** 32)).uint32() ^ Xoshiro128.seeded(~block).uint32();
}

/** Fisher-Yates shuffle: every order is equally likely. */
function shuffle<T>(cells: T[], random: Xoshiro128): void {
  for (let last = cells.length - 1; last > 0; last--) {
    const chosen = Math.floor(random.uniform() * (last + 1));
    [cells[last], cells[chosen]] = [cells[chosen]!, cells[last]!];
  }
}
