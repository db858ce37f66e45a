/** docs/validation.md from the simulated cells: tables, and the sentences that the README quotes. */

import { VERDICTS } from "../../analysis/verdict.ts";
import type { Coverage } from "./coverage.ts";
import type { ErrorRate } from "./error_rates.ts";
import { type Pairs, POPULATIONS } from "./populations.ts";
import type { VerdictShares } from "./verdicts.ts";

export interface Simulated {
  readonly pairs: Pairs;
  readonly sizes: readonly number[];
  readonly coverage: readonly Coverage[];
  readonly errors: readonly ErrorRate[];
  readonly verdicts: readonly VerdictShares[];
}

/** Goals for n >= 30, as shares: of 95 % intervals; of tests at 5 %. */
const COVERED = { low: 0.935, high: 0.965 } as const;
const REJECTED = 0.055;
const GOAL_FROM = 30;

/** An interval of another confidence must be as near to its own. */
function within({ covered, confidence }: Coverage): "low" | "high" | "within" | null {
  if (covered === null) return null;
  if (covered < confidence + COVERED.low - 0.95 - 1e-12) return "low";
  return covered > confidence + COVERED.high - 0.95 + 1e-12 ? "high" : "within";
}

const percent = (share: number) => `${(100 * share).toFixed(1)}`;

/** Rows in the order in which they first came, columns by size. */
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

function coverageCell(cell: Coverage): string {
  if (cell.covered === null) return "refused";
  const side = cell.n >= GOAL_FROM ? within(cell) : "within";
  const mark = side === "low" ? " (low)" : side === "high" ? " (high)" : "";
  const refused = cell.intervals < cell.pairs ? `, of ${cell.intervals}` : "";
  return `${percent(cell.covered)}${refused}${mark}`;
}

function errorCell(cell: ErrorRate): string {
  if (cell.rejected === null) return "refused";
  const mark = cell.rejected > REJECTED ? " (high)" : "";
  const refused = cell.tested < cell.pairs ? `, of ${cell.tested}` : "";
  return `${percent(cell.rejected)}${refused}${mark}`;
}

/** The sentences that sum the tables up; the README quotes them as they are. */
export function findings({ coverage, errors, verdicts, pairs }: Simulated): string[] {
  const judged = coverage.filter(({ n, covered, interval }) =>
    n >= GOAL_FROM && covered !== null && !interval.includes("as if independent")
  );
  const count = (side: string) => judged.filter((cell) => within(cell) === side).length;
  const deciding = errors.filter(({ decides, rejected }) => decides && rejected !== null);
  const worst = deciding.reduce((a, b) => (b.rejected! > a.rejected! ? b : a));
  const kept = deciding.filter(({ rejected }) => rejected! <= REJECTED).length;
  const equivalent = verdicts.filter(({ truth }) => truth === "no shift" || truth.includes("1/3"));
  const wrong = Math.max(...equivalent.map(({ shares }) => shares.DIFFERENT));
  const onMargin = verdicts.filter(({ truth }) => truth.includes("on the margin"));
  const missed = Math.max(
    ...onMargin.map(({ shares }) => shares.EQUIVALENT + shares["DIFFERENT-BUT-NEGLIGIBLE"]),
  );
  return [
    `Of ${judged.length} intervals (kind x population x n >= ${GOAL_FROM}) ${
      count("within")
    } hold the truth as ` +
    `often as they say to within 1.5 points, ${count("high")} more often, ${count("low")} less often.`,
    `Of ${deciding.length} error rates of tests that decide, ${kept} are at most 5.5 %; the largest is ` +
    `${percent(worst.rejected!)} % (${worst.test}, ${worst.population}, n = ${worst.n}).`,
    `A true equivalence was called DIFFERENT in at most ${
      percent(wrong)
    } % of ${pairs.resampling} pairs, a shift on the ` +
    `margin equivalent in at most ${percent(missed)} %.`,
  ];
}

/** A sentence as an item of a list, in lines that the README can have too. */
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
export function validationDocument(simulated: Simulated): string {
  const { sizes, pairs } = simulated;
  const shown = VERDICTS.filter((verdict) => simulated.verdicts.some(({ shares }) => shares[verdict] > 0));
  const verdictRows = simulated.verdicts.map(({ population, truth, n, shares }) =>
    `| ${population} | ${truth} | ${n} | ${shown.map((verdict) => percent(shares[verdict])).join(" | ")} |`
  );
  return `# What the statistics do when the truth is known

Written by \`deno task simulate\`: fixed seeds, ${pairs.plain} pairs of samples a cell, ${pairs.resampling} for verdicts and
for methods that resample or permute: a share of 5 % is known to +-${uncertainty(pairs.plain)} and +-${
    uncertainty(pairs.resampling)
  } points (two standard errors). Sizes are
runs a side. Everything is in percent.

${findings(simulated).map(item).join("\n")}

Populations: ${POPULATIONS.map(({ name, what }) => `${name} (${what})`).join("; ")}.

## Coverage of the intervals

Goal from n = ${GOAL_FROM} on: within 1.5 points of the stated confidence. Two kinds of cells lie above it by
their nature: where values are tied, an interval's ends are ticks, and it cannot be cut down to less than a whole
tick; and where the truth is the smallest value there is (V = 0), no interval can miss it from above.

${
    table(
      ["interval", "confidence", "population"],
      simulated.coverage,
      (cell) => [cell.interval, percent(cell.confidence), cell.population],
      coverageCell,
      sizes,
    )
  }

## Type-I error of the tests at 5 %

Goal: at most 5.5 %. Tests that do not decide are printed beside those that do.

${
    table(
      ["test", "decides", "population"],
      simulated.errors,
      (cell) => [cell.test, cell.decides ? "yes" : "no", cell.population],
      errorCell,
      sizes,
    )
  }

## Verdicts on the offset

The margin is 0.3 ms: three times what the populations are made of.

| population | truth | n | ${shown.join(" | ")} |
| --- | --- | ---: | ${shown.map(() => "---:").join(" | ")} |
${verdictRows.join("\n")}
`;
}
