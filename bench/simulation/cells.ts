/** All cells of the simulation, by number, so that workers can share them. */

import { bootCells, type BootErrors } from "./boots/boots.ts";
import { type Coverage, coverageCells } from "./coverage.ts";
import { errorCells, type ErrorRate } from "./error_rates.ts";
import { historyCells, type HistoryErrors } from "./history.ts";
import { orderCells, type OrderErrors } from "./order.ts";
import { lockInCells, type LockInShares } from "./keys/lock_ins.ts";
import { mechanismCells, type MechanismShares } from "./keys/mechanisms.ts";
import { marginCells, type MarginErrors } from "./margins.ts";
import { type LooksCell, looksCells } from "./looks.ts";
import type { Pairs } from "./populations.ts";
import { shapeCells, type ShapeErrors } from "./shapes.ts";
import { tailCells, type TailShares } from "./tails.ts";
import { verdictCells, type VerdictShares } from "./verdicts.ts";

/** What to simulate. */
export interface Plan {
  readonly sizes: readonly number[];
  /** Runs a side for what locks in: fewer than 20 are never said anything of. */
  readonly lockInSizes: readonly number[];
  readonly pairs: Pairs;
}

export type Cell =
  | { readonly table: "coverage"; readonly cell: Coverage }
  | { readonly table: "error rate"; readonly cell: ErrorRate }
  | { readonly table: "verdicts"; readonly cell: VerdictShares }
  | { readonly table: "shapes"; readonly cell: ShapeErrors }
  | { readonly table: "tails"; readonly cell: TailShares }
  | { readonly table: "margins"; readonly cell: MarginErrors }
  | { readonly table: "order"; readonly cell: OrderErrors }
  | { readonly table: "boots"; readonly cell: BootErrors }
  | { readonly table: "looks"; readonly cell: LooksCell }
  | { readonly table: "mechanisms"; readonly cell: MechanismShares }
  | { readonly table: "locks in"; readonly cell: LockInShares }
  | { readonly table: "history"; readonly cell: HistoryErrors };

/** The same plan gives the same cells in the same order; each is simulated when it is called. */
export function cellsOf({ sizes, lockInSizes, pairs }: Plan): (() => Cell)[] {
  return [
    ...coverageCells(sizes, pairs).map((simulate) => (): Cell => ({ table: "coverage", cell: simulate() })),
    ...errorCells(sizes, pairs).map((simulate) => (): Cell => ({ table: "error rate", cell: simulate() })),
    ...verdictCells(sizes, pairs.verdicts).map((simulate) => (): Cell => ({
      table: "verdicts",
      cell: simulate(),
    })),
    ...shapeCells(pairs).map((simulate) => (): Cell => ({ table: "shapes", cell: simulate() })),
    ...tailCells(pairs.plain).map((simulate) => (): Cell => ({ table: "tails", cell: simulate() })),
    ...marginCells(pairs).map((simulate) => (): Cell => ({ table: "margins", cell: simulate() })),
    ...orderCells(pairs).map((simulate) => (): Cell => ({ table: "order", cell: simulate() })),
    ...bootCells(pairs).map((simulate) => (): Cell => ({ table: "boots", cell: simulate() })),
    ...looksCells(pairs.looks).map((simulate) => (): Cell => ({ table: "looks", cell: simulate() })),
    ...mechanismCells(sizes, pairs.mechanisms).map((simulate) => (): Cell => ({
      table: "mechanisms",
      cell: simulate(),
    })),
    ...lockInCells(lockInSizes, pairs.locksIn).map((simulate) => (): Cell => ({
      table: "locks in",
      cell: simulate(),
    })),
    ...historyCells(pairs).map((simulate) => (): Cell => ({ table: "history", cell: simulate() })),
  ];
}
