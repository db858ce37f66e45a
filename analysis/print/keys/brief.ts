/** What the first screen says of keys. */

import type { Comparison, Side } from "../../compare/comparison.ts";
import { keyedAlone, type KeyOptions } from "../../compare/keyed.ts";
import { type WholeName, WHOLES } from "../../compare/questions.ts";
import type { ResultFile } from "../../result/file.ts";
import { both } from "../../sample/sample.ts";
import type { Pair } from "../../sample/summary.ts";
import type { Said } from "../model.ts";
import { isBeside, keyVerdict, lockedIn, mirroredIn, mirrorsInWords, valueNamer } from "./lock_ins.ts";
import { keyName } from "../names.ts";
import { joined, plain, say, times } from "../said.ts";

/** What it is said by. */
type Keyed = Pick<Comparison, "mechanisms" | "stacks"> & { readonly sides: Pair<Pick<Side, "side">> };

/** Of two files alone, as the comparison of the second one with the first says it. */
export function briefKeysAlone(files: Pair<ResultFile>, options: KeyOptions): Said[] {
  const [{ stacks }, { stacks: others }] = files;
  return briefKeys({
    mechanisms: keyedAlone(files, options),
    stacks: Object.fromEntries([...others, ...stacks]),
    sides: [{ side: "A" }, { side: "B" }],
  });
}

/** One line for each key, one for all keys of which the same is left open, and one for those that only coincide. */
export function briefKeys(comparison: Keyed): Said[] {
  const { keys } = comparison.mechanisms;
  const said = keys.map((key) => {
    const mirrored = mirroredIn(key).length > 0 ? key.mirrors : [];
    const names = key.keys.filter(({ name }) => !mirrored.includes(name)).map(({ name }) => keyName([name]));
    const verdicts = WHOLES.map(({ name }) => ({ name, says: keyInWords(key, name, comparison) }));
    const alike = [...Map.groupBy(verdicts, ({ says }) => says.text).values()];
    return {
      name: names.join(" = "),
      says: joined(
        alike.map((same) => say`${same.map(({ name }) => name).join(" and ")} ${same[0]!.says}`),
        "; ",
      ),
    };
  });
  return [
    ...[...Map.groupBy(said, ({ says }) => says.text).values()].map((same) =>
      say`${same.map(({ name }) => name).join(", ")}: ${same[0]!.says}`
    ),
    ...keys.filter((key) => mirroredIn(key).length > 0).map(mirrorsInWords),
  ];
}

function keyInWords(
  key: Keyed["mechanisms"]["keys"][number],
  name: WholeName,
  comparison: Keyed,
): Said {
  const answer = key[name];
  const { lock_in: { verdict, reasons }, wider, sides } = answer;
  const nameOf = valueNamer(key, comparison);
  const letters = both(comparison.sides, ({ side }) => side);
  if (verdict === "LOCKS-IN") return say`LOCKS-IN at ${lockedIn(answer, nameOf, letters)}`;
  const behind = reasons.flatMap((reason) => reason.code === "not_told_from" ? reason.keys : []);
  if (behind.length > 0) return plain(`CONFOUNDED with ${behind.map((key) => keyName([key])).join(", ")}`);
  const said = plain(keyVerdict(answer));
  if (!isBeside(answer) || wider === null) return said;
  const isSecond = wider === key.keys[0].groups[1];
  const factors = sides.map(({ ratio }) => times(isSecond ? ratio!.ratio : 1 / ratio!.ratio));
  return say`${said} (${nameOf(wider)} wider by ${joined(factors, ", ")} in ${letters.join(", ")})`;
}
