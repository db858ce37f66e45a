/** What a file's runbook declares about conclusions from the file. */

import { EXIT, Failure } from "../failure.ts";
import { ERROR_RATE, isErrorRate } from "../units/error_rate.ts";
import { isLocksInShare, LOCKS_IN_SHARE } from "../units/locks_in_share.ts";
import { isSpreadRatio, SPREAD_RATIO } from "../units/spread_ratio.ts";
import { isTailMargin, TAIL_MARGIN } from "../units/tail_margin.ts";
import { type Margin, parseMargin } from "../units/margin.ts";
import { LEAD, type Question, type QuestionName } from "./questions.ts";
import type { Looks } from "./comparison.ts";
import type { Meta, Stage } from "../result/meta.ts";
import type { ResultFile } from "../result/file.ts";
import { levelOfEachLook } from "../stats/looks.ts";
import { quantileSorted } from "../stats/quantile.ts";

/** What declares, and its name for messages. */
type Declaring = Pick<ResultFile, "name" | "meta">;

const DEFAULT_ALPHA = 0.05;

/** Of a file that was measured before runbooks declared them. */
const DEFAULT_SPREAD_RATIO = 2;
const DEFAULT_LOCKS_IN_SHARE = 0.5;

/**
 * @param option replaces the runbook's value
 * @throws Failure when it is not a usable error rate
 */
export function alphaOf(file: Declaring, option: number | undefined): number {
  const alpha = option ?? declared(file, "alpha") ?? DEFAULT_ALPHA;
  if (isErrorRate(alpha)) return alpha;
  const found = option === undefined
    ? `the runbook of ${file.name} declares alpha ${alpha}`
    : `alpha is ${alpha}`;
  const remedy = `give --alpha ${ERROR_RATE}`;
  throw new Failure(option === undefined ? EXIT.failed : EXIT.usage, found, remedy);
}

/** The level of each test and interval. */
interface Levels {
  readonly alpha: number;
  readonly looks: Looks | null;
}

const DIGITS = 4;

/**
 * Which of its looks a file was ended by does not matter: by Pocock's rule the level is the same at each. There is one
 * level for all that is said, that of a two-sided test, half of alpha on each side. Taken alone, the margin's one-sided
 * tests could have a little more (0.0169 instead of 0.0158 with 5 looks at 0.05). It is rounded down, so that what is
 * printed is what is used.
 *
 * @param alpha of all looks together
 */
export function levelsOf(files: readonly { readonly meta: Pick<Meta, "looks"> }[], alpha: number): Levels {
  const planned = Math.max(...files.map(({ meta }) => meta.looks ?? 1));
  if (planned === 1) return { alpha, looks: null };
  const level = 2 * levelOfEachLook(planned, alpha / 2);
  const unit = 10 ** (Math.floor(Math.log10(level)) - DIGITS + 1);
  return {
    alpha: Number((Math.floor(level / unit) * unit).toPrecision(DIGITS)),
    looks: { planned, alpha },
  };
}

/** The margin of a question. */
export interface Declared {
  readonly margin: Margin;
  /** `option` and `default`: not declared before the runs. */
  readonly source: "runbook" | "option" | "default";
}

/** A question that not every runbook asks; its values are in the files, under its name. */
export interface Besides {
  readonly name: string;
  readonly title: string;
  /** What hooks observe of it. */
  readonly hooked: readonly Stage[];
  readonly declared: Declared;
}

/** Margins that were given for questions by name. */
export type Margins = Readonly<Partial<Record<QuestionName, Margin>>>;

/**
 * The margin of a question.
 *
 * @param options replace the runbook's
 * @throws Failure when the runbook declares none, or one that no runbook may have
 */
export function marginOf(file: Declaring, { name, role }: Question, options: Margins): Declared {
  const given = options[name as QuestionName];
  if (given !== undefined) return { margin: given, source: "option" };
  const field = `${name}_margin`;
  const text = file.meta.runbook[field];
  const remedy = `give --margin ${name}=10%`;
  if (typeof text === "string") {
    try {
      return { margin: parseMargin(text), source: "runbook" };
    } catch (cause) {
      if (!(cause instanceof Failure)) throw cause;
      const found = `the runbook of ${file.name} declares ${field} "${text}", which no runbook can`;
      throw new Failure(EXIT.failed, found, remedy, { cause });
    }
  }
  const before = role === LEAD.role ? BEFORE.lead : BEFORE.others;
  const ns = declared(file, before);
  if (ns !== null && ns > 0 && Number.isSafeInteger(ns)) {
    return { margin: { kind: "duration", ns }, source: "runbook" };
  }
  throw new Failure(
    EXIT.failed,
    ns !== null && ns > 0
      ? `the runbook of ${file.name} declares ${before} ${ns}, which no runbook can`
      : `the runbook of ${file.name} declares no ${field}`,
    remedy,
  );
}

/** What runbooks declared before each question had a margin of its own; ns. */
const BEFORE = { lead: "offset_margin_ns", others: "ttwu_to_tkread_margin_ns" } as const;

/**
 * A margin in ns against a sample of A; null where A has no runs, or a median that is not above 0.
 *
 * @param sortedA ascending, ns
 */
export function marginNs(margin: Margin, sortedA: Float64Array): number | null {
  if (margin.kind === "duration") return margin.ns;
  const median = sortedA.length === 0 ? 0 : quantileSorted(sortedA, 0.5);
  return median > 0 ? (median * margin.percent) / 100 : null;
}

/**
 * Ratio of spreads up to which two groups of runs count as one mechanism.
 *
 * @throws Failure when the runbook declares one that no runbook could
 */
export function spreadRatioOf(file: ResultFile): number {
  const ratio = declared(file, "spread_ratio") ?? DEFAULT_SPREAD_RATIO;
  if (isSpreadRatio(ratio)) return ratio;
  throw new Failure(
    EXIT.failed,
    `the runbook of ${file.name} declares spread_ratio ${ratio}, which no runbook can`,
    `declare ${SPREAD_RATIO} and measure again`,
  );
}

/**
 * How near the runs with a value must lie to each other for the value to lock in, by their distance to the others.
 *
 * @throws Failure when the runbook declares what no runbook could
 */
export function locksInShareOf(file: ResultFile): number {
  const share = declared(file, "locks_in_share") ?? DEFAULT_LOCKS_IN_SHARE;
  if (isLocksInShare(share)) return share;
  throw new Failure(
    EXIT.failed,
    `the runbook of ${file.name} declares locks_in_share ${share}, which no runbook can`,
    `declare ${LOCKS_IN_SHARE} and measure again`,
  );
}

/**
 * By how much P95 and P99 may differ, in percent of A's; null when the runbook declares nothing about that.
 *
 * @throws Failure when it declares what no runbook can
 */
export function tailMarginOf(file: ResultFile): number | null {
  const margin = declared(file, "tail_margin_percent");
  if (margin === null || isTailMargin(margin)) return margin;
  throw new Failure(
    EXIT.failed,
    `the runbook of ${file.name} declares tail_margin_percent ${margin}, which no runbook can`,
    `declare ${TAIL_MARGIN} and measure again`,
  );
}

/**
 * The deadline of the question LEAD, in ns; null when the runbook declares none.
 *
 * @throws Failure when it declares what no runbook can
 */
export function deadlineOf(file: ResultFile): number | null {
  const deadline = declared(file, "deadline_ns");
  if (deadline === null || (deadline > 0 && Number.isSafeInteger(deadline))) return deadline;
  throw new Failure(
    EXIT.failed,
    `the runbook of ${file.name} declares deadline_ns ${deadline}, which no runbook can`,
    "declare a whole number of ns above 0 and measure again",
  );
}

function declared(file: Declaring, field: string): number | null {
  const value = file.meta.runbook[field];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
