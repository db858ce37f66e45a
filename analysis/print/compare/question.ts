/** One question and its answer. */

import {
  type Answer,
  type Answered,
  answersOf,
  type Comparison,
  type LeaveOut,
} from "../../compare/comparison.ts";
import { LEAD } from "../../compare/questions.ts";
import type { Verdict } from "../../compare/verdict.ts";
import { TIERS } from "../../result/meta.ts";
import { THIN_BELOW } from "../../sample/sample.ts";
import { histogramRange, outliers, placeAndSpread } from "../measured.ts";
import type { Cell, Field, Finding, Note, Said, Table } from "../model.ts";
import {
  confidence,
  duration,
  exact,
  interval,
  joined,
  marginInWords,
  NOT_DECLARED,
  percentShift,
  plain,
  points,
  say,
  share,
  shift,
  signed,
  sizes,
  times,
} from "../said.ts";
import { each, withFields } from "../../lazy.ts";
import { findingsOf } from "./findings.ts";
import { reasonInWords } from "./reasons.ts";
import { difference, madRatioInWords, madRatioName, shiftInterval, type Sides } from "./sides.ts";

export type SampleColumn = "n" | "median" | "iqr" | "mad" | "p95" | "p99" | "outliers";

export interface ToldQuestion {
  readonly name: string;
  readonly title: string;
  readonly verdict: Verdict;
  /** The answer to the question whether both sides are the same. */
  readonly reply: string;
  /** Why to read the numbers with care; null: no caution. */
  readonly caution: Cell;
  /** The deciding numbers, a few words each. */
  readonly facts: readonly Said[];
  /** How the first facts were obtained. */
  readonly methods: readonly Said[];
  /** Sentences for readers who know no statistics. They claim no more than the statistics do. */
  readonly explanation: readonly Said[];
  /** Why the verdict is what it is, and what would change it. */
  readonly notes: readonly Note[];
  readonly samples: Table<SampleColumn>;
  readonly outliers: readonly Field[];
  readonly findings: readonly Finding[];
}

/** Answers to the question: is it the same on both sides? */
export const REPLIES: Readonly<Record<Verdict, string>> = {
  EQUIVALENT: "Yes, the same within the margin",
  "DIFFERENT-WITHIN-MARGIN": "Different, but by less than the margin",
  DIFFERENT: "No, different",
  INCONCLUSIVE: "Not settled by these runs",
  "NO-DATA": "No answer: too little data",
  CONFOUNDED: "No answer: not measured in the same way",
};

/** Where a margin comes from. */
const SET: Readonly<Record<Answer["margin_source"], string>> = {
  runbook: "set before the runs",
  option: "set by --margin",
  default: "set by default",
};
const BESIDE_MARGIN: Readonly<Record<Answer["margin_source"], string>> = {
  runbook: "",
  option: " (from --margin, not declared before the runs)",
  default: " (the default, not declared before the runs)",
};

const ASKED: Note = {
  label: "asked",
  says: plain(`${NOT_DECLARED}, its p adjusted with those of other such questions`),
};

/** Told at once; all else when it is read. */
type Shown = "name" | "title" | "verdict" | "reply";

export function tellQuestion(
  { name, title, answer, isAsked }: Answered,
  comparison: Comparison,
  sides: Sides,
): ToldQuestion {
  const { verdict, brunner_munzel: test } = answer;
  return withFields(
    { name, title, verdict, reply: REPLIES[verdict] },
    each<Omit<ToldQuestion, Shown>>({
      caution: () => verdict === "CONFOUNDED" ? plain("the numbers are for information only") : null,
      facts: () => [
        say`shift ${difference(sides)} ${shift(answer.shift_ns)} (${percentShift(answer.shift_percent)})`,
        shiftInterval(answer.shift_ci_ns, sides),
        say`margin ${marginInWords(answer)}${BESIDE_MARGIN[answer.margin_source]}`,
        say`n ${sizes(answer.n)}`,
        say`Cliff's delta ${signed(answer.cliffs_delta)}`,
      ],
      methods:
        () => [plain(answer.shift_method ?? "no interval"), plain(test === null ? "no test" : test.method)],
      explanation: () => [finding(answer, sides), ...meaning(answer, sides)],
      notes: () => [
        ...isAsked ? [ASKED] : [],
        ...name === LEAD.name ? looks(comparison) : [],
        ...wideMargin(answer, comparison, sides),
        ...mix(answer, sides),
        ...reasons(answer, sides),
        ...boots(name, answer, comparison),
        ...spread(answer, sides),
        ...modes(answer, sides),
        ...needed(answer, comparison),
        ...stability(answer.leave_out, sides),
        ...thin(answer),
      ],
      samples: () => samples(answer, sides),
      outliers: () => outliersOf(answer, sides),
      findings: () => findingsOf(answer, comparison, sides),
    }),
  );
}

/** What was seen. */
function finding({ shift_ns, median_ns }: Answer, { letters: [a, b] }: Sides): Said {
  const medians = say`Median ${duration(median_ns[0])} in ${a} and ${duration(median_ns[1])} in ${b}`;
  if (shift_ns === null) return say`${medians}.`;
  if (shift_ns === 0) return say`${medians}: no shift.`;
  const where = shift_ns > 0 ? "later" : "earlier";
  return say`${medians}: ${b} is about ${duration(Math.abs(shift_ns))} ${where}.`;
}

/** What the verdict is based on. */
function meaning(answer: Answer, { alpha }: Sides): Said[] {
  const { verdict, tost } = answer;
  if (tost === null) return [];
  const range = say`${confidence(2 * alpha)} interval of the shift, ${interval(tost.ci_ns)},`;
  const margin = say`the margin of ${marginInWords(answer)} that was ${SET[answer.margin_source]}`;
  switch (verdict) {
    case "EQUIVALENT":
      return [say`All of the ${range} lies inside ${margin}: that counts as the same.`];
    case "DIFFERENT-WITHIN-MARGIN":
      return [say`There is a shift, but all of the ${range} lies inside ${margin}.`];
    case "DIFFERENT":
      return [say`All of the ${range} lies outside ${margin}, and the test agrees.`];
    case "INCONCLUSIVE":
      return [say`The ${range} shows neither "the same" nor "different" at ${margin}.`];
    default:
      return [];
  }
}

function reasons({ reasons }: Answer, { letters }: Sides): Note[] {
  return reasons.map((reason) => ({ label: "because", says: reasonInWords(reason, letters) }));
}

/** Why intervals are wider than alpha lets expect: the data could end the measurement. */
function looks({ alpha, looks }: Comparison): Note[] {
  if (looks === undefined) return [];
  const each = say`${exact(looks.planned)} were planned (Pocock): every test and interval has alpha ${
    exact(alpha)
  }`;
  return [{ label: "looks", says: say`${each}, so that all looks together err in ${exact(looks.alpha)}` }];
}

/** Most of A's median that a margin may be and still say something. */
const WIDE = 0.5;

/** @param margin in medians of A; null: not known */
export function isWide(margin: number | null): boolean {
  return margin !== null && margin > WIDE;
}

/** What such a margin calls equal may be a large part of the whole. */
function wideMargin(answer: Answer, comparison: Comparison, { letters: [a] }: Sides): Note[] {
  const { margin_to_median: wide, median_ns: [median] } = answer;
  if (!isWide(wide)) return [];
  const first = answersOf(comparison).find((one) => isWide(one.answer.margin_to_median));
  const meaning = first?.answer === answer
    ? ": what it calls equal may be far apart; --margin 10% asks more"
    : "";
  const says = say`the margin is ${times(wide!)} times ${a}'s median of ${duration(median)}${meaning}`;
  return [{ label: "margin", says }];
}

/** That a difference comes from how often each stratum occurs, not from within them. */
function mix({ mix }: Answer, sides: Sides): Note[] {
  if (mix === null) return [];
  const within = say`inside the strata of ${mix.key} the shift is ${shift(mix.shift_ns)}`;
  const says = say`${within}, ${shiftInterval(mix.shift_ci_ns, sides)}: their mix makes the difference`;
  return [{ label: "mix", says }];
}

/** How often each side is in the upper one of two modes, whatever its median. */
function modes({ modes }: Answer, { letters: [a, b], alpha }: Sides): Note[] {
  if (modes === null) return [];
  const { cut, shares: [inA, inB], difference: { difference, low, high } } = modes;
  const where = say`${share(inA.share)} of ${a} and ${share(inB.share)} of ${b} lie above ${duration(cut)}`;
  const by = say`${points(difference)}, ${confidence(alpha)} interval [${points(low)}, ${points(high)}]`;
  return [{ label: "modes", says: say`${where}: ${by}` }];
}

/** How much of what the runs differ by lies between the boots; and that nothing is known of it, with the first question. */
function boots(name: string, { boots }: Answer, { sides }: Comparison): Note[] {
  return sides.flatMap(({ side, boots: counted }, at): Note[] => {
    const of = boots[at] ?? null;
    if (of !== null) {
      const between = of.icc === null
        ? ""
        : say`${share(of.icc)} of the variance (of ranks) lies between them, `;
      const medians = of.medians_ns.map((ns) => duration(ns));
      const says = say`${exact(of.boots)} of ${side}: ${between}medians ${joined(medians, " to ")}`;
      return [{ label: "boots", says }];
    }
    if (counted !== 1 || name !== LEAD.name) return [];
    return [{
      label: "boots",
      says: plain(
        `${side} is one boot of its VM, and another may lie elsewhere: declare boots to know how far`,
      ),
    }];
  });
}

/** "The same" is said of the place alone. */
function spread({ verdict, spread: of }: Answer, sides: Sides): Note[] {
  if (verdict !== "EQUIVALENT" && verdict !== "DIFFERENT-WITHIN-MARGIN") return [];
  // Read here: it is resampled where it is told.
  const { mad_ratio: ratio, direction } = of;
  if (ratio === null || direction === null || direction === "unclear") return [];
  const says = say`the same in place, not in spread: ${madRatioName(sides)} ${
    madRatioInWords(ratio, direction, sides)
  }`;
  return [{ label: "spread", says }];
}

/** docs/validation.md has the numbers. */
const SECOND_LOOK =
  "; measuring again is a second look: at alpha 0.05 a false EQUIVALENT comes in 6 to 10 % instead of 5 %, and --until-decided keeps the 5 %";

/** What would settle the question; what that costs is said where it is first needed. */
function needed(answer: Answer, comparison: Comparison): Note[] {
  const { verdict, n_to_settle: runs } = answer;
  const { sides } = comparison;
  const isFirst = answer === answersOf(comparison).find(({ answer }) => answer.n_to_settle !== null)?.answer;
  const tiers = new Set(sides.map(({ tier }) => tier));
  const common = tiers.size > 1 ? TIERS.findLast((tier) => tiers.has(tier)) : undefined;
  return [
    ...verdict === "CONFOUNDED" ? repeat(comparison, answer.reasons, common) : [],
    ...runs === null ? [] : [
      say`about ${
        exact(runs)
      } complete runs a side would settle it with 80 % probability, if shift and spread stay (normal approximation; probe power simulates)${
        isFirst ? SECOND_LOOK : ""
      }`,
    ],
  ].map((says) => ({ label: "needed", says }));
}

/** The measurement that would answer: of the side that is not as the other. */
function repeat(
  { sides }: Comparison,
  reasons: Answer["reasons"],
  common: string | undefined,
): Said[] {
  const [a, b] = sides;
  const isOther = reasons.some(({ code }) => code === "runbook" || code === "runbook_hash");
  if (!isOther && common === undefined) return [];
  const again = !isOther && a.tier !== common ? a : b;
  const words = [
    `repeat ${again.side}: probe run --env ${again.env}`,
    ...isOther ? [`--runbook ${a.runbook_file ?? "A's"}`] : [],
    ...common === undefined ? [] : [`--require ${common}`],
  ];
  const both = isOther && common !== undefined && a.tier !== common ? `, and ${a.side} too` : "";
  return [plain(`${words.join(" ")}${both}`)];
}

/** How stable the verdict is; empty when that was not examined. */
function stability(leaveOut: LeaveOut | null, { letters }: Sides): Note[] {
  if (leaveOut === null) return [];
  const { runs, verdict, left_out, searched, reason } = leaveOut;
  if (runs !== null && left_out !== null) {
    const which = joined(letters.map((letter, side) => say`${exact(left_out[side]!)} of ${letter}`), " and ");
    const are = runs === 1 ? "run is" : "runs are";
    return [{ label: "flips", says: say`to ${verdict!} when ${exact(runs)} ${are} left out (${which})` }];
  }
  return reason === null
    ? [{ label: "stable", says: say`leaving out up to ${exact(searched)} extreme runs does not change it` }]
    : [];
}

function thin({ thin, verdict }: Answer): Note[] {
  if (!thin || verdict === "NO-DATA") return [];
  const says = plain(`fewer than ${THIN_BELOW} runs on a side: a few of them decide everything`);
  return [{ label: "thin", says }];
}

function samples(answer: Answer, { letters }: Sides): Table<SampleColumn> {
  const { histogram } = answer;
  return {
    caption: "Both sides",
    head: "side",
    lines: [],
    columns: [
      { id: "n", name: "n", per: "row" },
      ...placeAndSpread("row"),
      { id: "p95", name: "P95", per: "row" },
      { id: "p99", name: "P99", per: "row" },
      { id: "outliers", name: `outliers (${TUKEY})`, per: "row" },
    ],
    rows: ([0, 1] as const).map((side) => ({
      head: plain(letters[side]),
      cells: {
        n: [exact(answer.n[side])],
        median: [duration(answer.median_ns[side])],
        iqr: [duration(answer.iqr_ns[side])],
        mad: [duration(answer.mad_ns[side])],
        p95: [percentile(answer.p95_ns[side], answer.n[side])],
        p99: [percentile(answer.p99_ns[side], answer.n[side])],
        outliers: [outliers(answer.outliers[side])],
      },
      bins: histogram === null || answer.n[side] === 0 ? [] : [histogram.counts[side]],
    })),
    range: histogramRange(histogram),
    empty: "no side",
  };
}

function percentile(ns: number | null, n: number): Cell {
  if (ns !== null) return duration(ns);
  return n > 0 ? plain("n too small") : null;
}

const TUKEY = "Tukey; none is left out";

/** The table's last column in one line, for layouts that have no room for the column. */
function outliersOf(answer: Answer, { letters }: Sides): Field[] {
  const found = letters.flatMap((letter, side) => {
    const words = outliers(answer.outliers[side]!);
    return words === null ? [] : [say`${letter} ${words}`];
  });
  return found.length === 0 ? [] : [{ label: "outliers", says: say`${joined(found, "; ")} (${TUKEY})` }];
}
