/** The simulated verdicts on keys in words, for docs/validation.md. */

import { MECHANISM_VERDICTS, type MechanismShares } from "./mechanisms.ts";
import { percent } from "../percent.ts";

/** What is said wrongly of keys. */
export function keysSentence(cells: readonly MechanismShares[]): string {
  const most = (verdict: "TWO" | "ONE", stories: string) =>
    percent(
      Math.max(...cells.filter(({ story }) => story.includes(stories)).map(({ shares }) => shares[verdict])),
    );
  return `Of a key whose ratio of spreads is on the limit on a side, TWO was said in at most ${
    most("TWO", "on the limit")
  } % of ${cells[0]!.pairs} pairs and ONE in at most ${most("ONE", "on the limit")} %; of one whose sides ` +
    `disagree TWO in at most ${most("TWO", "in B")} %.`;
}

export function keysSection(cells: readonly MechanismShares[]): string {
  const rows = cells.map(({ population, story, n, shares }) =>
    `| ${
      [population, story, n, ...MECHANISM_VERDICTS.map((verdict) => percent(shares[verdict]))].join(" | ")
    } |`
  );
  return `## Verdicts on keys

Every other run is in the second group, which is so many times as wide as the first one: two is 9 times, the limit is 2;
${cells[0]!.pairs} pairs a cell.

| population | truth | n | ${MECHANISM_VERDICTS.join(" | ")} |
| --- | --- | ---: | ${MECHANISM_VERDICTS.map(() => "---:").join(" | ")} |
${rows.join("\n")}
`;
}
