import { Xoshiro128 } from "./random.ts";
import { sequentialP } from "./sequential.ts";

/**
 * Fisher's exact test of an r x c table of counts with fixed margins: the probability of all tables that are at
 * most as probable as the observed one. Tables here are arrays of rows with positive margins (contingency.ts
 * checks).
 */

/** A table whose log-probability is within this of the observed one counts as equal, as in R's `fisher.test`. */
const SAME = 1e-7;

/** Most tables of a Monte-Carlo test; its p-values are at least 1 / (MONTE_CARLO_TABLES + 1). */
export const MONTE_CARLO_TABLES = 9999;

/** Steps from one partial table to the next before the exact computation gives up: about 50 ms. */
const WORK_LIMIT = 400_000;

/** The cost of finding a node, in such steps. */
const NODE_WORK = 8;

/** Log-weights are multiples of this, so that adding them is exact and equal ones coincide; 1.5e-11. */
const LOG_UNIT = 2 ** -36;

type Table = readonly (readonly number[])[];

/** Two-sided p of a 2 x 2 table, exact for every size, in O(smallest margin). */
export function fisher2x2(table: Table): number {
  const [[a, b], [c, d]] = table as [[number, number], [number, number]];
  const row = a + b;
  const column = a + c;
  const low = Math.max(0, a - d);
  const high = Math.min(row, column);
  // Relative to the mode, by ratios of neighbouring hypergeometric probabilities: no logarithms that cancel.
  const ratio = (x: number) => ((row - x) * (column - x)) / ((x + 1) * (x + 1 + d - a));
  const mode = Math.floor(((row + 1) * (column + 1)) / (a + b + c + d + 2));
  const weights = new Float64Array(high - low + 1);
  weights[mode - low] = 1;
  for (let x = mode; x < high; x++) weights[x + 1 - low] = weights[x - low]! * ratio(x);
  for (let x = mode; x > low; x--) weights[x - 1 - low] = weights[x - low]! / ratio(x - 1);
  const limit = weights[a - low]! * (1 + SAME);
  let extreme = 0;
  let total = 0;
  for (const weight of weights) {
    total += weight;
    if (weight <= limit) extreme += weight;
  }
  return extreme / total;
}

/**
 * Exact p, column by column, as in Mehta and Patel's network algorithm (1983): partial tables that leave the same
 * remainders of the rows form a node. Those whose completions are all at most as probable as the observed table
 * are counted at once (the completions' sum has a closed form), those whose completions are all more probable are
 * dropped.
 *
 * @returns null when more than WORK_LIMIT steps would be needed
 */
export function fisherExact(table: Table): number | null {
  const network = new Network(table);
  return network.run() ? Math.min(1, network.p) : null;
}

/**
 * Monte-Carlo p: the share of up to MONTE_CARLO_TABLES random tables with these margins that are at most as probable,
 * drawn and counted as sequential.ts says. The same seed gives the same p.
 */
export function fisherMonteCarlo(table: Table, seed?: number): number {
  const { rows, columns, logFactorial, logWeight } = described(table);
  const random = Xoshiro128.seeded(seed);
  return sequentialP(
    MONTE_CARLO_TABLES,
    () => randomLogWeight(rows, columns, logFactorial, random) <= logWeight + SAME,
  );
}

/** Margins; logarithms of factorials up to n; the table's log-weight: minus the sum of ln(cell!). */
function described(table: Table) {
  const rows = table.map((row) => row.reduce((sum, cell) => sum + cell));
  const columns = table[0]!.map((_, j) => table.reduce((sum, row) => sum + row[j]!, 0));
  const logFactorial = logFactorials(rows.reduce((sum, row) => sum + row));
  const logWeight = -sumLog(table.flat(), logFactorial);
  return { rows, columns, logFactorial, logWeight };
}

/** ln(k!) for k = 0 .. n; compensated, since n logarithms are added. */
function logFactorials(n: number): Float64Array {
  const table = new Float64Array(n + 1);
  let sum = 0;
  let lost = 0;
  for (let k = 2; k <= n; k++) {
    const term = Math.log(k) - lost;
    const next = sum + term;
    lost = next - sum - term;
    sum = next;
    table[k] = sum;
  }
  return table;
}

function sumLog(counts: readonly number[], logFactorial: Float64Array): number {
  let sum = 0;
  for (const count of counts) sum += logFactorial[count]!;
  return sum;
}

/** Partial tables that leave the same remainders of the rows. */
interface Node {
  /** Descending: which row keeps which remainder no longer matters. */
  readonly left: readonly number[];
  /** Log-weight of the columns already set -> number of partial tables that have it. */
  readonly pasts: Map<number, number>;
}

class Network {
  p = 0;
  #work = 0;
  readonly #rows: readonly number[];
  /** Descending, so the table is settled early. */
  readonly #columns: readonly number[];
  readonly #logFactorial: Float64Array;
  /** A table counts when its log-weight is at most this. */
  readonly #threshold: number;
  /** Log-weight plus this is the table's log-probability. */
  readonly #scale: number;

  constructor(table: Table) {
    const { rows, columns, logFactorial } = described(table);
    const [short, long] = rows.length <= columns.length ? [rows, columns] : [columns, rows];
    this.#rows = short;
    this.#columns = long.toSorted(descending);
    this.#scale = sumLog(rows, logFactorial) + sumLog(columns, logFactorial) - logFactorial.at(-1)!;
    this.#logFactorial = logFactorial.map((log) => Math.round(log / LOG_UNIT) * LOG_UNIT);
    this.#threshold = SAME - sumLog(table.flat(), this.#logFactorial);
  }

  /** @returns false when the work limit was reached; p is then incomplete */
  run(): boolean {
    let stage: Iterable<Node> = [{ left: this.#rows.toSorted(descending), pasts: new Map([[0, 1]]) }];
    for (let column = 0; column < this.#columns.length; column++) {
      const next = new Map<string, Node>();
      for (const node of stage) {
        const open = this.#settle(node, this.#columns.slice(column));
        if (open.size > 0 && !this.#advance(open, [...node.left], 0, this.#columns[column]!, 0, next)) {
          return false;
        }
      }
      stage = next.values();
    }
    return true;
  }

  /** Counts or drops the partial tables whose completions all lie on one side; returns the others. */
  #settle({ left, pasts }: Node, columns: readonly number[]): Map<number, number> {
    const total = this.#logFactorial[left.reduce((sum, count) => sum + count)]!;
    const completions = total - sumLog(left, this.#logFactorial) - sumLog(columns, this.#logFactorial);
    const largest = this.#largest(left, columns);
    const smallest = this.#smallest(left, columns);
    const open = new Map<number, number>();
    for (const [past, times] of pasts) {
      if (past + largest <= this.#threshold) this.p += times * Math.exp(this.#scale + past + completions);
      else if (past + smallest <= this.#threshold) open.set(past, times);
    }
    return open;
  }

  /**
   * Sets one column: cells of rows from `row` on, `need` still to be placed, the cells before giving `logWeight`.
   * `left` is overwritten row by row and restored.
   */
  #advance(
    open: Map<number, number>,
    left: number[],
    row: number,
    need: number,
    logWeight: number,
    next: Map<string, Node>,
  ): boolean {
    if (row === left.length) return this.#arrive(open, left, logWeight, next);
    let capacity = 0;
    for (let i = row + 1; i < left.length; i++) capacity += left[i]!;
    const own = left[row]!;
    const most = Math.min(need, own);
    for (let cell = Math.max(0, need - capacity); cell <= most; cell++) {
      left[row] = own - cell;
      const cells = logWeight - this.#logFactorial[cell]!;
      if (!this.#advance(open, left, row + 1, need - cell, cells, next)) return false;
    }
    left[row] = own;
    return true;
  }

  /** Adds partial tables, with `logWeight` more, to the node of what remains. */
  #arrive(
    open: Map<number, number>,
    left: readonly number[],
    logWeight: number,
    next: Map<string, Node>,
  ): boolean {
    this.#work += NODE_WORK + open.size;
    if (this.#work > WORK_LIMIT) return false;
    const rest = left.toSorted(descending);
    const key = rest.join();
    let node = next.get(key);
    if (node === undefined) next.set(key, node = { left: rest, pasts: new Map() });
    for (const [past, times] of open) {
      node.pasts.set(past + logWeight, (node.pasts.get(past + logWeight) ?? 0) + times);
    }
    return true;
  }

  /** Upper bound of the log-weight of the completions: every line spread as evenly as integers allow. */
  #largest(left: readonly number[], columns: readonly number[]): number {
    return Math.min(this.#even(left, columns.length), this.#even(columns, left.length));
  }

  #even(lines: readonly number[], cells: number): number {
    let sum = 0;
    for (const line of lines) {
      const each = Math.floor(line / cells);
      const larger = line - each * cells;
      sum += larger * this.#logFactorial[each + 1]! + (cells - larger) * this.#logFactorial[each]!;
    }
    return -sum;
  }

  /** Lower bound: every line concentrated on as few cells as the other margin allows. */
  #smallest(left: readonly number[], columns: readonly number[]): number {
    return Math.max(this.#concentrated(left, columns), this.#concentrated(columns, left));
  }

  /** @param caps descending */
  #concentrated(lines: readonly number[], caps: readonly number[]): number {
    let sum = 0;
    for (const line of lines) {
      let need = line;
      for (let i = 0; need > 0; i++) {
        const cell = Math.min(need, caps[i]!);
        sum += this.#logFactorial[cell]!;
        need -= cell;
      }
    }
    return -sum;
  }
}

function descending(x: number, y: number): number {
  return y - x;
}

/** Log-weight of a random table with these margins: each cell is hypergeometric given those before it. */
function randomLogWeight(
  rows: readonly number[],
  columns: readonly number[],
  logFactorial: Float64Array,
  random: Xoshiro128,
): number {
  const columnsLeft = [...columns];
  let tableLeft = logFactorial.length - 1;
  let logWeight = 0;
  for (const row of rows) {
    let need = row;
    let population = tableLeft;
    for (let j = 0; j < columnsLeft.length && need > 0; j++) {
      const marked = columnsLeft[j]!;
      const cell = hypergeometric(population, marked, need, logFactorial, random.uniform());
      population -= marked;
      columnsLeft[j] = marked - cell;
      need -= cell;
      logWeight -= logFactorial[cell]!;
    }
    tableLeft -= row;
  }
  return logWeight;
}

/** How many of the `draws` from a population are marked, by inversion of u outwards from the mode. */
function hypergeometric(
  population: number,
  marked: number,
  draws: number,
  logFactorial: Float64Array,
  u: number,
): number {
  const low = Math.max(0, draws + marked - population);
  const high = Math.min(draws, marked);
  if (low === high) return low;
  const unmarkedLeft = population - marked - draws;
  const f = logFactorial;
  const mode = Math.min(high, Math.floor(((draws + 1) * (marked + 1)) / (population + 2)));
  const logMode = f[marked]! + f[population - marked]! + f[draws]! + f[population - draws]! - f[population]! -
    f[mode]! - f[marked - mode]! - f[draws - mode]! - f[unmarkedLeft + mode]!;
  let below = mode;
  let above = mode;
  let atBelow = Math.exp(logMode);
  let atAbove = atBelow;
  let left = u - atBelow;
  let last = mode;
  while (left > 0 && (below > low || above < high)) {
    if (above < high) {
      atAbove *= ((marked - above) * (draws - above)) / ((above + 1) * (unmarkedLeft + above + 1));
      last = ++above;
      left -= atAbove;
      if (left <= 0) break;
    }
    if (below > low) {
      atBelow *= (below * (unmarkedLeft + below)) / ((marked - below + 1) * (draws - below + 1));
      last = --below;
      left -= atBelow;
    }
  }
  return last;
}
