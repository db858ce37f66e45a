/** One mechanism or two, key by key, for each question that is asked. */

import { mixtureOf, type SideMixture } from "./clusters.ts";
import { mechanismAnswers } from "./mechanisms.ts";
import { aliasesOf, type Split, splitsOf } from "./keys.ts";
import { spreadSources, type Total } from "./sources.ts";
import type { KeyAnswer, MechanismAnswer, Mechanisms } from "./mechanism.ts";
import { deferred, withFields } from "../lazy.ts";
import { type FileSample, sampleOf } from "../sample/sample.ts";
import type { Pair } from "../sample/summary.ts";
import type { ResultFile } from "../result/file.ts";

/** A question, and what its answers rest on. */
export interface Asked<Name extends string, Reason> {
  readonly name: Name;
  readonly duration: Total;
  readonly samples: Pair<FileSample>;
  /** Largest shift that still counts as the same place, in ns; null: there is none. */
  readonly marginNs: number | null;
  /** Why the question's sides cannot be compared, or null. */
  readonly confounded: Reason | null;
}

/** The duration that clusters of stacks are looked for in. */
const CLUSTERED: Total = "ttwu_to_tkread_ns";

/** @param decode what differs in the decoding of wake flags, or null */
export function keyAnswers<Name extends string, Reason>(
  files: Pair<ResultFile>,
  asked: readonly Asked<Name, Reason>[],
  alpha: number,
  spreadRatio: number,
  decode: Reason | null,
): Mechanisms<Name, Reason> {
  const { splits, constant } = splitsOf(files);
  const answers = asked.map(({ samples, marginNs }) =>
    mechanismAnswers(splits, samples, { alpha, spreadRatio, marginNs })
  );
  const keys = splits.map((split, index): KeyAnswer<Name, Reason> => {
    const aliases = aliasesOf(split);
    const of = asked.map(({ name, confounded }, question) => {
      const reason = (isByFlags(split) ? decode : null) ?? confounded;
      return [name, confoundedBy(answers[question]![index]!, reason)] as const;
    });
    return {
      keys: split.keys,
      aliases: aliases.length < 2 ? [] : aliases,
      other_values: split.others.values,
      other_runs: split.others.runs,
      ...Object.fromEntries(of) as Record<Name, MechanismAnswer<Reason>>,
    };
  });
  const sources = () =>
    Object.fromEntries(
      asked.map(({ name, duration }) =>
        [name, [spreadSources(files[0], duration, alpha), spreadSources(files[1], duration, alpha)]] as const
      ),
    ) as Mechanisms<Name, Reason>["sources"];
  const explored = withFields(
    deferred(["sources"], () => ({ sources: sources() })),
    deferred(["mixtures"], () => ({ mixtures: mixturesOf(files, alpha) })),
  );
  return withFields(withFields({ spread_ratio: spreadRatio, keys }, explored), { constant });
}

function mixturesOf(files: Pair<ResultFile>, alpha: number): Pair<SideMixture | null> {
  const of = (file: ResultFile) => mixtureOf(sampleOf(file, CLUSTERED), file.texts.ttwu_stack.codes(), alpha);
  return [of(files[0]), of(files[1])];
}

function isByFlags({ keys: [first] }: Split): boolean {
  return first.name === "signature" || first.name.startsWith("WF_");
}

function confoundedBy<Reason>(answer: MechanismAnswer, reason: Reason | null): MechanismAnswer<Reason> {
  return reason === null ? answer : withFields(answer, { verdict: "CONFOUNDED", reasons: [reason] } as const);
}
