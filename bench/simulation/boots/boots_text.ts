/** The simulated boots in words, for docs/validation.md. */

import { type BootErrors, FEWEST } from "./boots.ts";
import { percent } from "../percent.ts";

/** @param shown a share with the mark of its goal */
export function bootSection(
  cells: readonly BootErrors[],
  shown: (share: number, of: number) => string,
): string {
  const rows = cells.map((cell) => {
    const { population, boots, runs, between, pairs, refused, significant, inside, beyond, ignored } = cell;
    const wrong = [significant, inside, beyond].map((share) => shown(share, pairs));
    const instead = [ignored.significant, ignored.inside, ignored.beyond].map(percent);
    return `| ${
      [population, `${boots} x ${runs}`, percent(between), percent(refused), ...wrong, ...instead].join(" | ")
    } |`;
  });
  return `## Runs that are nested in boots

B is of several boots, whose levels have the share of the variance that the third column says; A is of one, with as many
runs. Refused: no interval, always below ${FEWEST} boots. Significant: p < 0.05 where there is no shift. Inside, beyond: the 90 %
interval calls a shift on the margin so, wrongly. Goal: at most 5.5 %. The last three columns are what the same runs give
where nobody counted the boots: the order of the runs then stands in for them, as far as it shows.

| population | boots | between | refused | significant | inside | beyond | ignored: significant | inside | beyond |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
${rows.join("\n")}
`;
}
