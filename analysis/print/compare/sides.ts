/** The two sides of a comparison, and how one is described relative to the other. */

import type { Direction, Side, SpreadDirection } from "../../compare/comparison.ts";
import type { Ratio } from "../../sample/ratio.ts";
import type { Pair } from "../../sample/summary.ts";
import { machine, runs } from "../measured.ts";
import type { Said } from "../model.ts";
import { confidence, exact, interval, joined, ratioInterval, say, shift, times } from "../said.ts";

/** What sentences about two sides need: the letters, and the error rate of the intervals. */
export interface Sides {
  readonly letters: Pair<string>;
  readonly alpha: number;
}

/** A side with its file. */
export function side(
  of:
    & Pick<
      Side,
      | "file"
      | "env"
      | "host"
      | "kernel"
      | "tier"
      | "rows"
      | "complete"
      | "timeout"
      | "aborted"
      | "cut_off"
      | "pooled"
    >
    & Partial<Pick<Side, "boots">>,
): Said {
  const { boots: counted = null } = of;
  const boots = counted === null ? "" : counted === 1 ? ", of one boot" : say`, of ${exact(counted)} boots`;
  const whole = say`${of.file}: ${machine(of)}, ${runs(of, of.cut_off, null)}${boots}`;
  if (of.pooled === undefined) return whole;
  const files = of.pooled.map(({ file, rows, run_offset }) =>
    say`${file} (${exact(rows)} runs, numbered from ${exact(run_offset + 1)})`
  );
  return say`${whole}; the files: ${joined(files, ", ")}`;
}

/** The confidence of the intervals shown. */
export function confidenceOf({ alpha }: Sides): string {
  return confidence(alpha).text;
}

/** The words that follow every shift. */
export function difference({ letters: [a, b] }: Sides): string {
  return `${b} - ${a}`;
}

/** The interval of a shift with confidence 1 - alpha. */
export function shiftInterval(ends: Pair<number> | null, { alpha }: Sides): Said {
  return say`${confidence(alpha)} interval ${interval(ends)}`;
}

/** A shift with its interval, and what the two show. */
export function shiftInWords(
  ns: number,
  ends: Pair<number> | null,
  direction: Direction | null,
  sides: Sides,
): Said {
  const where = direction === null ? "" : `, ${directionInWords(direction, sides)}`;
  return say`${shift(ns)}, ${shiftInterval(ends, sides)}${where}`;
}

export function directionInWords(direction: Direction, { letters: [, b] }: Sides): string {
  return `${b} ${direction === "unclear" ? "neither earlier nor later" : direction}`;
}

/** Which ratio every ratio of MADs is. */
export function madRatioName({ letters: [a, b] }: Sides): string {
  return `MAD ${b} / ${a}`;
}

/** The interval of a ratio of MADs, and what it shows. */
export function madRatioInterval(of: Ratio, direction: SpreadDirection | null, sides: Sides): Said {
  const how = direction === null || direction === "unclear" ? "neither tighter nor wider" : direction;
  return say`${confidence(sides.alpha)} interval ${ratioInterval(of)}, ${sides.letters[1]} ${how}`;
}

export function madRatioInWords(of: Ratio, direction: SpreadDirection | null, sides: Sides): Said {
  return say`${times(of.ratio)}, ${madRatioInterval(of, direction, sides)}`;
}
