/** `probe compare`: is the measurement of the other files the same as that of the first, the baseline? */

import { columnsOf } from "../result/columns.ts";
import { DRAWN_KEYS, STRATA_KEYS } from "../mechanisms/keys.ts";
import { crossColumns, crossSides, stackFrames, type Testing } from "./association.ts";
import { decodeDifference, hookDifferences, protocolDifferences, stageDifference } from "./confounding.ts";
import { once, withFields } from "../lazy.ts";
import { Exploration } from "./exploration.ts";
import { FILE_KEY, keptColumn, type KeyName } from "../sample/key_columns.ts";
import { type Grouping, groupingOf } from "../sample/grouping.ts";
import { keyed, keyLimitsOf } from "./keyed.ts";
import {
  alphaOf,
  type Besides,
  deadlineOf,
  type Declared,
  levelsOf,
  marginOf,
  type Margins,
  tailMarginOf,
} from "./limits.ts";
import { answer, estimate, type Estimated } from "./answer.ts";
import { LEAD, OF_STRATA, perQuestion, type QuestionName, QUESTIONS, WHOLES } from "./questions.ts";
import { mixOf } from "./stratified.ts";
import { isDependent } from "./order.ts";
import { SPLIT } from "../parts/divided.ts";
import { partShifts } from "../parts/shifts.ts";
import { tails } from "../tails/tails.ts";
import { bootsIn } from "../sample/boots.ts";
import { statusesOf } from "../sample/counts.ts";
import { both, INTEGRITY_LIMIT, type Sample, sampleOf, sampleOfValues } from "../sample/sample.ts";
import type { VerdictReason } from "./reasons.ts";
import { renamed, type Renaming, renaming, stratify } from "./strata.ts";
import { contextDifferences, warningsOf } from "./warnings.ts";
import type { ColumnOf, Comparison, CrossTable, Looks, Side, Stratification } from "./comparison.ts";
import type { Pair } from "../sample/summary.ts";
import { besidesOf } from "../result/durations.ts";
import type { ResultFile } from "../result/file.ts";
import { holm } from "../stats/holm.ts";

export interface CompareOptions {
  /** Override the runbook's. */
  readonly margins?: Margins;
  /** In (0, 1/2); overrides the runbook's. */
  readonly alpha?: number;
  /** Of P95 and P99, in percent of A's; overrides the runbook's. */
  readonly tailMargin?: number;
  /** ns; overrides the runbook's. */
  readonly deadlineNs?: number;
  /** Columns whose values together make a stratum; default: several keys, one after the other. */
  readonly by?: readonly KeyName[];
  /** Files that are the baseline, byte by byte, with their SHA-256. */
  readonly sameAsBaseline?: ReadonlyMap<ResultFile, string>;
  /** Source of columns of `by` that a file does not keep. */
  readonly columnOf?: ColumnOf;
  /** What the runbook of the baseline asks besides QUESTIONS. */
  readonly besides?: readonly Besides[];
}

/**
 * Compares each file after the first with the first. All p-values of all comparisons are adjusted together.
 *
 * @param files at least two, the baseline first
 * @throws Failure when the runbook of the baseline declares no margin, or alpha is not an error rate
 */
export function compareAll(files: readonly ResultFile[], options: CompareOptions = {}): Comparison[] {
  const [baseline, ...others] = files;
  const exploration = new Exploration();
  const prepared = others.map((file, index) =>
    prepare([baseline!, file], ["A", letter(index + 1)], options, exploration)
  );
  const family = prepared.flatMap(({ tested }) => tested);
  const adjusted = holm(family.map(({ p }) => p));
  return prepared.map((one) => conclude(one, family, adjusted, exploration));
}

/** B for the first file after the baseline; after Z, the number. */
function letter(index: number): string {
  return index < 26 ? String.fromCharCode(65 + index) : `#${index + 1}`;
}

/** One question of one comparison, in the family of those whose p-values decide. */
interface Tested {
  readonly p: number;
}

/** The columns by which runs are grouped, and the groups of both sides. */
interface Key {
  readonly columns: readonly KeyName[];
  readonly groupings: Pair<Grouping>;
}

interface Asked {
  readonly estimated: Estimated;
  readonly confounded: readonly VerdictReason[];
  /** null when the question is not in the family. */
  readonly test: Tested | null;
}

/** A key that splits the runs in the same way as an earlier one. */
interface SameRuns {
  /** Index of the earlier one. */
  readonly as: number;
  readonly columns: readonly KeyName[];
  readonly renaming: Renaming;
}

/** A comparison whose deciding p-values are not adjusted yet. */
interface Prepared {
  readonly files: Pair<ResultFile>;
  readonly names: Pair<string>;
  readonly sides: Pair<Side>;
  readonly alpha: number;
  readonly looks: Looks | null;
  readonly broken: readonly VerdictReason[];
  readonly questions: Readonly<Record<QuestionName, Asked>>;
  readonly besides: readonly (Besides & Asked)[];
  readonly tested: readonly Tested[];
  /** Of both files, where they are one; else null. */
  readonly sha256: string | null;
  /** The columns that make the strata, one list for each of them. */
  readonly keys: readonly Key[];
  readonly strata: readonly (Stratification | SameRuns)[];
  readonly association: readonly CrossTable[];
  readonly mechanisms: () => Comparison["mechanisms"];
  readonly tails: () => Comparison["tails"];
  readonly parts: () => Comparison["parts"];
}

function prepare(
  files: Pair<ResultFile>,
  names: Pair<string>,
  options: CompareOptions,
  exploration: Exploration,
): Prepared {
  const [a, b] = files;
  const { alpha, looks } = levelsOf(files, alphaOf(a, options.alpha));
  const margins = perQuestion((question) => marginOf(a, question, options.margins ?? {}));
  const sides: Pair<Side> = [sideOf(a, names[0]), sideOf(b, names[1])];
  const broken = brokenSides(files, sides);
  const protocol = protocolDifferences(a.meta, b.meta);
  const samples = perQuestion(({ duration }) => both(files, (file) => sampleOf(file, duration)));
  const asked = (of: Pair<Sample>, declared: Declared, hooks: readonly VerdictReason[]): Asked => {
    const estimated = estimate(of, declared, alpha, exploration);
    const confounded = [...protocol, ...hooks];
    const p = estimated.numbers.brunner_munzel?.p;
    const test = p === undefined || confounded.length + broken.length > 0 ? null : { p };
    return { estimated, confounded, test };
  };
  const questions = perQuestion((question) =>
    asked(samples[question.name], margins[question.name], hookDifferences(question, a.meta, b.meta))
  );
  const besides = (options.besides ?? []).map((question) => {
    const hooks = question.hooked.flatMap((stage) => stageDifference(stage, a.meta, b.meta) ?? []);
    const of = both(files, (file) => sampleOfValues(file, besidesOf(file, question.name)));
    return { ...question, ...asked(of, question.declared, hooks) };
  });
  const isConfounded = questions[OF_STRATA.name].confounded.length > 0;
  const tailed = ({ name, duration }: (typeof WHOLES)[number]) => {
    const { estimated: { numbers: { series, order, boots } }, confounded } = questions[name];
    return {
      name,
      duration,
      samples: samples[name],
      effectiveRuns: both(series, ({ effective_n }) => effective_n),
      isDependent: isDependent(order) || boots.some((of) => of !== null),
      confounded,
      broken,
    };
  };
  // Refused at once, whoever reads the tails and what is said of keys.
  const keyLimits = keyLimitsOf(a);
  const ofTails = {
    alpha,
    marginPercent: options.tailMargin ?? tailMarginOf(a),
    deadlineNs: options.deadlineNs ?? deadlineOf(a),
  };
  const columnOf = options.columnOf ?? keptColumn;
  const keys = (options.by === undefined ? defaultKeys(files) : [options.by]).map(
    (columns): Key => {
      return {
        columns,
        groupings: both(files, (file) => groupingOf(columns.map((name) => columnOf(file, name)))),
      };
    },
  );
  return {
    files,
    names,
    sides,
    alpha,
    looks,
    broken,
    questions,
    besides,
    tested: [...QUESTIONS.map(({ name }) => questions[name]), ...besides].flatMap(({ test }) => test ?? []),
    sha256: options.sameAsBaseline?.get(b) ?? null,
    keys,
    strata: stratifyAll(files, samples, keys, alpha, isConfounded, exploration),
    association: crossTables(files, names, options.by ?? null, { alpha, columnOf, exploration }),
    mechanisms: once(() =>
      keyed(files, alpha, keyLimits, ({ name }) => {
        const { confounded, estimated: { numbers: { series, order, margin_ns } } } = questions[name];
        return { samples: samples[name], series, order, margin_ns, isConfounded: confounded.length > 0 };
      })
    ),
    tails: once(() => tails(files, tailed(LEAD), WHOLES.map(tailed), ofTails)),
    parts: once(() =>
      partShifts(
        files,
        alpha,
        (name) => isDependent(questions[name === SPLIT.name ? "offset" : name].estimated.numbers.order),
      )
    ),
  };
}

/** Why a side cannot be trusted. */
export function brokenSides(files: Pair<ResultFile>, sides: Pair<Side>): VerdictReason[] {
  return ([0, 1] as const).flatMap((side): VerdictReason[] => {
    const { integrity_errors: errors } = sides[side];
    const rows = allRowsOf(files[side]);
    return errors > INTEGRITY_LIMIT * rows ? [{ code: "integrity", side, errors, rows }] : [];
  });
}

const IN_EVERY_FILE: ReadonlySet<string> = new Set(columnsOf(0).map(({ name }) => name));

/**
 * What the runbook had drawn comes first: nothing else can be behind its effect. An outcome for which files of older
 * programs have no column is only a key where one of the files observed it.
 */
function defaultKeys(files: Pair<ResultFile>): (readonly KeyName[])[] {
  const [{ texts, parts }, { parts: others }] = files;
  const declared = DRAWN_KEYS.filter((name) =>
    texts[name].values.filter((value) => value !== null).length > 1
  );
  const several = parts === undefined && others === undefined ? [] : [FILE_KEY] as const;
  const observed = STRATA_KEYS.filter((name) =>
    IN_EVERY_FILE.has(name) || files.some(({ texts }) => texts[name].values.some((value) => value !== null))
  );
  return [...declared, ...several, ...observed].map((key) => [key]);
}

/** Contradictions are counted in all rows of a file, whichever are used. */
function allRowsOf({ notes, rows }: ResultFile): number {
  const chosen = notes.filter((note) => note.code === "where");
  return chosen.length === 0 ? rows : chosen.reduce((sum, { of }) => sum + of, 0);
}

function conclude(
  prepared: Prepared,
  family: readonly Tested[],
  adjusted: readonly number[],
  exploration: Exploration,
): Comparison {
  const { files, sides, alpha, looks, association } = prepared;
  const concluded = ({ estimated, confounded, test }: Asked) => {
    const at = test === null ? -1 : family.indexOf(test);
    // When runs of this question are left out, the others of the family stay as they are.
    const adjustedAs = (p: number) =>
      p === family[at]!.p ? adjusted[at]! : holm(family.with(at, { p }).map((test) => test.p))[at]!;
    return answer(estimated, {
      alpha,
      adjusted: at < 0 ? null : adjustedAs,
      confounded,
      broken: prepared.broken,
    });
  };
  const answers = perQuestion(({ name }) => concluded(prepared.questions[name]));
  const besides = prepared.besides.map((one) => ({
    name: one.name,
    title: one.title,
    answer: concluded(one),
  }));
  const strata: Stratification[] = [];
  for (const one of prepared.strata) {
    strata.push(
      "as" in one ? renamed(strata[one.as]!, one.columns, one.renaming) : one,
    );
  }
  for (const { name } of WHOLES) {
    answers[name] = withFields(answers[name], { mix: mixOf(name, answers[name], strata) });
  }
  return {
    verdict: answers[LEAD.name].verdict,
    alpha,
    ...(looks === null ? {} : { looks }),
    holm_family: family.length,
    get bh_family() {
      return exploration.size;
    },
    sides,
    ...answers,
    besides,
    asked: [],
    asked_family: 0,
    get mechanisms() {
      return prepared.mechanisms();
    },
    get tails() {
      return prepared.tails();
    },
    get parts() {
      return prepared.parts();
    },
    strata,
    association,
    stacks: stackFrames(files, strata, association),
    context: contextDifferences(files),
    warnings: warningsOf(files, sides, { ...answers, besides }, strata, prepared.keys, prepared.sha256),
  };
}

function stratifyAll(
  files: Pair<ResultFile>,
  samples: Parameters<typeof stratify>[1],
  keys: readonly Key[],
  alpha: number,
  isConfounded: boolean,
  exploration: Exploration,
): (Stratification | SameRuns)[] {
  const decode = decodeDifference(files[0].meta, files[1].meta);
  const whole = isConfounded ? { code: "question_confounded", question: OF_STRATA.name } as const : null;
  const confounds = keys.map(({ columns }) => columns.includes("signature") ? decode ?? whole : whole);
  return keys.map(({ columns, groupings }, index) => {
    for (let as = 0; as < index; as++) {
      const names = confounds[as] === confounds[index] ? renaming(keys[as]!.groupings, groupings) : null;
      if (names !== null) return { as, columns, renaming: names };
    }
    return stratify(files, samples, columns, groupings, alpha, confounds[index]!, exploration);
  });
}

function crossTables(
  files: Pair<ResultFile>,
  names: Pair<string>,
  by: readonly KeyName[] | null,
  test: Testing,
): CrossTable[] {
  const [a, b] = both(files, ({ meta }) => meta);
  const protocol = protocolDifferences(a, b)[0] ?? null;
  const decode = decodeDifference(a, b);
  const stacks = stageDifference("ttwu", a, b);
  const depends = (columns: readonly KeyName[]) =>
    protocol ?? (columns.includes("ttwu_stack") ? stacks : columns.includes("signature") ? decode : null);
  return [
    crossColumns(files, names, "ttwu_stack", "signature", decode ?? stacks, test),
    crossSides(files, names, ["ttwu_stack"], "signature", depends(["ttwu_stack"]), test),
    ...(by === null || by.join() === "ttwu_stack"
      ? []
      : [crossSides(files, names, by, null, depends(by), test)]),
  ];
}

function sideOf(file: ResultFile, side: string): Side {
  const { meta, end } = file;
  const { complete, timeout, aborted } = statusesOf(file);
  return {
    side,
    file: file.name,
    ...file.parts === undefined ? {} : {
      pooled: file.parts.map(({ name, rows, runOffset }) => ({ file: name, rows, run_offset: runOffset })),
    },
    env: meta.env,
    host: meta.host,
    kernel: meta.kernel,
    tier: meta.tier,
    started: meta.started,
    runbook_file: meta.runbook_file?.name ?? null,
    rows: file.rows,
    complete,
    timeout,
    aborted,
    cut_off: end === null,
    lost_events: end?.lost_events ?? file.totals.lost_events,
    recursion_misses: end?.recursion_misses ?? file.totals.recursion_misses,
    self_reads: end?.self_reads ?? file.totals.self_reads,
    integrity_errors: file.integrityErrors,
    boots: bootsIn(file),
  };
}
