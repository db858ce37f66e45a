/** docs/validation.md from the simulated cells: tables, and the sentences that docs/verdicts.md quotes. */

import { VERDICTS } from "../../analysis/compare/verdict.ts";
import type { BootErrors } from "./boots/boots.ts";
import { bootSection } from "./boots/boots_text.ts";
import type { Cell, Plan } from "./cells.ts";
import { AS_IF, type Coverage } from "./coverage.ts";
import type { ErrorRate } from "./error_rates.ts";
import type { HistoryErrors } from "./history.ts";
import { historySection, historySentence } from "./history_text.ts";
import type { LooksCell } from "./looks.ts";
import { looksSection, looksSentence } from "./looks_text.ts";
import type { LockInShares } from "./keys/lock_ins.ts";
import { lockInSection, lockInSentence } from "./keys/lock_ins_text.ts";
import type { MechanismShares } from "./keys/mechanisms.ts";
import { keysSection, keysSentence } from "./keys/mechanisms_text.ts";
import type { MarginErrors } from "./margins.ts";
import { marginSection } from "./margins_text.ts";
import type { OrderErrors } from "./order.ts";
import { orderSection } from "./order_text.ts";
import { LARGE, POPULATIONS } from "./populations.ts";
import type { ShapeErrors } from "./shapes.ts";
import type { TailShares } from "./tails.ts";
import { tailSection, tailSentence } from "./tails_text.ts";
import type { VerdictShares } from "./verdicts.ts";
import { percent } from "./percent.ts";

/** Goals for n >= 30, as shares: of 95 % intervals; of tests at 5 %. */
const COVERED = { low: 0.935, high: 0.965 } as const;
const REJECTED = 0.055;
const GOAL_FROM = 30;

/** How many standard errors beyond its goal a share may lie by chance. */
const BY_CHANCE = 2;

type Side = "low" | "high";

/** Whether a share lies beyond its goal, on which side, and whether that may be chance. */
interface Beyond {
  readonly side: Side;
  readonly standardError: number;
  readonly mayBeChance: boolean;
}

function beyond(
  share: number,
  goal: { readonly low: number; readonly high: number },
  of: number,
): Beyond | null {
  const limit = share < goal.low ? goal.low : goal.high;
  const by = share < goal.low ? limit - share : share - limit;
  if (by <= 1e-12) return null;
  const standardError = Math.sqrt((limit * (1 - limit)) / of);
  return {
    side: share < goal.low ? "low" : "high",
    standardError,
    mayBeChance: by <= BY_CHANCE * standardError,
  };
}

/** An interval with another confidence must be as close to its own. */
function goalOf({ confidence }: Coverage) {
  return { low: confidence + COVERED.low - 0.95, high: confidence + COVERED.high - 0.95 };
}

function beyondCoverage(cell: Coverage): Beyond | null {
  if (cell.covered === null || cell.n < GOAL_FROM) return null;
  return beyond(cell.covered, goalOf(cell), cell.intervals);
}

function beyondTail(share: number, of: number): Beyond | null {
  return beyond(share, { low: 0, high: REJECTED }, of);
}

function beyondLevel(cell: ErrorRate): Beyond | null {
  return cell.rejected === null ? null : beyond(cell.rejected, { low: 0, high: REJECTED }, cell.tested);
}

/**
 * Why an interval whose ends are ticks contains the truth more often than its goal; null when no reason is
 * known.
 */
function reasonOf(cell: Coverage): string | null {
  const { ticks } = cell;
  if (ticks === null) return null;
  const goal = goalOf(cell);
  if (ticks.estimateIsTruth > goal.high) {
    return `the estimate itself is the truth in ${
      percent(ticks.estimateIsTruth)
    } % of samples, and no interval is without its estimate`;
  }
  if (ticks.withoutEnds < goal.low) {
    return `without its ends, which are ticks, it would hold ${
      percent(ticks.withoutEnds)
    } %, and no end can lie between one tick and the next`;
  }
  return null;
}

/** Rows in the order of their first appearance, columns by size. */
function table<T extends { readonly n: number }>(
  heads: readonly string[],
  cells: readonly T[],
  keys: (cell: T) => readonly string[],
  show: (cell: T) => string,
  sizes: readonly number[],
): string {
  const rows = Map.groupBy(cells, (cell) => keys(cell).join(" | "));
  const lines = [...rows].map(([key, row]) => {
    const shown = sizes.map((n) => {
      const cell = row.find((candidate) => candidate.n === n);
      return cell === undefined ? "" : show(cell);
    });
    return `| ${key} | ${shown.join(" | ")} |`;
  });
  const columns = [...heads, ...sizes.map((n) => `n = ${n}`)];
  return [
    `| ${columns.join(" | ")} |`,
    `| ${columns.map((_, index) => (index < heads.length ? "---" : "---:")).join(" | ")} |`,
    ...lines,
  ].join("\n");
}

function marked(share: number, of: number, pairs: number, found: Beyond | null): string {
  const refused = of < pairs ? `, of ${of}` : "";
  if (found === null) return `${percent(share)}${refused}`;
  const mark = found.mayBeChance ? "~" : found.side;
  return `${percent(share)}${refused} (${mark}, +-${percent(found.standardError)})`;
}

function coverageCell(cell: Coverage): string {
  return cell.covered === null
    ? "refused"
    : marked(cell.covered, cell.intervals, cell.pairs, beyondCoverage(cell));
}

function errorCell(cell: ErrorRate): string {
  return cell.rejected === null
    ? "refused"
    : marked(cell.rejected, cell.tested, cell.pairs, beyondLevel(cell));
}

/** Cells of intervals that have a goal: those that demonstrate what goes wrong have none. */
function judgedOf(coverage: readonly Coverage[]): Coverage[] {
  return coverage.filter(({ n, covered, interval }) =>
    n >= GOAL_FROM && covered !== null && !interval.includes(AS_IF)
  );
}

/** The sentences that sum up the tables; docs/verdicts.md quotes them literally. */
export function findings({ pairs }: Plan, tables: Tables): string[] {
  const judged = judgedOf(tables.coverage).map((cell) => ({ cell, found: beyondCoverage(cell) }));
  const beyondChance = (side: Side) =>
    judged.filter(({ found }) => found !== null && !found.mayBeChance && found.side === side);
  const within = judged.filter(({ found }) => found === null).length;
  const byChance = judged.filter(({ found }) => found?.mayBeChance).length;
  const [more, less] = [beyondChance("high"), beyondChance("low")];
  const inherent = more.filter(({ cell }) => reasonOf(cell) !== null).length;
  const deciding = tables.errors.filter(({ decides, rejected }) => decides && rejected !== null);
  const worst = deciding.reduce((a, b) => (b.rejected! > a.rejected! ? b : a));
  const errors = deciding.map(beyondLevel);
  const kept = errors.filter((found) => found === null).length;
  const chance = errors.filter((found) => found?.mayBeChance).length;
  const shaped = tables.shapes.flatMap(errorsOf);
  const shapedWorst = shaped.reduce((a, b) => (b.share > a.share ? b : a));
  const shapedBeyond = shaped.map((error) => beyond(error.share, { low: 0, high: REJECTED }, error.pairs));
  const shapedKept = shapedBeyond.filter((found) => found === null).length;
  const shapedChance = shapedBeyond.filter((found) => found?.mayBeChance).length;
  const equivalent = tables.verdicts.filter(({ truth }) => truth === "no shift" || truth.includes("1/3"));
  const wrong = Math.max(...equivalent.map(({ shares }) => shares.DIFFERENT));
  const onMargin = tables.verdicts.filter(({ truth }) => truth.includes("on the margin"));
  const missed = Math.max(
    ...onMargin.map(({ shares }) => shares.EQUIVALENT + shares["DIFFERENT-WITHIN-MARGIN"]),
  );
  return [
    `Of ${judged.length} intervals (kind x population x n >= ${GOAL_FROM}) ${within} hold the truth as often as ` +
    `they say to within 1.5 points, ${byChance} miss that by less than two standard errors, ${more.length} hold it ` +
    `more often, of which ${inherent} cannot hold it less often since times come in ticks, and ${less.length} ` +
    "less often.",
    `Of ${deciding.length} error rates of tests that decide, ${kept} are at most 5.5 %, ${chance} exceed that by ` +
    `less than two standard errors, ${deciding.length - kept - chance} by more; the largest is ${
      percent(worst.rejected!)
    } % (${worst.test}, ${worst.population}, n = ${worst.n}).`,
    `Of ${shaped.length} error rates where B spreads 1 to 10 times as wide as A and has fewer or more runs, ` +
    `${shapedKept} are at most 5.5 %, ${shapedChance} exceed that by less than two standard errors, ${
      shaped.length - shapedKept - shapedChance
    } by more; the largest is ${percent(shapedWorst.share)} % (${shapedWorst.name}).`,
    `A true equivalence was called DIFFERENT in at most ${
      percent(wrong)
    } % of ${pairs.verdicts} pairs, a shift on the ` +
    `margin equivalent in at most ${percent(missed)} %.`,
    tailSentence(tables.tails, beyondTail),
    looksSentence(tables.looks, beyondTail),
    keysSentence(tables.mechanisms),
    lockInSentence(tables.lockIns, beyondTail),
    historySentence(tables.history),
  ];
}

/** The error rates of a cell, each by its name. */
function errorsOf({ population, ratio, sizes, pairs, significant, above, below }: ShapeErrors) {
  const where = `${population}, ${ratio} times, ${sizes.join(" + ")}`;
  return [
    { name: `${where}, significant`, share: significant, pairs },
    { name: `${where}, above`, share: above, pairs },
    { name: `${where}, below`, share: below, pairs },
  ];
}

/**
 * A sentence for each cell that is beyond its goal by more than chance: the reason, or that it is not known.
 */
function beyondCells({ coverage, errors }: Tables): string[] {
  const intervals = judgedOf(coverage).flatMap((cell) => {
    const found = beyondCoverage(cell);
    if (found === null || found.mayBeChance) return [];
    const name = `${cell.interval}, ${percent(cell.confidence)} %, ${cell.population}, n = ${cell.n}`;
    return [`${name}: ${percent(cell.covered!)} %; ${reasonOf(cell) ?? "no reason is known"}.`];
  });
  const tests = errors.flatMap((cell) => {
    const found = beyondLevel(cell);
    if (found === null || found.mayBeChance || !cell.decides) return [];
    const name = `${cell.test}, ${cell.population}, n = ${cell.n}`;
    return [`${name}: ${percent(cell.rejected!)} %; no reason is known.`];
  });
  return [...intervals, ...tests];
}

/** A sentence as an item of a list, in lines that docs/verdicts.md can contain too. */
function item(sentence: string): string {
  const lines = ["-"];
  for (const word of sentence.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`;
    if (longer.length <= LINE_WIDTH) lines[lines.length - 1] = longer;
    else lines.push(`  ${word}`);
  }
  return lines.join("\n");
}

const LINE_WIDTH = 108;

const uncertainty = (pairs: number) => percent(2 * Math.sqrt(0.05 * 0.95 / pairs));

/** The whole document. */
export function validationDocument(plan: Plan, cells: readonly Cell[]): string {
  const { sizes, pairs } = plan;
  const tables = tablesOf(cells);
  const shown = VERDICTS.filter((verdict) => tables.verdicts.some(({ shares }) => shares[verdict] > 0));
  const verdictRows = tables.verdicts.map(({ population, truth, n, shares }) =>
    `| ${population} | ${truth} | ${n} | ${shown.map((verdict) => percent(shares[verdict])).join(" | ")} |`
  );
  const shapeRows = tables.shapes.map((cell) => {
    const shares = errorsOf(cell).map(({ share, pairs }) =>
      marked(share, pairs, pairs, beyond(share, { low: 0, high: REJECTED }, pairs))
    );
    return `| ${cell.population} | ${cell.ratio} | ${cell.sizes.join(" + ")} | ${shares.join(" | ")} |`;
  });
  const reasons = beyondCells(tables);
  return `# What the statistics do when the truth is known

Written by \`deno task simulate\`: fixed seeds, so many pairs of samples a cell, and how well that tells a share of 5 %
(two standard errors, in points): ${pairs.plain} (+-${
    uncertainty(pairs.plain)
  }); for methods that resample or permute ${pairs.resampling} (+-${
    uncertainty(pairs.resampling)
  }), with more than
${LARGE} runs a side ${pairs.resamplingLarge} (+-${
    uncertainty(pairs.resamplingLarge)
  }); for verdicts ${pairs.verdicts} (+-${uncertainty(pairs.verdicts)}); for
sides of unequal spread ${pairs.shapes} (+-${uncertainty(pairs.shapes)}); for
looks ${pairs.looks} (+-${uncertainty(pairs.looks)}); histories ${pairs.histories} (+-${
    uncertainty(pairs.histories)
  }). Sizes are runs a side. Everything is in percent.

${findings(plan, tables).map(item).join("\n")}

Populations: ${POPULATIONS.map(({ name, what }) => `${name} (${what})`).join("; ")}.

A share beyond its goal is marked \`low\` or \`high\`, with the standard error that a share on the goal's edge has; \`~\`
marks one that is beyond by less than ${BY_CHANCE} of them, as chance alone may put it.

## Coverage of the intervals

Goal from n = ${GOAL_FROM} on: within 1.5 points of the stated confidence. Six runs do not tell whether they depend on each
other: what compare then prints holds the shift less often than it says.

${
    table(
      ["interval", "confidence", "population"],
      tables.coverage,
      (cell) => [cell.interval, percent(cell.confidence), cell.population],
      coverageCell,
      sizes,
    )
  }

### Where times come in ticks

Ends of an interval are ticks there. How often its estimate is the truth itself, and how often the interval would hold
the truth if both of its ends were left out, but not its estimate: no interval lies between that and what is printed
above, except one with a single end, which would not be mirrored when the sides are swapped.

${
    table(
      ["interval", "confidence", "share"],
      tables.coverage.flatMap(({ ticks, ...cell }) =>
        ticks === null ? [] : [
          { ...cell, kind: "estimate is the truth", value: ticks.estimateIsTruth },
          { ...cell, kind: "ends left out", value: ticks.withoutEnds },
        ]
      ),
      (cell) => [cell.interval, percent(cell.confidence), cell.kind],
      (cell) => percent(cell.value),
      sizes,
    )
  }

## Type-I error of the tests at 5 %

Goal: at most 5.5 %. Tests that do not decide are printed beside those that do.

${
    table(
      ["test", "decides", "population"],
      tables.errors,
      (cell) => [cell.test, cell.decides ? "yes" : "no", cell.population],
      errorCell,
      sizes,
    )
  }

## Beyond the goal

${reasons.length === 0 ? "Nothing by more than chance." : reasons.map(item).join("\n")}

## Sides of unequal spread and size

B's runs lie so many times as wide as A's. Significant: p < 0.05 where there is no shift. Above, below: the 90 % interval
lies above or below the shift there is, so that one on the margin is called beyond it or inside it. Goal: at most
5.5 %. Few runs of a tight, skewed side against many of a wide one are beyond it: ten values of a skewed
distribution do not show how skewed it is.

| population | B / A | runs | significant | above | below |
| --- | ---: | ---: | ---: | ---: | ---: |
${shapeRows.join("\n")}

${marginSection(tables.margins, (share, of) => marked(share, of, of, beyondTail(share, of)))}
${orderSection(tables.order, (share, of) => marked(share, of, of, beyondTail(share, of)))}
${bootSection(tables.boots, (share, of) => marked(share, of, of, beyondTail(share, of)))}
## Verdicts on the offset

The margin is 0.3 ms: three times what the populations are made of.

| population | truth | n | ${shown.join(" | ")} |
| --- | --- | ---: | ${shown.map(() => "---:").join(" | ")} |
${verdictRows.join("\n")}

${tailSection(tables.tails, (share, of) => marked(share, of, of, beyondTail(share, of)))}

${looksSection(tables.looks, (share, of) => marked(share, of, of, beyondTail(share, of)))}

${keysSection(tables.mechanisms)}
${lockInSection(tables.lockIns, (share, of) => marked(share, of, of, beyondTail(share, of)))}
${historySection(tables.history, (share, of) => marked(share, of, of, beyondTail(share, of)))}`;
}

/** Cells by table, in their order. */
export interface Tables {
  readonly coverage: readonly Coverage[];
  readonly errors: readonly ErrorRate[];
  readonly verdicts: readonly VerdictShares[];
  readonly shapes: readonly ShapeErrors[];
  readonly tails: readonly TailShares[];
  readonly margins: readonly MarginErrors[];
  readonly order: readonly OrderErrors[];
  readonly boots: readonly BootErrors[];
  readonly looks: readonly LooksCell[];
  readonly mechanisms: readonly MechanismShares[];
  readonly lockIns: readonly LockInShares[];
  readonly history: readonly HistoryErrors[];
}

export function tablesOf(cells: readonly Cell[]): Tables {
  return {
    coverage: cells.flatMap(({ table, cell }) => table === "coverage" ? [cell] : []),
    errors: cells.flatMap(({ table, cell }) => table === "error rate" ? [cell] : []),
    verdicts: cells.flatMap(({ table, cell }) => table === "verdicts" ? [cell] : []),
    shapes: cells.flatMap(({ table, cell }) => table === "shapes" ? [cell] : []),
    tails: cells.flatMap(({ table, cell }) => table === "tails" ? [cell] : []),
    margins: cells.flatMap(({ table, cell }) => table === "margins" ? [cell] : []),
    order: cells.flatMap(({ table, cell }) => table === "order" ? [cell] : []),
    boots: cells.flatMap(({ table, cell }) => table === "boots" ? [cell] : []),
    looks: cells.flatMap(({ table, cell }) => table === "looks" ? [cell] : []),
    mechanisms: cells.flatMap(({ table, cell }) => table === "mechanisms" ? [cell] : []),
    lockIns: cells.flatMap(({ table, cell }) => table === "locks in" ? [cell] : []),
    history: cells.flatMap(({ table, cell }) => table === "history" ? [cell] : []),
  };
}
