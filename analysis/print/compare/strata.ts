/** The sides stratum by stratum. */

import type { Answer, Comparison, Stratification, Stratum } from "../../compare/comparison.ts";
import { OF_STRATA } from "../../compare/questions.ts";
import { censored, histogramRange, outliers, placeAndSpread } from "../measured.ts";
import type { Cell, Cells, Finding, Said, Table, TableColumn, TableRow } from "../model.ts";
import { keyName, stratumName } from "../names.ts";
import { duration, exact, exploredP, joined, plain, ratio, say, signed, statistic } from "../said.ts";
import { reasonInWords } from "./reasons.ts";
import { madRatioInWords, madRatioName, shiftInWords, type Sides } from "./sides.ts";
import { strataSpread, stratifiedShifts, type ToldSpread } from "./strata_tests.ts";

export type StrataColumn =
  | "n"
  | "median"
  | "iqr"
  | "mad"
  | "outlier_count"
  | "outliers"
  | "censored"
  | "mad_to_first"
  | "verdict"
  | "shift"
  | "mad_ratio"
  | "cliffs_delta"
  | "brunner_munzel"
  | "equal_spread"
  | "kolmogorov_smirnov"
  | "anderson_darling";

export interface ToldStrata {
  readonly title: string;
  /**
   * When another key splits the runs in the same way: which strata are the same. The rest is then empty.
   * null: no such key.
   */
  readonly same: Cell;
  /** The columns of each side, and those of a stratum as a whole. */
  readonly table: Table<StrataColumn>;
  /** All strata together. */
  readonly total: TableRow<StrataColumn>;
  /** Runs outside every stratum, for each side that has such runs. */
  readonly unobserved: readonly Said[];
  readonly shifts: readonly Finding[];
  readonly spread: ToldSpread;
}

export function tellStrata(shown: Stratification, comparison: Comparison, sides: Sides): ToldStrata {
  const { columns, groups } = shown;
  const title = `${OF_STRATA.name} by ${keyName(columns)}`;
  const isTold = shown.same_runs_as === null;
  return {
    title,
    same: isTold ? null : sameRuns(shown, comparison),
    table: {
      caption: title,
      head: "stratum",
      lines: sides.letters,
      columns: columnsOf(sides),
      rows: isTold ? groups.map((group, index) => rowOf(group, index === 0, shown, comparison, sides)) : [],
      range: histogramRange(groups[0]?.histogram ?? null),
      empty: "not observed on either side",
    },
    total: totalOf(comparison, sides),
    unobserved: isTold && groups.length > 0 ? unobserved(shown, sides) : [],
    shifts: isTold ? stratifiedShifts(shown, sides) : [],
    spread: strataSpread(shown, sides),
  };
}

function columnsOf(sides: Sides): TableColumn<StrataColumn>[] {
  return [
    { id: "n", name: "n", per: "line" },
    ...placeAndSpread("line"),
    { id: "outlier_count", name: "outliers", per: "line" },
    { id: "outliers", name: "outliers", per: "line" },
    { id: "censored", name: "censored", per: "line" },
    { id: "mad_to_first", name: "MAD over the first stratum's", per: "line" },
    { id: "verdict", name: "verdict", per: "row" },
    { id: "shift", name: "shift", per: "row" },
    { id: "mad_ratio", name: madRatioName(sides), per: "row" },
    { id: "cliffs_delta", name: "Cliff's delta", per: "row" },
    { id: "brunner_munzel", name: "Brunner-Munzel", per: "row" },
    { id: "equal_spread", name: "equal spread", per: "row" },
    { id: "kolmogorov_smirnov", name: "Kolmogorov-Smirnov", per: "row" },
    { id: "anderson_darling", name: "Anderson-Darling", per: "row" },
  ];
}

/** The columns of a row that are not empty, each after its name. */
export function inOneLine(
  { cells }: TableRow<StrataColumn>,
  { columns, lines }: Table<StrataColumn>,
  ids: readonly StrataColumn[],
): Said {
  const nameOf = (id: StrataColumn) => columns.find((column) => column.id === id)!.name;
  const words = ids.map((id): Cell => {
    if (id === "verdict") return cells.verdict[0]!;
    if (cells[id].length === 1) return cells[id][0] === null ? null : say`${nameOf(id)} ${cells[id][0]!}`;
    const sides = cells[id].flatMap((one, side) => one === null ? [] : [say`${one} in ${lines[side]!}`]);
    return sides.length === 0 ? null : say`${nameOf(id)}: ${joined(sides, " and ")}`;
  });
  return joined(words, "; ");
}

function rowOf(
  group: Stratum,
  isFirst: boolean,
  { columns }: Stratification,
  { stacks }: Comparison,
  sides: Sides,
): TableRow<StrataColumn> {
  const { brunner_munzel: test, kolmogorov_smirnov: ks, anderson_darling: ad, spread, histogram } = group;
  return {
    head: plain(stratumName(columns, group.values, stacks)),
    cells: {
      ...cellsOf(group, sides),
      censored: perSide((side) => censored(group.timeout[side], group.aborted[side])),
      mad_to_first: perSide((side) => {
        const found = group.mad_ratio_to_first[side];
        return isFirst || found === null ? null : ratio(found);
      }),
      verdict: [verdictOf(group, sides)],
      cliffs_delta: [group.cliffs_delta === null ? null : signed(group.cliffs_delta)],
      brunner_munzel: [test === null ? null : say`U = ${statistic(test.u)}, ${exploredP(test)}`],
      equal_spread: [spread.test === null ? null : exploredP(spread.test)],
      kolmogorov_smirnov: [ks === null ? null : say`D = ${statistic(ks.d)}, ${exploredP(ks)}`],
      anderson_darling: [ad === null ? null : say`A2 = ${statistic(ad.a2)}, ${exploredP(ad)}`],
    },
    bins: histogram === null
      ? []
      : ([0, 1] as const).map((side) => group.n[side] === 0 ? [] : histogram.counts[side]),
  };
}

function verdictOf({ verdict, reason, thin }: Stratum, { letters }: Sides): Cell {
  if (verdict !== null && reason !== null) return say`${verdict}: ${reasonInWords(reason, letters)}`;
  return thin ? plain("thin") : null;
}

/** The cells that a stratum and the whole sample share. */
function cellsOf(of: Answer | Stratum, sides: Sides) {
  const { shift_ns, shift_ci_ns, direction, spread } = of;
  return {
    n: perSide((side) => exact(of.n[side])),
    median: perSide((side) => duration(of.median_ns[side])),
    iqr: perSide((side) => duration(of.iqr_ns[side])),
    mad: perSide((side) => duration(of.mad_ns[side])),
    outlier_count: perSide((side) => outlierCount(of, side)),
    outliers: perSide((side) => outliers(of.outliers[side])),
    shift: [shift_ns === null ? null : shiftInWords(shift_ns, shift_ci_ns, direction, sides)],
    mad_ratio: [
      spread.mad_ratio === null ? null : madRatioInWords(spread.mad_ratio, spread.direction, sides),
    ],
  } satisfies Partial<Record<StrataColumn, Cells>>;
}

function perSide(of: (side: 0 | 1) => Cell): Cells {
  return [of(0), of(1)];
}

function outlierCount({ outliers }: Answer | Stratum, side: 0 | 1): Cell {
  const found = outliers[side];
  return found === null ? null : exact(found.far_below + found.below + found.above + found.far_above);
}

function totalOf(comparison: Comparison, sides: Sides): TableRow<StrataColumn> {
  const nothing = [null];
  return {
    head: plain("all runs"),
    cells: {
      ...cellsOf(comparison[OF_STRATA.name], sides),
      censored: perSide((side) => {
        const { timeout, aborted } = comparison.sides[side];
        return censored(timeout, aborted);
      }),
      mad_to_first: [null, null],
      verdict: nothing,
      cliffs_delta: nothing,
      brunner_munzel: nothing,
      equal_spread: nothing,
      kolmogorov_smirnov: nothing,
      anderson_darling: nothing,
    },
    bins: [],
  };
}

function unobserved({ n, not_observed }: Stratification, { letters }: Sides): Said[] {
  return ([0, 1] as const).flatMap((side) => {
    if (not_observed[side] === 0) return [];
    const where = n[side] === 0 ? "any run" : say`${exact(not_observed[side])} complete runs`;
    return [say`${letters[side]}: not observed in ${where}`];
  });
}

/** How many pairs of two keys are printed; the others follow the same order. */
const PAIRS = 12;

function sameRuns({ columns, groups, same_runs_as }: Stratification, { strata, stacks }: Comparison): Said {
  const other = strata.find(({ key }) => key === same_runs_as)!;
  // For a stack, the first function is enough here.
  const nameOf = (...of: Parameters<typeof stratumName>) => stratumName(...of).split(" < ")[0]!;
  const pairs = groups.slice(0, PAIRS).map(({ values }, index) => {
    const before = nameOf(other.columns, other.groups[index]!.values, stacks);
    return plain(`${nameOf(columns, values, stacks)} = ${before}`);
  });
  const more = groups.length > PAIRS ? say` and ${exact(groups.length - PAIRS)} more` : "";
  return say`the same runs as by ${keyName(other.columns)}: ${joined(pairs, ", ")}${more}`;
}
