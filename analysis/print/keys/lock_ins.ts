/** What locks in, key by key: the verdicts, and the values that they are about. */

import type { Comparison } from "../../compare/comparison.ts";
import { type WholeName, WHOLES } from "../../compare/questions.ts";
import type { LockInSide, LockInValue, Place } from "../../mechanisms/lock_in.ts";
import type { Pair } from "../../sample/summary.ts";
import type { Finding, Note, Said } from "../model.ts";
import { keyName, stratumName } from "../names.ts";
import {
  confidence,
  duration,
  exact,
  interval,
  joined,
  number,
  plain,
  pValue,
  ratio,
  say,
  share,
  shift,
} from "../said.ts";

type Key = Comparison["mechanisms"]["keys"][number];

/** What an answer has to say in one line: whether a value locks in, and where none is shown to, whether there are two. */
export function keyVerdict({ verdict, lock_in }: Key[WholeName]): string {
  return isBeside({ verdict, lock_in }) ? `${lock_in.verdict}, ${verdict}` : lock_in.verdict;
}

/** Whether the number of mechanisms adds to what is said of locking in: two that lock in are two in any case. */
export function isBeside(
  { verdict, lock_in }: { readonly verdict: string; readonly lock_in: { readonly verdict: string } },
): boolean {
  return ["DOES-NOT", "INCONCLUSIVE"].includes(lock_in.verdict) && ["TWO", "ONE"].includes(verdict);
}

/** Keys that only coincide with one whose value locks in, and the questions in which it does. */
export function mirroredIn({ mirrors, ...key }: Key): readonly WholeName[] {
  const names = WHOLES.map(({ name }) => name);
  return mirrors.length === 0 ? [] : names.filter((name) => key[name].lock_in.verdict === "LOCKS-IN");
}

/** How a value of the key is called. */
export function valueNamer(
  { keys: [first] }: Key,
  { stacks }: Pick<Comparison, "stacks">,
): (value: string) => string {
  return (value) => stratumName([first.name], [value], stacks).split(" < ")[0]!;
}

/** Each value that locks in, with both ratios and where its runs lie; all at once when there are no others. */
export function lockedIn(
  { lock_in: { values, left_out_values } }: Key[WholeName],
  nameOf: (value: string) => string,
  letters: Pair<string>,
): Said {
  const locked = values.filter(({ verdict }) => verdict === "LOCKS-IN");
  const of = (value: LockInValue) => {
    const ratios = value.sides.map(({ ratio }) => number(ratio.ratio));
    return say`${nameOf(value.value)} (${joined(ratios, ", ")} of the distance to others in ${
      letters.join(", ")
    }; ${placeInWords(value)})`;
  };
  const found = joined(locked.map(of), ", ");
  return locked.length === values.length && left_out_values === 0 ? say`each value: ${found}` : found;
}

function placeInWords({ place, sides }: LockInValue): Said {
  const by: Record<Place, () => Said> = {
    same: () => plain("at the same place"),
    other: () => say`${joined(sides.map(({ shift_ns }) => shift(shift_ns)), ", ")} from them`,
    open: () => plain("whether at the same place is open"),
  };
  return by[place]();
}

/** Sentences below the table: what locks in, what does not, and what only coincides. */
export function lockSays(
  key: Key,
  nameOf: (value: string) => string,
  letters: Pair<string>,
): Said[] {
  const mirrored = mirroredIn(key);
  return [
    ...WHOLES.flatMap(({ name }) => {
      const answer = key[name];
      if (answer.lock_in.verdict !== "LOCKS-IN") return [];
      const not = answer.lock_in.values.filter(({ verdict }) => verdict === "DOES-NOT")
        .map(({ value }) => nameOf(value));
      const locks = say`${name}: LOCKS-IN at ${lockedIn(answer, nameOf, letters)}`;
      return [not.length === 0 ? locks : say`${locks}, not at ${not.join(", ")}`];
    }),
    ...mirrored.length === 0 ? [] : [mirrorsInWords(key)],
  ];
}

/** What coincides, with what, and in which questions that matters. */
export function mirrorsInWords(key: Key): Said {
  const names = key.mirrors.map((name) => keyName([name])).join(", ");
  const verb = key.mirrors.length === 1 ? "it coincides" : "they coincide";
  return plain(
    `${names}: CONFOUNDED in ${mirroredIn(key).join(" and ")}, ${verb} with ${keyName([key.keys[0].name])}`,
  );
}

/** Values that have too few runs for a verdict. */
export function lockNotes(name: WholeName, { lock_in }: Key[WholeName]): Note[] {
  const { verdict, left_out_values: values, left_out_runs: runs } = lock_in;
  if (values === 0 || verdict === "CONFOUNDED" || lock_in.values.length === 0) return [];
  const have = values === 1 ? "value that has" : "values that have";
  return [{
    label: "because",
    says: say`${name}: ${exact(runs)} runs with ${exact(values)} ${have} too few are only among the others`,
  }];
}

/** The numbers of each value, and how much of the variance lies between the values. */
export function lockFindings(
  name: WholeName,
  { lock_in }: Key[WholeName],
  nameOf: (value: string) => string,
  { letters, alpha }: { readonly letters: Pair<string>; readonly alpha: number },
): Finding[] {
  const { values, between, between_test: test } = lock_in;
  const finding = (of: string, what: string, value: Said, certainty: Said | null): Finding => ({
    topic: name,
    of,
    what,
    value,
    certainty,
    method: null,
  });
  const ofSide = (
    value: LockInValue,
    { n, others_n, mad_ns, ratio: found, below, ...side }: LockInSide,
    letter: string,
  ) => [
    finding(
      `${letter}, ${nameOf(value.value)}`,
      side.verdict,
      say`${ratio(found)} of the distance to others`,
      say`n ${exact(n)} and ${exact(others_n)}, Holm ${
        pValue({ p: below.p_holm, p_capped: below.p_capped })
      }`,
    ),
    finding(
      `${letter}, ${nameOf(value.value)}`,
      "MAD",
      duration(mad_ns),
      say`shift from them ${shift(side.shift_ns)}, ${confidence(2 * alpha)} interval ${
        interval(side.shift_ci_ns)
      }`,
    ),
  ];
  const shares = between.flatMap((of, side) =>
    of === null ? [] : [say`${share(of.share)} [${share(of.ci[0])}, ${share(of.ci[1])}] in ${letters[side]!}`]
  );
  return [
    ...values.flatMap((value) => value.sides.flatMap((side, index) => ofSide(value, side, letters[index]!))),
    ...shares.length === 0 ? [] : [
      finding(
        letters.join(", "),
        "of the variance between the values",
        joined(shares, ", "),
        test === null ? null : say`by chance ${pValue(test)}, ${test.method}`,
      ),
    ],
  ];
}

/** What the verdicts mean. */
export function lockMethods({ mechanisms: { locks_in_share, keys }, alpha }: Comparison): Said[] {
  const values = WHOLES.map(({ name }) =>
    keys.reduce((sum, key) => sum + key[name].lock_in.values.length, 0)
  );
  return [
    say`LOCKS-IN: two runs with the value lie less than ${
      exact(locks_in_share)
    } times as far apart as one of them and a run with another value, in the median, on both sides, and Holm p of that, in a family of up to ${
      exact(Math.max(...values))
    } values, is below ${exact(alpha)}.`,
    say`DOES-NOT: for each value and on both sides the ${
      confidence(2 * alpha)
    } interval of that ratio lies above.`,
  ];
}
