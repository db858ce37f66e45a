/** One mechanism or two, key by key, for each question that is asked. */

import { mixtureOf, type SideMixture } from "./clusters.ts";
import { mechanismAnswers } from "./mechanisms.ts";
import { aliasesOf, mirrorsOf, type Split, splitsOf } from "./keys.ts";
import type { LockInAnswer } from "./lock_in.ts";
import { lockInAnswers } from "./lock_ins.ts";
import { spreadSources, type Total } from "./sources.ts";
import type { KeyAnswer, Mechanisms, QuestionAnswer } from "./key_answer.ts";
import type { MechanismAnswer } from "./mechanism.ts";
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
  /** How many times as few independent runs each side has as runs, where their order matters; else 1. */
  readonly inflation: Pair<number>;
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
  limits: { readonly spreadRatio: number; readonly locksInShare: number },
  decode: Reason | null,
): Mechanisms<Name, Reason> {
  const { splits, constant } = splitsOf(files);
  const { spreadRatio, locksInShare: share } = limits;
  const answers = asked.map(({ samples, marginNs }) =>
    mechanismAnswers(splits, samples, { alpha, spreadRatio, marginNs })
  );
  const locks = asked.map(({ samples, marginNs, inflation }) =>
    lockInAnswers(splits, samples, { alpha, share, marginNs, inflation })
  );
  const keys = splits.map((split, index): KeyAnswer<Name, Reason> => {
    const aliases = aliasesOf(split);
    const of = asked.map(({ name, confounded }, question) => {
      const reason = (isByFlags(split) ? decode : null) ?? confounded;
      const lock = confoundedBy(locks[question]![index]!, reason);
      return [name, withFields(confoundedBy(answers[question]![index]!, reason), { lock_in: lock })] as const;
    });
    return {
      keys: split.keys,
      aliases: aliases.length < 2 ? [] : aliases,
      mirrors: mirrorsOf(split),
      other_values: split.others.values,
      other_runs: split.others.runs,
      ...Object.fromEntries(of) as Record<Name, QuestionAnswer<Reason>>,
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
  const declared = { spread_ratio: spreadRatio, locks_in_share: share };
  return withFields(withFields({ ...declared, keys }, explored), { constant });
}

function mixturesOf(files: Pair<ResultFile>, alpha: number): Pair<SideMixture | null> {
  const of = (file: ResultFile) => mixtureOf(sampleOf(file, CLUSTERED), file.texts.ttwu_stack.codes(), alpha);
  return [of(files[0]), of(files[1])];
}

function isByFlags({ keys: [first] }: Split): boolean {
  return first.name === "signature" || first.name.startsWith("WF_");
}

function confoundedBy<Answer extends MechanismAnswer | LockInAnswer, Reason>(
  answer: Answer,
  reason: Reason | null,
): Answer | (Omit<Answer, "verdict" | "reasons"> & Confounded<Reason>) {
  return reason === null
    ? answer
    : withFields(answer, { verdict: "CONFOUNDED", reasons: [reason] } satisfies Confounded<Reason>);
}

interface Confounded<Reason> {
  readonly verdict: "CONFOUNDED";
  readonly reasons: readonly Reason[];
}
