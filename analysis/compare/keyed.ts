/** One mechanism or two, and what locks in, key by key, for the questions that are asked of keys. */

import { decodeDifference, hookDifferences, protocolDifferences } from "./confounding.ts";
import { keyAnswers } from "../mechanisms/key_answers.ts";
import {
  alphaOf,
  levelsOf,
  locksInShareOf,
  marginNs,
  marginOf,
  type Margins,
  spreadRatioOf,
} from "./limits.ts";
import { orderTest, runsPerEffective } from "./order.ts";
import { type Question, type WholeName, WHOLES } from "./questions.ts";
import { both, type FileSample, sampleOf } from "../sample/sample.ts";
import { checkSeries, type SeriesCheck } from "../sample/series.ts";
import type { Comparison, OrderTest } from "./comparison.ts";
import type { StratumReason } from "./reasons.ts";
import type { Pair } from "../sample/summary.ts";
import type { ResultFile } from "../result/file.ts";

/** What the answers about keys take from a question's own. */
export interface OfQuestion {
  readonly samples: Pair<FileSample>;
  readonly series: Pair<SeriesCheck>;
  readonly order: OrderTest | null;
  readonly margin_ns: number | null;
  readonly isConfounded: boolean;
}

/** What a runbook declares about keys. */
export interface KeyLimits {
  readonly spreadRatio: number;
  readonly locksInShare: number;
}

/** @throws Failure when the runbook declares what no runbook can */
export function keyLimitsOf(baseline: ResultFile): KeyLimits {
  return { spreadRatio: spreadRatioOf(baseline), locksInShare: locksInShareOf(baseline) };
}

/** @param of what is known of a question */
export function keyed(
  files: Pair<ResultFile>,
  alpha: number,
  limits: KeyLimits,
  of: (question: (typeof WHOLES)[number]) => OfQuestion,
): Comparison["mechanisms"] {
  const [a, b] = files;
  return keyAnswers<WholeName, StratumReason>(
    files,
    WHOLES.map((question) => {
      const { name, duration } = question;
      const { samples, series, order, margin_ns: marginNs, isConfounded } = of(question);
      const confounded = isConfounded ? { code: "question_confounded", question: name } as const : null;
      const inflation = runsPerEffective(series, order, samples);
      return { name, duration, samples, marginNs, inflation, confounded };
    }),
    alpha,
    limits,
    decodeDifference(a.meta, b.meta),
  );
}

/** What replaces the runbook's limits. */
export interface KeyOptions {
  readonly margins?: Margins;
  readonly alpha?: number;
}

/**
 * The same from two files alone, for whoever answers nothing else about them.
 *
 * @throws Failure as compareAll()
 */
export function keyedAlone(files: Pair<ResultFile>, options: KeyOptions): Comparison["mechanisms"] {
  const [{ meta }, { meta: other }] = files;
  const { alpha } = levelsOf(files, alphaOf(files[0], options.alpha));
  const protocol = protocolDifferences(meta, other);
  const differs = (question: Question) => protocol.length + hookDifferences(question, meta, other).length > 0;
  return keyed(files, alpha, keyLimitsOf(files[0]), (question) => {
    const samples = both(files, (file) => sampleOf(file, question.duration));
    const series = both(samples, checkSeries);
    const { margin } = marginOf(files[0], question, options.margins ?? {});
    return {
      samples,
      series,
      order: orderTest(series),
      margin_ns: marginNs(margin, samples[0].sorted),
      isConfounded: differs(question),
    };
  });
}
