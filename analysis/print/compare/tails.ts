/** The slowest runs: P95 and P99 of both sides, and how many missed the deadline. */

import type { Comparison } from "../../compare/comparison.ts";
import { LEAD } from "../../compare/questions.ts";
import type { VerdictReason } from "../../compare/reasons.ts";
import type { Pair } from "../../sample/summary.ts";
import type { LateRuns, TailReason, TailSide } from "../../tails/tail.ts";
import type { Cell, Finding, Said, Table } from "../model.ts";
import {
  chosen,
  confidence,
  duration,
  exact,
  joined,
  number,
  plain,
  points,
  runsWorth,
  say,
  share,
  shift,
  times,
} from "../said.ts";
import { lettersOf, reasonInWords } from "./reasons.ts";
import { difference, type Sides } from "./sides.ts";

export type TailColumn = "verdict" | "a" | "b" | "ratio" | "interval";

export interface ToldTails {
  readonly title: string;
  /** Empty when the runbook declares no margin, or when each quantile needs more runs. */
  readonly table: Table<TailColumn>;
  /** What the verdicts rest on, quantile by quantile. */
  readonly findings: readonly Finding[];
  /** Runs later than the deadline. */
  readonly late: readonly Finding[];
  /** What is not said, and why. */
  readonly lacks: readonly Said[];
  /** Empty when nothing was computed. */
  readonly methods: readonly Said[];
}

type Tail = Comparison["tails"]["quantiles"][number];

export function tellTails(comparison: Comparison, sides: Sides): ToldTails {
  const { quantiles, margin_percent: margin, exceedance } = comparison.tails;
  const isSmall = quantiles.every(isTooSmall);
  const shown = margin === null || isSmall ? [] : quantiles;
  return {
    title: "tails: P95 and P99",
    table: table(shown, sides),
    findings: shown.flatMap((tail) => findingsOf(tail, sides)),
    late: exceedance === null ? [] : late(exceedance, comparison, sides),
    lacks: [
      ...margin === null ? [plain("no verdict: the runbook declares no tail_margin")] : [],
      ...margin !== null && isSmall ? tooSmall(quantiles, sides) : [],
      ...exceedance === null
        ? [plain(`late runs are not counted: the runbook declares no deadline of the ${LEAD.name}`)]
        : [],
    ],
    methods: methods(shown.length > 0 ? margin : null, exceedance !== null, sides),
  };
}

function isTooSmall({ sides, needs }: Tail): boolean {
  return sides.some(({ n }) => n < needs);
}

/** One sentence for each quantile, if all questions have the same runs. */
function tooSmall(quantiles: readonly Tail[], { letters }: Sides): Said[] {
  const isSame = new Set(quantiles.map(({ sides }) => sides.map(({ n }) => n).join())).size === 1;
  return quantiles.filter(({ question }) => !isSame || question === quantiles[0]!.question).map((tail) => {
    const n = [tail.sides[0].n, tail.sides[1].n] as const;
    const reason = tailReason({ code: "few_runs_for_bounds", n, needs: tail.needs }, letters);
    return say`${isSame ? "" : `${tail.question} `}${nameOf(tail)}: n too small, ${reason}`;
  });
}

function nameOf({ quantile }: Tail): string {
  return `P${Math.round(100 * quantile)}`;
}

function table(quantiles: readonly Tail[], sides: Sides): Table<TailColumn> {
  const [a, b] = sides.letters;
  return {
    caption: "The slowest runs",
    head: "quantile",
    lines: [],
    columns: [
      { id: "verdict", name: "verdict", per: "row" },
      { id: "a", name: a, per: "row" },
      { id: "b", name: b, per: "row" },
      { id: "ratio", name: ratioName(sides), per: "row" },
      { id: "interval", name: "interval", per: "row" },
    ],
    rows: quantiles.map((tail) => ({
      head: plain(`${tail.question} ${nameOf(tail)}`),
      cells: {
        verdict: [tail.verdict === null ? null : plain(tail.verdict)],
        a: [value(tail, 0)],
        b: [value(tail, 1)],
        ratio: [tail.ratio === null ? null : times(tail.ratio)],
        interval: [ratioEnds(tail.ratio_ci)],
      },
      bins: [],
    })),
    range: null,
    empty: "no quantile",
  };
}

function ratioName({ letters: [a, b] }: Sides): string {
  return `${b} / ${a}`;
}

/** A quantile that lies among the runs that timed out has no value, and neither has one of too few runs. */
function value({ sides, needs }: Tail, side: 0 | 1): Cell {
  const { value_ns, n } = sides[side];
  if (n === 0) return null;
  if (n < needs) return plain("n too small");
  return value_ns === null ? plain(TIMED_OUT) : duration(value_ns);
}

/** Slower than the time limit of a run: nothing more is known. */
const TIMED_OUT = "timed out";

function ratioEnds([low, high]: Pair<number | null>): Cell {
  if (low === null) return null;
  return say`[${times(low)}, ${high === null ? "open" : times(high)}]`;
}

function findingsOf(tail: Tail, sides: Sides): Finding[] {
  const { letters, alpha } = sides;
  const topic = `${tail.question} ${nameOf(tail)}`;
  const finding = (part: Partial<Finding> & Pick<Finding, "value">): Finding => (
    { topic, of: null, what: null, certainty: null, method: null, ...part }
  );
  const level = confidence(2 * alpha);
  const [low, high] = tail.shift_ci_ns;
  const ratio = ratioEnds(tail.ratio_ci);
  return [
    ...tail.reasons.filter(isOfTails).map((reason) => finding({ value: tailReason(reason, letters) })),
    ...tail.sides.flatMap((side, index) =>
      side.n < tail.needs ? [] : [finding({
        of: letters[index]!,
        value: side.value_ns === null ? plain(TIMED_OUT) : duration(side.value_ns),
        certainty: joined([sideEnds(side, level), counted(side)], ", "),
      })]
    ),
    ...tail.ratio === null ? [] : [finding({
      what: ratioName(sides),
      value: times(tail.ratio),
      certainty: ratio === null ? null : say`${level} interval ${ratio}`,
    })],
    ...tail.shift_ns === null ? [] : [finding({
      what: `shift ${difference(sides)}`,
      value: shift(tail.shift_ns),
      certainty: low === null && high === null ? null : say`${level} interval [${end(low)}, ${end(high)}]`,
    })],
    ...tail.power === null ? [] : [finding({ what: "power", value: number(tail.power) })],
  ];
}

/** The other reasons are those of the question, and stand there. */
const OF_THE_QUESTION: readonly string[] = [
  "runbook",
  "runbook_hash",
  "hooks",
  "integrity",
] satisfies VerdictReason["code"][];

function isOfTails({ code }: TailReason | VerdictReason): boolean {
  return !OF_THE_QUESTION.includes(code);
}

function sideEnds({ ci_ns: [low, high] }: TailSide, level: Said): Cell {
  if (low === null) return null;
  return say`${level} interval [${duration(low)}, ${high === null ? TIMED_OUT : duration(high)}]`;
}

function end(ns: number | null): Said {
  return ns === null ? plain("open") : shift(ns);
}

function counted({ n, timeout }: { readonly n: number; readonly timeout: number }): Said {
  const of = say`n ${exact(n)}`;
  return timeout === 0 ? of : say`${of} (${exact(timeout)} timed out)`;
}

function late(
  { question, deadline_ns, sides: found, difference: by, difference_ci: ci, reasons }: NonNullable<
    Comparison["tails"]["exceedance"]
  >,
  comparison: Comparison,
  sides: Sides,
): Finding[] {
  const topic = `later than ${chosen(deadline_ns).text}`;
  const { letters, alpha } = sides;
  const level = confidence(alpha);
  const note = (value: Said): Finding => (
    { topic, of: null, what: null, value, certainty: null, method: null }
  );
  const sideOf = (of: LateRuns, index: number): Finding => ({
    topic,
    of: letters[index]!,
    what: null,
    value: of.share === null
      ? plain("not observed")
      : say`${exact(of.late)} of ${exact(of.n)} runs, ${share(of.share)}${timedOut(of)}`,
    certainty: of.share_ci === null
      ? null
      : say`${level} interval [${share(of.share_ci[0])}, ${share(of.share_ci[1])}]`,
    method: null,
  });
  return [
    ...reasons.filter(isOfTails).map((reason) => note(tailReason(reason, letters))),
    ...reasons.every(isOfTails)
      ? []
      : [note(plain(`${question} is ${comparison[question].verdict}: for information only`))],
    ...found.map(sideOf),
    ...by === null ? [] : [{
      topic,
      of: null,
      what: difference(sides),
      value: points(by),
      certainty: ci === null ? null : say`${level} interval [${points(ci[0])}, ${points(ci[1])}]`,
      method: null,
    }],
  ];
}

function timedOut({ timeout }: LateRuns): Said {
  return timeout === 0 ? plain("") : say` (${exact(timeout)} timed out)`;
}

function methods(margin: number | null, hasDeadline: boolean, { letters: [a, b], alpha }: Sides): Said[] {
  const level = confidence(2 * alpha);
  return [
    ...margin === null ? [] : [
      say`Tails: runs that timed out count as slower than all others. EQUIVALENT: the ${level} interval of ${b} / ${a} lies between ${
        exact(limit(-margin))
      } and ${exact(limit(margin))} (tail_margin ${exact(margin)} %); DIFFERENT: beyond them.`,
      plain("Bounds by exact order statistics, ratio and shift by MOVER; each verdict has alpha of its own."),
      plain("power: of EQUIVALENT with so many runs if both are the same, by 1000 simulated pairs."),
    ],
    ...hasDeadline
      ? [plain("Late runs: those that timed out count; intervals by Wilson, of the difference by Newcombe.")]
      : [],
  ];
}

/** The ratio at the end of a margin in percent. */
function limit(percent: number): number {
  return Number((1 + percent / 100).toPrecision(6));
}

/** @param letters of the sides */
export function tailReason(reason: TailReason | VerdictReason, letters: ReturnType<typeof lettersOf>): Said {
  switch (reason.code) {
    case "no_tail_margin":
      return plain("the runbook declares no tail_margin");
    case "few_runs_for_bounds": {
      const { n: [inA, inB], needs } = reason;
      return say`its bounds need ${exact(needs)} runs a side, ${letters[0]} has ${exact(inA)} and ${
        letters[1]
      } ${exact(inB)}`;
    }
    case "runs_depend":
      return plain(
        "runs depend on each other, by their order or their boot, and the bounds take them as independent",
      );
    case "few_effective_runs_for_bounds": {
      const { side, n, effective_n, needs } = reason;
      return say`neighbouring runs of ${letters[side]} are alike: its ${exact(n)} runs count as ${
        runsWorth(effective_n)
      }, its bounds need ${exact(needs)}`;
    }
    case "among_timeouts": {
      const where = joined(reason.sides.map((side) => plain(letters[side])), " and of ");
      return say`the quantile of ${where}, or its upper bound, is slower than the time limit of a run: nothing more is known`;
    }
    case "not_positive":
      return plain("a bound is not above 0, so no ratio exists");
    case "margin_in_interval":
      return plain(`an end of the margin lies in the interval of ${letters[1]} / ${letters[0]}`);
    default:
      return reasonInWords(reason, letters);
  }
}
