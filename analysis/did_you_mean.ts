/** What a user may have meant by a word that is not known. */

/** So many letters may be wrong. */
const MOST_EDITS = 2;

/**
 * The known words that are nearest to a word, whatever their case, or that contain it; as a question.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(didYouMean("diferent", ["DIFFERENT", "NO-DATA"]), "did you mean DIFFERENT?");
 * assert.equal(didYouMean("x", ["DIFFERENT"]), null);
 * ```
 */
export function didYouMean(word: string, known: readonly string[]): string | null {
  const wanted = plain(word);
  if (wanted === "") return null;
  const near = known.map((one) => ({ one, edits: edits(wanted, plain(one)) }));
  const fewest = Math.min(...near.map(({ edits }) => edits));
  const allowed = Math.min(MOST_EDITS, Math.ceil(wanted.length / 4));
  const meant = fewest <= allowed
    ? near.filter(({ edits }) => edits === fewest).map(({ one }) => one)
    : wanted.length < 3
    ? []
    : known.filter((one) => plain(one).includes(wanted));
  return meant.length === 0 ? null : `did you mean ${meant.join(" or ")}?`;
}

function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

/** Letters to insert, to leave out or to replace, and neighbours to swap: Damerau's distance. */
function edits(one: string, other: string): number {
  const rows = [Array.from({ length: other.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= one.length; i++) {
    const [row, above, twoAbove] = [[i], rows[i - 1]!, rows[i - 2]];
    for (let j = 1; j <= other.length; j++) {
      const isSame = one[i - 1] === other[j - 1];
      const isSwap = one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      row.push(Math.min(
        above[j]! + 1,
        row[j - 1]! + 1,
        above[j - 1]! + (isSame ? 0 : 1),
        isSwap && twoAbove !== undefined ? twoAbove[j - 2]! + 1 : Infinity,
      ));
    }
    rows.push(row);
  }
  return rows[one.length]![other.length]!;
}
