/** Why a key's verdict is what it is, in words. */

import type { Comparison } from "../../compare/comparison.ts";
import type { WholeName } from "../../compare/questions.ts";
import type { Pair } from "../../sample/summary.ts";
import type { Said } from "../model.ts";
import { keyName } from "../names.ts";
import { exact, plain, say } from "../said.ts";
import { reasonInWords } from "./reasons.ts";

type Answer = Comparison["mechanisms"]["keys"][number][WholeName];

type Reason = (Answer["reasons"] | Answer["lock_in"]["reasons"])[number];

/**
 * @param nameOf how a group is called
 * @param limit ratio of spreads up to which groups are alike
 * @param letters of the sides
 */
export function keyReason(
  reason: Reason,
  nameOf: (group: string) => string,
  limit: number,
  letters: Pair<string>,
): Said {
  switch (reason.code) {
    case "group_missing":
      return plain(`no complete run of ${letters[reason.side]} is ${nameOf(reason.group)}`);
    case "group_small":
      return say`${nameOf(reason.group)} has too few runs in ${letters[reason.side]}: an interval needs ${
        exact(reason.needs)
      }`;
    case "group_without_spread":
      return plain(
        `half of the runs with ${nameOf(reason.group)} in ${letters[reason.side]} are equal: MAD 0`,
      );
    case "ratio_open": {
      const where = reason.sides.map((side) => letters[side]).join(" and ");
      return say`in ${where} the spreads are neither shown to differ by more than a factor of ${
        exact(limit)
      } nor by less`;
    }
    case "places_differ":
      return plain(`in ${letters[reason.side]} the groups spread alike, but not at one place`);
    case "sides_opposite":
      return plain(`the wider group in ${letters[0]} is the tighter one in ${letters[1]}`);
    case "sides_disagree":
      return plain(`two in ${letters[reason.two]}, but not in ${letters[1 - reason.two as 0 | 1]}`);
    case "not_told_from":
      return plain(
        `among runs alike in ${
          reason.keys.map((key) => keyName([key])).join(" or ")
        } it is not shown to make a difference`,
      );
    case "values_small":
      return say`no value has ${exact(reason.needs)} runs, and as many others, on both sides`;
    case "values_open": {
      const values = reason.values.map(nameOf).join(", ");
      return plain(`neither shown to lock in nor not to: ${values}`);
    }
    case "value_on_one_side":
      return plain(
        `${nameOf(reason.value)} locks in in ${letters[reason.side]}, and not in ${
          letters[1 - reason.side as 0 | 1]
        }`,
      );
    default:
      return reasonInWords(reason, letters);
  }
}
