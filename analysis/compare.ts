/** `probe compare`: is the measurement of B the same as that of A? */

import { crossColumns, crossSides } from "./compare_association.ts";
import { decodeDifference, hookDifferences, protocolDifferences } from "./compare_confounding.ts";
import { renamed, renaming } from "./compare_partition.ts";
import { answer, measure } from "./compare_question.ts";
import { sortedSample } from "./compare_sample.ts";
import { stratify } from "./compare_strata.ts";
import { contextDifferences, warningsOf } from "./compare_warnings.ts";
import {
  type Comparison,
  type CrossTable,
  type Pair,
  type Question,
  type QuestionName,
  QUESTIONS,
  type Side,
  type Stratification,
} from "./comparison.ts";
import { alphaOf, marginOf } from "./declared.ts";
import type { ResultFile } from "./result_file.ts";
import type { Duration, TextName } from "./result_row.ts";
import { holm } from "./stats/holm.ts";

export interface CompareOptions {
  /** Overrides the runbook's margin of the offset, in ns. */
  readonly marginNs?: number;
  /** In (0, 1/2); overrides the runbook's. */
  readonly alpha?: number;
}

const DURATION_OF: Readonly<Record<QuestionName, Duration>> = {
  offset: "offset_ns",
  ttwu_to_tkread: "ttwu_to_tkread_ns",
  edge_to_wakeup: "edge_to_wakeup_ns",
  wakeup_to_switch: "wakeup_to_switch_ns",
};

const KEYS = ["signature", "migrated", "path", "ttwu_stack"] as const satisfies readonly TextName[];

/** A side with a larger share of runs that contradict themselves is not concluded from. */
const INTEGRITY_LIMIT = 0.05;

/**
 * @param a the baseline
 * @throws Failure when the runbook of A declares no margin or alpha is none
 */
export function compare(a: ResultFile, b: ResultFile, options: CompareOptions = {}): Comparison {
  const files: Pair<ResultFile> = [a, b];
  const alpha = alphaOf(a, options.alpha);
  const marginNs = options.marginNs ?? marginOf(a, "offset_margin_ns");
  const sides: Pair<Side> = [sideOf(a, "A"), sideOf(b, "B")];
  const { questions, family } = answerAll(files, sides, alpha, marginNs);
  const strata = stratifyAll(files, alpha, questions);
  const association = crossTables(files);
  return {
    verdict: questions.offset.verdict,
    alpha,
    margin_ns: marginNs,
    margin_source: options.marginNs === undefined ? "runbook" : "option",
    holm_family: family,
    sides,
    ...questions,
    strata,
    association,
    stacks: stackFrames(files, strata, association),
    context: contextDifferences(files),
    warnings: warningsOf(files, sides, questions, strata),
  };
}

function answerAll(
  files: Pair<ResultFile>,
  sides: Pair<Side>,
  alpha: number,
  offsetMarginNs: number,
): { questions: Record<QuestionName, Question>; family: number } {
  const [a, b] = files;
  const stageMarginNs = marginOf(a, "ttwu_to_tkread_margin_ns");
  const broken = sides.filter((side) => side.integrity_errors > INTEGRITY_LIMIT * side.rows).map((side) =>
    `integrity failed: ${side.integrity_errors} of ${side.rows} runs in ${side.side} contradict themselves`
  );
  const protocol = protocolDifferences(a.meta, b.meta);
  const prepared = QUESTIONS.map((name) => {
    const duration = DURATION_OF[name];
    const samples: Pair<Float64Array> = [sortedSample(a, duration), sortedSample(b, duration)];
    const measured = measure(samples, name === "offset" ? offsetMarginNs : stageMarginNs, alpha);
    return { name, measured, confounded: [...protocol, ...hookDifferences(name, a.meta, b.meta)] };
  });
  const inFamily = broken.length > 0
    ? []
    : prepared.filter(({ measured, confounded }) =>
      measured.mann_whitney !== null && confounded.length === 0
    );
  const adjusted = holm(inFamily.map(({ measured }) => measured.mann_whitney!.p));
  const pHolm = new Map(inFamily.map(({ name }, index) => [name, adjusted[index]!]));
  const questions = Object.fromEntries(prepared.map(({ name, measured, confounded }) => [
    name,
    answer(measured, pHolm.get(name) ?? null, alpha, confounded, broken),
  ])) as Record<QuestionName, Question>;
  return { questions, family: inFamily.length };
}

function stratifyAll(
  files: Pair<ResultFile>,
  alpha: number,
  questions: Readonly<Record<QuestionName, Question>>,
): Stratification[] {
  const done: { key: TextName; confounded: string | null; stratification: Stratification }[] = [];
  for (const key of KEYS) {
    const confounded = strataConfounded(files, key, questions);
    const stratification = done.filter((earlier) => earlier.confounded === confounded)
      .flatMap((earlier) => {
        const names = renaming(files, earlier.key, key);
        return names === null ? [] : [renamed(earlier.stratification, key, names)];
      })[0] ?? stratify(files, key, alpha, confounded);
    done.push({ key, confounded, stratification });
  }
  return done.map(({ stratification }) => stratification);
}

/** Why shifts within the strata of a key cannot be concluded from. */
function strataConfounded(
  [a, b]: Pair<ResultFile>,
  key: TextName,
  questions: Readonly<Record<QuestionName, Question>>,
): string | null {
  const decode = key === "signature" ? decodeDifference(a.meta, b.meta) : null;
  return decode ??
    (questions.ttwu_to_tkread.verdict === "CONFOUNDED" ? "ttwu_to_tkread is CONFOUNDED" : null);
}

function crossTables(files: Pair<ResultFile>): CrossTable[] {
  const [a, b] = [files[0].meta, files[1].meta];
  const protocol = protocolDifferences(a, b)[0] ?? null;
  const decode = decodeDifference(a, b);
  const stacks =
    hookDifferences("ttwu_to_tkread", a, b).find((reason) => reason.startsWith("hooks of ttwu")) ?? null;
  return [
    crossColumns(files, "ttwu_stack", "signature", decode ?? stacks),
    crossSides(files, "ttwu_stack", protocol ?? stacks),
  ];
}

function stackFrames(
  files: Pair<ResultFile>,
  strata: readonly Stratification[],
  association: readonly CrossTable[],
): Record<string, readonly string[]> {
  const keys = new Set([
    ...strata.filter(({ key }) => key === "ttwu_stack").flatMap(({ groups }) =>
      groups.map(({ value }) => value)
    ),
    ...association.filter(({ rows }) => rows === "ttwu_stack").flatMap(({ row_values }) => row_values),
  ]);
  return Object.fromEntries(
    [...keys].sort().map((key) => [key, files[0].stacks.get(key) ?? files[1].stacks.get(key) ?? []]),
  );
}

function sideOf(file: ResultFile, side: "A" | "B"): Side {
  const { meta, end, texts } = file;
  const counts = new Float64Array(texts.status.values.length);
  for (const code of texts.status.codes()) counts[code]!++;
  const count = (status: string) => counts[texts.status.values.indexOf(status)]!;
  return {
    side,
    file: file.name,
    env: meta.env,
    host: meta.host,
    kernel: meta.kernel,
    tier: meta.tier,
    started: meta.started,
    rows: file.rows,
    complete: count("complete"),
    timeout: count("timeout"),
    aborted: count("aborted"),
    cut_off: end === null,
    lost_events: end?.lost_events ?? file.totals.lost_events,
    recursion_misses: end?.recursion_misses ?? file.totals.recursion_misses,
    self_reads: end?.self_reads ?? file.totals.self_reads,
    integrity_errors: file.integrityErrors,
  };
}
