/** The simulated tails in words, for docs/validation.md. */

import { TAIL_POPULATIONS, type TailShares } from "./tails.ts";
import { percent } from "./percent.ts";

/** What a goal says of a share: null, that it keeps it. */
type Judge = (share: number, of: number) => { readonly mayBeChance: boolean } | null;

const ERRORS = ["insideUpper", "insideLower", "beyondUpper", "beyondLower"] as const;

export function tailSentence(cells: readonly TailShares[], judge: Judge): string {
  const errors = cells.flatMap((cell) => ERRORS.map((key) => ({ share: cell[key], cell })));
  const found = errors.map(({ share, cell }) => judge(share, cell.pairs));
  const kept = found.filter((one) => one === null).length;
  const chance = found.filter((one) => one?.mayBeChance).length;
  const { share, cell } = errors.reduce((a, b) => (b.share > a.share ? b : a));
  return `Of ${errors.length} error rates of P95 and P99 on an end of their margin, called inside it or beyond it, ` +
    `${kept} are at most 5.5 %, ${chance} exceed that by less than two standard errors, ${
      found.length - kept - chance
    } by more; the largest is ${percent(share)} % (${cell.quantile}, ${cell.population}, n = ${cell.n}).`;
}

/** @param shown a share with the mark of its goal */
export function tailSection(
  cells: readonly TailShares[],
  shown: (share: number, of: number) => string,
): string {
  const rows = cells.map((cell) => {
    const errors = ERRORS.map((key) => shown(cell[key], cell.pairs));
    const rest = [percent(cell.covered), percent(cell.power)];
    return `| ${[cell.population, cell.quantile, cell.n, ...errors, ...rest].join(" | ")} |`;
  });
  const long = TAIL_POPULATIONS.at(-1)!;
  return `## Tails

P95 and P99 with a margin of 20 % of A's. Inside: B's quantile lies on the upper or lower end of the margin and is called
EQUIVALENT. Beyond: it lies there and is called DIFFERENT. Goal: at most 5.5 %. Covered: the 90 % interval of the
ratio holds the true one; bounds that are values of the sample hold more than they say. Power: both sides are the same
and are called EQUIVALENT. ${long.name[0]!.toUpperCase()}${long.name.slice(1)}: ${long.what}.

| population | quantile | n | inside, upper | inside, lower | beyond, upper | beyond, lower | covered | power |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
${rows.join("\n")}`;
}
