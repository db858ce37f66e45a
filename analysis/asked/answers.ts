/** Answers to questions that a user asked besides those that the runbook declares. */

import type { AskedAnswer, Comparison } from "../compare/comparison.ts";
import { answer, estimate } from "../compare/answer.ts";
import { brokenSides } from "../compare/compare.ts";
import { protocolDifferences, stageDifference } from "../compare/confounding.ts";
import { Exploration } from "../compare/exploration.ts";
import type { Declared } from "../compare/limits.ts";
import type { Warning } from "../compare/warning.ts";
import { seriesWarnings, unobserved } from "../compare/warnings.ts";
import { withFields } from "../lazy.ts";
import type { ResultFile } from "../result/file.ts";
import { both, sampleOfValues } from "../sample/sample.ts";
import type { Pair } from "../sample/summary.ts";
import { holm } from "../stats/holm.ts";
import type { Margin } from "../units/margin.ts";
import { ASKABLE, type Askable } from "./askable.ts";

/** Of a question for which no margin was given. */
const DEFAULT_MARGIN: Margin = { kind: "share", percent: 10 };

/** What was asked, and where its values are. */
export interface Asked {
  readonly names: readonly string[];
  /** Given for questions by name. */
  readonly margins: Readonly<Partial<Record<string, Margin>>>;
  /** Of a file, ns, row by row; NaN means "not observed". */
  valuesOf(file: ResultFile, name: string): Float64Array;
}

/** The margin that decides an asked question. */
export function askedMargin(name: string, margins: Asked["margins"]): Declared {
  const given = margins[name];
  return given === undefined
    ? { margin: DEFAULT_MARGIN, source: "default" }
    : { margin: given, source: "option" };
}

/** The questions that were asked, once each, in the order of the table. */
export function askedQuestions(names: readonly string[]): Askable[] {
  return ASKABLE.filter(({ name }) => names.includes(name));
}

/**
 * The same comparisons with the answers to what was asked. Holm adjusts the p of all asked questions of all files
 * together, and apart from those of the declared ones, so that no declared verdict depends on what else is asked.
 *
 * @param files as compareAll() had them, the baseline first
 */
export function withAsked(
  comparisons: readonly Comparison[],
  files: readonly ResultFile[],
  asked: Asked,
): Comparison[] {
  const [baseline, ...others] = files;
  const exploration = new Exploration();
  const questions = askedQuestions(asked.names);
  const prepared = comparisons.flatMap((comparison, index) => {
    const pair: Pair<ResultFile> = [baseline!, others[index]!];
    return questions.map((question) => prepare(question, comparison, pair, asked, exploration));
  });
  const family = prepared.flatMap(({ test }) => test ?? []);
  const adjusted = holm(family.map(({ p }) => p));
  const answers = prepared.map(({ test, question, estimated, circumstances }): AskedAnswer => {
    const at = test === null ? -1 : family.indexOf(test);
    const adjustedAs = (p: number) =>
      p === family[at]!.p ? adjusted[at]! : holm(family.with(at, { p }).map((test) => test.p))[at]!;
    return {
      name: question.name,
      title: question.title,
      answer: answer(estimated, { ...circumstances, adjusted: at < 0 ? null : adjustedAs }),
    };
  });
  const answersTo = (index: number) =>
    answers.slice(index * questions.length, (index + 1) * questions.length);
  return comparisons.map((comparison, index) =>
    withFields(comparison, {
      asked: answersTo(index),
      asked_family: family.length,
      get warnings() {
        return [...comparison.warnings, ...answersTo(index).flatMap((one) => askedWarnings(one, comparison))];
      },
    })
  );
}

function askedWarnings({ name, answer }: AskedAnswer, { sides }: Comparison): Warning[] {
  return [...unobserved(name, answer, sides), ...seriesWarnings(name, answer)];
}

function prepare(
  question: Askable,
  { alpha, sides }: Comparison,
  files: Pair<ResultFile>,
  { margins, valuesOf }: Asked,
  exploration: Exploration,
) {
  const { name, hooked } = question;
  const samples = both(files, (file) => sampleOfValues(file, valuesOf(file, name)));
  const estimated = estimate(samples, askedMargin(name, margins), alpha, exploration);
  const [a, b] = both(files, ({ meta }) => meta);
  const confounded = [
    ...protocolDifferences(a, b),
    ...hooked.flatMap((stage) => stageDifference(stage, a, b) ?? []),
  ];
  const broken = brokenSides(files, sides);
  const { brunner_munzel } = estimated.numbers;
  const test = brunner_munzel === null || confounded.length > 0 || broken.length > 0
    ? null
    : { p: brunner_munzel.p };
  return { question, estimated, circumstances: { alpha, confounded, broken }, test };
}
