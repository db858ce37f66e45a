/** The simulated verdicts on what locks in, in words, for docs/validation.md. */

import { LOCK_IN_VERDICTS, type LockInShares } from "./lock_ins.ts";
import { percent } from "../percent.ts";

/** What a goal says of a share: null, that it keeps it. */
type Judge = (share: number, of: number) => { readonly mayBeChance: boolean } | null;

export function lockInSentence(cells: readonly LockInShares[], judge: Judge): string {
  const errors = cells.flatMap((cell) =>
    cell.wrong.map((verdict) => ({ verdict, share: cell.shares[verdict], cell }))
  );
  const found = errors.map(({ share, cell }) => judge(share, cell.pairs));
  const kept = found.filter((one) => one === null).length;
  const chance = found.filter((one) => one?.mayBeChance).length;
  const { verdict, share, cell } = errors.reduce((a, b) => (b.share > a.share ? b : a));
  return `Of ${errors.length} shares of wrong verdicts on what locks in, ${kept} are at most 5.5 %, ${chance} exceed ` +
    `that by less than two standard errors, ${found.length - kept - chance} by more; the largest is ${
      percent(share)
    } % (${verdict} of "${cell.story}", ${cell.population}, n = ${cell.n}).`;
}

/** @param shown a share with the mark of its goal */
export function lockInSection(
  cells: readonly LockInShares[],
  shown: (share: number, of: number) => string,
): string {
  const rows = cells.map(({ population, story, n, pairs, shares, wrong }) => {
    const values = LOCK_IN_VERDICTS.map((verdict) =>
      wrong.includes(verdict) ? shown(shares[verdict], pairs) : percent(shares[verdict])
    );
    return `| ${[population, story, n, ...values].join(" | ")} |`;
  });
  return `## Verdicts on what locks in

Half of the runs have the value, or a third where that is said. The others are 9 times as wide about the same place, or
apart by 30 times what the population is made of, or alike; or so wide, or so far apart, that the ratio of distances is
the declared share, 0.5: that is the limit. Neighbours alike: the normal numbers behind them are correlated 0.5, and the
value comes in spells of ten runs. Flags that follow the path do so in 95 % of the runs; the verdict is on the flags.
Wrong are LOCKS-IN where not both sides are below the limit, DOES-NOT where not both are above it, CONFOUNDED where
neither or both are, and of the flags LOCKS-IN. Goal: each is said of at most 5.5 %; ${
    cells[0]!.pairs
  } pairs a cell.

| population | truth | n | ${LOCK_IN_VERDICTS.join(" | ")} |
| --- | --- | ---: | ${LOCK_IN_VERDICTS.map(() => "---:").join(" | ")} |
${rows.join("\n")}
`;
}
