/**
 * What a reader must know before believing a comparison: losses, thin data, order, residue, flips, other
 * machines.
 */

import { HOW_MANY } from "./confounding.ts";
import { constantDifferences, residueOf } from "./residue.ts";
import { TEST_NEEDS, THIN_BELOW } from "../sample/sample.ts";
import type {
  Answer,
  Comparison,
  ContextDifference,
  Direction,
  Side,
  Stratification,
  Stratum,
} from "./comparison.ts";
import { isDependent } from "./order.ts";
import { LEAD, OF_STRATA, type QuestionName, QUESTIONS, WHOLES } from "./questions.ts";
import type { SideIndex } from "./reasons.ts";
import type { Warning } from "./warning.ts";
import { isBimodal } from "../sample/series.ts";
import type { Pair } from "../sample/summary.ts";
import { type AttributeText, attributeTexts } from "../result/attributes.ts";
import type { Meta } from "../result/meta.ts";
import type { ResultFile } from "../result/file.ts";

const CONTEXT: readonly (readonly [field: string, of: (meta: Meta) => string])[] = [
  ["kernel", (meta) => meta.kernel],
  ["arch", (meta) => meta.arch],
  ["cpu", (meta) => meta.cpu],
  ["cpus", (meta) => String(meta.cpus)],
  ["virtualization", (meta) => meta.virtualization],
  ["clocksource", (meta) => meta.clocksource.current],
  ["tier", (meta) => meta.tier],
  ["decode", (meta) => meta.decode],
  ["pulses", (meta) => meta.pulse ?? "device"],
  ["clock_step_counter", (meta) => meta.clock_step_counter],
  ["probe", (meta) => meta.probe],
];

/** Facts of the machines that differ, and columns that are constant on each side but not the same. */
export function contextDifferences(files: Pair<ResultFile>): ContextDifference[] {
  const facts = factDifferences(files[0].meta, files[1].meta);
  return [
    ...facts,
    ...constantDifferences(files).filter(({ field }) => facts.every((known) => known.field !== field)),
  ];
}

/** Facts of the machines that differ, declared numbers of runs, and how the targets were scheduled. */
export function factDifferences(a: Meta, b: Meta): ContextDifference[] {
  return [
    ...CONTEXT.filter(([, of]) => of(a) !== of(b))
      .map(([field, of]): ContextDifference => ({ field, values: [of(a), of(b)] })),
    ...HOW_MANY.filter((field) => a.runbook[field] !== b.runbook[field]).map((field): ContextDifference => ({
      field: `declared ${field}`,
      values: [String(a.runbook[field] ?? UNKNOWN), String(b.runbook[field] ?? UNKNOWN)],
    })),
    ...attributeDifferences(a, b),
  ];
}

/** What differs between the targets, whether the protocol declares it or they inherited it. */
function attributeDifferences(a: Meta, b: Meta): ContextDifference[] {
  const [ofA, ofB] = [attributeTexts(a), attributeTexts(b)];
  if (a.attributes === undefined && b.attributes === undefined) return [];
  if (a.attributes === undefined || b.attributes === undefined) {
    return [{ field: "attributes", values: [inOneLine(ofA), inOneLine(ofB)] }];
  }
  return ofA.flatMap(({ name, text }, i) => {
    const other = ofB[i]!.text;
    return text === other ? [] : [{ field: name, values: [text ?? UNKNOWN, other ?? UNKNOWN] }];
  });
}

const UNKNOWN = "not known";

function inOneLine(attributes: readonly AttributeText[]): string {
  const known = attributes.filter(({ text }) => text !== null).map(({ name, text }) => `${name} ${text}`);
  return known.length === 0 ? UNKNOWN : known.join(", ");
}

const SIDES = [0, 1] as const;

/**
 * The most serious first.
 *
 * @param sha256 of both files, where they are one
 */
export function warningsOf(
  files: Pair<ResultFile>,
  sides: Pair<Side>,
  answers: Readonly<Record<QuestionName, Answer>> & Pick<Comparison, "besides">,
  strata: readonly Stratification[],
  keys: Parameters<typeof residueOf>[1],
  sha256: string | null,
): Warning[] {
  return [
    ...sameMeasurement(files, sha256),
    ...SIDES.filter((side) => files[side].meta.pulse === "foreseen")
      .map((side): Warning => ({ code: "foreseen", side })),
    ...files.flatMap(({ notes }) => notes.map((note): Warning => ({ code: "file", note }))),
    ...SIDES.flatMap((side) => lossesOf(side, files[side], sides[side])),
    ...QUESTIONS.flatMap(({ name }) => unobserved(name, answers[name], sides)),
    ...answers.besides.flatMap(({ name, answer }) => unobserved(name, answer, sides)),
    ...thinness(sides),
    ...edgeUncertainty(files, answers[LEAD.name].margin_ns),
    ...SIDES.flatMap((side): Warning[] => {
      const nested = answers[LEAD.name].boots[side] ?? answers[OF_STRATA.name].boots[side];
      return nested === null ? [] : [{ code: "nested", side, boots: nested.boots }];
    }),
    ...WHOLES.flatMap(({ name }) => seriesWarnings(name, answers[name])),
    ...answers.besides.flatMap(({ name, answer }) => seriesWarnings(name, answer)),
    ...strata.flatMap((stratification) => flipsOf(stratification, answers)),
    ...residueOf(files, keys),
  ];
}

function sameMeasurement([a, b]: Pair<ResultFile>, sha256: string | null): Warning[] {
  if (sha256 !== null) return [{ code: "same_file", sha256 }];
  const same = a.meta.started === b.meta.started && a.meta.boot_id === b.meta.boot_id &&
    a.meta.host === b.meta.host;
  return same ? [{ code: "same_measurement" }] : [];
}

function lossesOf(side: SideIndex, file: ResultFile, of: Side): Warning[] {
  const { rows, timeout, aborted, lost_events, recursion_misses } = of;
  const { firstIntegrityError: first, realtimeSteps: steps } = file;
  const declared = file.meta.runbook.runs;
  const switches = file.totals.clocksource_switches ?? 0;
  const found: (Warning | false)[] = [
    timeout + aborted > 0 && { code: "censored", side, timeout, aborted, rows },
    typeof declared === "number" && rows < declared && file.end?.looks === undefined &&
    file.notes.every(({ code }) => code !== "where") &&
    { code: "runs_missing", side, rows, declared },
    (lost_events ?? 0) > 0 && { code: "lost_events", side, events: lost_events! },
    (recursion_misses ?? 0) > 0 && { code: "recursion_misses", side, misses: recursion_misses! },
    first !== null && { code: "integrity", side, errors: of.integrity_errors, rows, first },
    switches > 0 && { code: "clocksource_switches", side, switches },
    steps.runs > 0 && { code: "clock_set", side, runs: steps.runs, rows, largest_ns: steps.largestNs },
  ];
  return found.filter((warning) => warning !== false);
}

/** Complete runs that a question cannot use. A question that can use none says so in its verdict. */
export function unobserved(question: string, { n }: Answer, sides: Pair<Side>): Warning[] {
  return SIDES.flatMap((side) => {
    const { complete } = sides[side];
    const missing = complete - n[side];
    return missing === 0 || n[side] === 0
      ? []
      : [{ code: "not_observed", side, question, missing, complete }];
  });
}

function thinness(sides: Pair<Side>): Warning[] {
  const thin = SIDES.filter((side) => sides[side].complete < THIN_BELOW);
  if (thin.length === 0) return [];
  return [{ code: "thin", sides: thin.map((side) => ({ side, complete: sides[side].complete })) }];
}

/** A shift cannot be known more precisely than the edges from which it is measured. */
function edgeUncertainty([a, b]: Pair<ResultFile>, margin_ns: number | null): Warning[] {
  const known_to_ns = Math.min(Number.MAX_VALUE, a.meta.edge_uncertainty_ns + b.meta.edge_uncertainty_ns);
  return margin_ns === null || known_to_ns < margin_ns
    ? []
    : [{ code: "edges", question: LEAD.name, known_to_ns, margin_ns }];
}

/** Runs that are not a random sample: the meaning of their median is doubtful, whatever its interval. */
export function seriesWarnings(question: string, { series, order, boots }: Answer): Warning[] {
  const found: Warning[] = [];
  if (order !== null && isDependent(order) && boots.every((of) => of === null)) {
    const { lag1, change_point: change } = series[order.side];
    found.push({
      code: "not_exchangeable",
      side: order.side,
      question,
      lag1: order.found === "lag1" ? lag1!.r : null,
      after_run: order.found === "lag1" ? null : change!.after_run,
    });
  }
  for (const side of SIDES) {
    if (isBimodal(series[side])) found.push({ code: "modes", side, question });
  }
  return found;
}

/** Strata that contradict each other or the whole: the mix of strata would decide the answer. */
function flipsOf(
  stratification: Stratification,
  answers: Readonly<Record<QuestionName, Answer>>,
): Warning[] {
  const { key, groups, same_runs_as } = stratification;
  if (same_runs_as !== null) return [];
  const warnings: Warning[] = [];
  const valuesOf = (where: Direction) =>
    groups.filter(({ direction }) => direction === where).map(({ value }) => value);
  const [later, earlier] = [valuesOf("later"), valuesOf("earlier")];
  if (later.length > 0 && earlier.length > 0) warnings.push({ code: "direction_flips", key, later, earlier });
  const compared = groups.filter(({ n }) => Math.min(...n) >= TEST_NEEDS);
  const { direction } = answers[OF_STRATA.name];
  // Around 0 the sign of an estimate is chance, and so is its flip.
  const sign = direction === "later" ? 1 : direction === "earlier" ? -1 : 0;
  if (sign !== 0 && compared.length > 1 && compared.every(({ shift_ns }) => Math.sign(shift_ns!) === -sign)) {
    warnings.push({ code: "simpson_sign", key, question: OF_STRATA.name });
  }
  const wholes = WHOLES.map(({ name }) => answers[name].direction);
  // The shift that the strata share is looked for only where the whole has one that it may contradict.
  if (wholes.some((whole) => whole === "later" || whole === "earlier")) {
    for (const of of stratification.stratified) {
      const whole = answers[of.question].direction;
      if (whole !== "later" && whole !== "earlier") continue;
      const within = of.direction;
      if (within !== "unclear" && within !== whole) {
        warnings.push({ code: "simpson", key, question: of.question, whole, within });
      }
    }
  }
  return [...warnings, ...spreadFlipsOf(stratification)];
}

/** The wider of two strata on one side is the tighter on the other, and both sides show it significantly. */
function spreadFlipsOf({ key, groups, spread }: Stratification): Warning[] {
  if (groups.length < 2) return [];
  const [first, second] = groups as readonly Stratum[] as readonly [Stratum, Stratum];
  const signs = SIDES.map((side) => Math.sign((first.mad_ns[side] ?? NaN) - (second.mad_ns[side] ?? NaN)));
  if (signs[0]! * signs[1]! !== -1) return [];
  const significant = spread.side_tests.every((test) => test !== null && test.p < 0.05);
  if (!significant) return [];
  const [wide, tight] = signs[0] === 1 ? [first, second] : [second, first];
  return [{ code: "spread_flips", key, wide: wide.value, tight: tight.value }];
}
