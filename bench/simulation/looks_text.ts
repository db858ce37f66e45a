/** The simulated looks in words, for docs/validation.md. */

import type { LooksCell } from "./looks.ts";
import { percent } from "./percent.ts";

/** What a goal says of a share: null, that it keeps it. */
type Judge = (share: number, of: number) => { readonly mayBeChance: boolean } | null;

const ERRORS = ["inside", "beyond", "significant"] as const;

const sidesOf = ({ fixed }: LooksCell) => fixed === null ? "both grow" : `A has ${fixed}`;

export function looksSentence(cells: readonly LooksCell[], judge: Judge): string {
  const errors = cells.flatMap((cell) =>
    cell.rules.filter(({ isPlanned }) => isPlanned)
      .flatMap((rule) => ERRORS.map((key) => ({ share: rule[key], cell, rule, key })))
  );
  const found = errors.map(({ share, cell }) => judge(share, cell.pairs));
  const kept = found.filter((one) => one === null).length;
  const chance = found.filter((one) => one?.mayBeChance).length;
  const { share, cell, rule, key } = errors.reduce((a, b) => (b.share > a.share ? b : a));
  const others = cells[0]!.rules.filter(({ isPlanned }) => !isPlanned).map(({ rule }) => {
    const inside = cells.flatMap(({ rules }) =>
      rules.filter((other) => other.rule === rule).map((of) => of.inside)
    );
    return `${percent(Math.min(...inside))} to ${percent(Math.max(...inside))} % (${rule})`;
  });
  return `Of ${errors.length} error rates of one look or of planned looks ${kept} are at most 5.5 %, ${chance} exceed ` +
    `that by less than two standard errors, ${found.length - kept - chance} by more; the largest is ${
      percent(share)
    } % (${rule.rule}, ${key}, ${cell.population}, ${
      sidesOf(cell)
    }). Looks that were not planned call a shift on the ` +
    `margin inside it in ${others.join(", ")}.`;
}

/** @param shown a share with the mark of its goal */
export function looksSection(
  cells: readonly LooksCell[],
  shown: (share: number, of: number) => string,
): string {
  const rows = cells.flatMap((cell) =>
    cell.rules.map((rule) => {
      const errors = ERRORS.map((key) => shown(rule[key], cell.pairs));
      return `| ${
        [cell.population, sidesOf(cell), rule.rule, ...errors, rule.runs.toFixed(0)].join(" | ")
      } |`;
    })
  );
  return `## Looks

Up to 100 runs of each side, or of B against the same runs of A, ended by the first look that finds something. Inside,
beyond: a shift on the margin is called so. Significant: p is below the level of the look in any look, where there is
no shift. Runs: how many of B's were taken where there is no shift, on average; the margin is one unit of the
population. Goal: at most 5.5 %. A second measurement takes the number of runs that \`needed\` names, 300 at most.
Where B has few, skewed runs and A many, planned looks are beyond the goal: they look at fewer runs than one look does,
and ten values of a skewed distribution do not show how skewed it is.

| population | sides | looks | inside | beyond | significant | runs |
| --- | --- | --- | ---: | ---: | ---: | ---: |
${rows.join("\n")}`;
}
