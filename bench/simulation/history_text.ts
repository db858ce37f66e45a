/** The simulated histories in words, for docs/validation.md. */

import type { HistoryErrors } from "./history.ts";
import { percent } from "./percent.ts";

/** @param shown a share with the mark of its goal */
export function historySection(
  cells: readonly HistoryErrors[],
  shown: (share: number, of: number) => string,
): string {
  const rows = cells.map(({ population, series, lag1, size, histories, found, foundThere, inHistory }) => {
    const alarm = inHistory === null ? "" : shown(inHistory, histories);
    const there = foundThere === null ? "" : percent(foundThere);
    return `| ${[population, series, lag1, size, percent(found), there, alarm].join(" | ")} |`;
  });
  return `## Changes in a history

Levels of so many series, each drawn from the population, with a change in the middle by so many of its units (0: none).
Found: of one question, at 5 % divided by the number of questions; there: within two series of the change. Alarm: of
independent questions any has a change where none is. Goal: at most 5.5 %. Where neighbours depend on each other
(correlation), an order is not like any other, and the goal is not met.

| population | series | correlation | size | found | there | alarm |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
${rows.join("\n")}
`;
}

/** The sentence that docs/verdicts.md quotes. */
export function historySentence(cells: readonly HistoryErrors[]): string {
  const independent = cells.filter(({ lag1 }) => lag1 === 0);
  const alarms = independent.flatMap(({ inHistory }) => inHistory ?? []);
  const dependent = cells.filter(({ lag1 }) => lag1 > 0).flatMap(({ inHistory }) => inHistory ?? []);
  const large = independent.find(({ population, size, series }) =>
    population === "normal" && size === 3 && series === 20
  )!;
  const range = (shares: readonly number[]) =>
    `${percent(Math.min(...shares))} to ${percent(Math.max(...shares))} %`;
  return `A history of levels without a change shows one in ${
    range(alarms)
  } of histories (goal: at most 5.5), and in ${
    range(dependent)
  } where neighbouring levels are correlated by 0.3; of 20 normal levels a change by 3 standard deviations is found within two of them in ${
    percent(large.foundThere!)
  } %.`;
}
