/** The simulated margins in words, for docs/validation.md. */

import type { MarginErrors } from "./margins.ts";

/** @param shown a share with the mark of its goal */
export function marginSection(
  cells: readonly MarginErrors[],
  shown: (share: number, of: number) => string,
): string {
  const rows = cells.map(({ population, percent, end, sizes, pairs, inside, beyond }) =>
    `| ${
      [population, percent, end, sizes.join(" + "), shown(inside, pairs), shown(beyond, pairs)].join(" | ")
    } |`
  );
  return `## Margins in percent of A's median

B is later (upper) or earlier (lower) than A by just so many percent of A's true median; the margin is so many percent of
the median that was measured. Inside, beyond: the 90 % interval, widened by what that median is uncertain, calls the
shift so, wrongly. Goal: at most 5.5 %. One factor serves both ends, so the lower one errs less often.

| population | margin | end | runs | inside | beyond |
| --- | ---: | --- | ---: | ---: | ---: |
${rows.join("\n")}
`;
}
