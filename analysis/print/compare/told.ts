/** All that is said about one file compared with the baseline. */

import { answersOf, type Comparison, type SideSpread } from "../../compare/comparison.ts";
import { LEAD, QUESTIONS } from "../../compare/questions.ts";
import { each, withFields } from "../../lazy.ts";
import type { Cell, Note, Said, Table } from "../model.ts";
import {
  bareP,
  confidence,
  exact,
  interval,
  marginInWords,
  percentShift,
  plain,
  say,
  shift,
  signed,
  sizes,
  times,
} from "../said.ts";
import {
  answerInWords,
  type BriefColumn,
  briefLooks,
  briefNotes,
  briefSides,
  briefTable,
  briefWarnings,
  unaccounted,
} from "./brief.ts";
import { briefKeys } from "../keys/brief.ts";
import { tellMechanisms, type ToldMechanisms } from "./mechanisms.ts";
import { tellCross, type ToldCross } from "./association.ts";
import { tellPartShifts, type ToldPartShifts } from "../parts/shifts.ts";
import { tellQuestion, type ToldQuestion } from "./question.ts";
import { lettersOf } from "./reasons.ts";
import { difference, side, type Sides } from "./sides.ts";
import { warningsInWords } from "./warnings.ts";
import { tellStrata, type ToldStrata } from "./strata.ts";
import { tellTails, type ToldTails } from "./tails.ts";

export type OverviewColumn =
  | "verdict"
  | "shift"
  | "percent"
  | "interval"
  | "margin"
  | "n"
  | "delta"
  | "spread"
  | "holm";

export interface ToldComparison {
  /** How many questions have which verdict. */
  readonly answer: Said;
  /** The first screen. */
  readonly brief: {
    readonly sides: readonly Said[];
    readonly table: Table<BriefColumn>;
    readonly looks: readonly Said[];
    /** The shift of a VM's offset by host, hypervisor and guest. */
    readonly split: readonly Said[];
    /** What the shift went into. */
    readonly parts: readonly Said[];
    readonly notes: readonly Said[];
    /** One mechanism or two: a line for each key. */
    readonly keys: readonly Said[];
    readonly warnings: readonly Said[];
    readonly unaccounted: readonly Said[];
  };
  /** Which file is compared with which. */
  readonly files: string;
  readonly letters: readonly [a: string, b: string];
  /** What the sides are, in the order of the letters. */
  readonly sides: readonly Said[];
  readonly lead: ToldQuestion;
  /** All questions at a glance. */
  readonly overview: Table<OverviewColumn>;
  readonly mechanisms: ToldMechanisms;
  readonly warnings: readonly Note[];
  /** All questions, including the lead. */
  readonly questions: readonly ToldQuestion[];
  readonly tails: ToldTails;
  readonly parts: ToldPartShifts;
  readonly strata: readonly ToldStrata[];
  readonly association: readonly ToldCross[];
  /** Facts that differ but do not belong to the protocol, and may explain a difference. */
  readonly context: Table<"a" | "b">;
  readonly methods: readonly Said[];
}

/** @param keys what the first screen says of keys, if that is known already */
export function tellComparison(comparison: Comparison, keys: readonly Said[] | null = null): ToldComparison {
  const [a, b] = comparison.sides;
  const sides: Sides = { letters: lettersOf(comparison), alpha: comparison.alpha };
  const questions = answersOf(comparison).map((one) => tellQuestion(one, comparison, sides));
  const parts = tellPartShifts(comparison.parts, sides);
  const files = `${b.file} against ${a.file}`;
  // Each part is told when it is read, so that what is not shown is not explored either.
  const all = {
    lead: () => questions[QUESTIONS.indexOf(LEAD)]!,
    overview: () => overview(comparison, sides),
    mechanisms: () => tellMechanisms(comparison, sides),
    warnings: () =>
      warningsInWords(comparison.warnings, sides.letters).map((says): Note => ({ label: "warning", says })),
    questions: () => questions,
    tails: () => tellTails(comparison, sides),
    parts: () => parts,
    strata: () => comparison.strata.map((shown) => tellStrata(shown, comparison, sides)),
    association: () => comparison.association.map((cross) => tellCross(cross, comparison, sides)),
    context: () => context(comparison, sides),
    methods: () => methods(comparison, sides),
  };
  const first = {
    answer: answerInWords(comparison),
    brief: {
      sides: briefSides(comparison),
      table: briefTable(comparison, sides),
      looks: briefLooks(questions),
      split: parts.split,
      parts: parts.brief,
      notes: briefNotes(comparison, questions),
      keys: keys ?? briefKeys(comparison),
      warnings: briefWarnings(comparison),
      unaccounted: unaccounted(comparison),
    },
    files,
    letters: sides.letters,
    sides: comparison.sides.map(side),
  };
  return withFields(first, each(all));
}

function overview(comparison: Comparison, sides: Sides): Table<OverviewColumn> {
  return {
    caption: "All questions",
    head: "question",
    lines: [],
    columns: [
      { id: "verdict", name: "verdict", per: "row" },
      { id: "shift", name: `shift ${difference(sides)}`, per: "row" },
      { id: "percent", name: `of ${sides.letters[0]}'s median`, per: "row" },
      { id: "interval", name: `${confidence(sides.alpha).text} interval`, per: "row" },
      { id: "margin", name: "margin", per: "row" },
      { id: "n", name: "n", per: "row" },
      { id: "delta", name: "delta", per: "row" },
      { id: "spread", name: `spread ${sides.letters[1]} / ${sides.letters[0]}`, per: "row" },
      { id: "holm", name: "Holm p", per: "row" },
    ],
    rows: answersOf(comparison).map(({ name, answer }) => {
      const { verdict, shift_ns, shift_ci_ns, shift_percent, n, cliffs_delta, spread, brunner_munzel } =
        answer;
      const holm = brunner_munzel?.p_holm ?? null;
      return {
        head: plain(name),
        cells: {
          verdict: [plain(verdict)],
          shift: [shift(shift_ns)],
          percent: [percentShift(shift_percent)],
          interval: [interval(shift_ci_ns)],
          margin: [marginInWords(answer)],
          n: [sizes(n)],
          delta: [signed(cliffs_delta)],
          spread: [spreadInWords(spread)],
          holm: [holm === null ? null : bareP(holm, brunner_munzel!.p_capped)],
        },
        bins: [],
      };
    }),
    range: null,
    empty: "no question",
  };
}

/** Ratio of MADs, where its interval shows which side is the wider one. */
function spreadInWords({ mad_ratio, direction }: SideSpread): Cell {
  if (mad_ratio === null || direction === null) return null;
  return direction === "unclear" ? plain("unclear") : say`${times(mad_ratio.ratio)} ${direction}`;
}

function context({ context }: Comparison, { letters: [a, b] }: Sides): Table<"a" | "b"> {
  return {
    caption: `Also different between ${a} and ${b} (context, not confounding)`,
    head: "",
    lines: [],
    columns: [{ id: "a", name: a, per: "row" }, { id: "b", name: b, per: "row" }],
    rows: context.map(({ field, values: [inA, inB] }) => ({
      head: plain(field),
      cells: { a: [plain(inA)], b: [plain(inB)] },
      bins: [],
    })),
    range: null,
    empty: "",
  };
}

/** What a verdict is about. */
function ofBoots({ sides, offset }: Comparison, isPooled: boolean): Said {
  const nested = sides.flatMap(({ side }, at) => offset.boots[at] === null ? [] : [side]);
  return plain(
    nested.length === 0
      ? `A file is one boot of one machine: the verdicts are about these ${isPooled ? "" : "two "}boots.`
      : `The runs of ${nested.join(" and ")} are nested in boots: the verdicts are about boots like these.`,
  );
}

function methods(comparison: Comparison, sides: Sides): Said[] {
  const { alpha, looks, holm_family, bh_family } = comparison;
  const isPooled = comparison.sides.some(({ pooled }) => pooled !== undefined);
  return [
    ofBoots(comparison, isPooled),
    ...isPooled
      ? [plain("The files of a side count by their runs; their order is looked at file by file.")]
      : [],
    say`alpha ${exact(alpha)}.`,
    say`EQUIVALENT: the ${confidence(2 * alpha)} interval of the shift lies inside the margin.`,
    plain(`Shift: Hodges-Lehmann, ${difference(sides)}.`),
    plain("MAD unscaled."),
    say`Verdicts: Holm's adjustment of "no shift" in a family of ${
      exact(holm_family)
    }; each question's interval, and so what is said of its margin, has an error rate of ${
      exact(looks?.alpha ?? alpha)
    } of its own.`,
    say`All else is explored: BH is Benjamini and Hochberg's adjustment in a family of ${exact(bh_family)}.`,
    plain("needed: differences beyond the margin, their error scaled by 1 / sqrt(n)."),
  ];
}
