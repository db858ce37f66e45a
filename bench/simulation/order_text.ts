/** The simulated series whose runs depend on their neighbours in words, for docs/validation.md. */

import type { OrderErrors } from "./order.ts";
import { percent } from "./percent.ts";

/** @param shown a share with the mark of its goal */
export function orderSection(
  cells: readonly OrderErrors[],
  shown: (share: number, of: number) => string,
): string {
  const rows = cells.map(({ population, lag1, n, pairs, dependent, refused, inside, beyond }) => {
    const wrong = [inside, beyond].map((share) => shown(share, pairs));
    return `| ${
      [population, lag1.join(", "), n, percent(dependent), percent(refused), ...wrong].join(" | ")
    } |`;
  });
  return `## Runs that depend on their neighbours

A shift on the margin, between sides whose runs are correlated with the next as the second column says (A and B).
Dependent: the test of the order finds something; 5 % of independent pairs may be. Refused: a side counts as fewer than
6 effective runs. Inside, beyond: the 90 % interval calls the shift so, wrongly. Goal: at most 5.5 %. Dependence that is
too weak to be found in few runs is not heeded, and one side alone tells little of 300 runs at 0.9.

| population | correlation | n | dependent | refused | inside | beyond |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
${rows.join("\n")}
`;
}
