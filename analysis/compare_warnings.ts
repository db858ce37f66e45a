/** What a reader must know before believing a comparison: losses, thin data, residue, flips, other machines. */

import { directionOf } from "./compare_question.ts";
import { completeCode } from "./compare_sample.ts";
import {
  type ContextDifference,
  type Pair,
  type Question,
  type QuestionName,
  QUESTIONS,
  type Side,
  type Stratification,
  type Stratum,
} from "./comparison.ts";
import type { Meta } from "./meta.ts";
import type { ResultFile } from "./result_file.ts";
import type { TextName } from "./result_row.ts";

/** Below this many complete runs a side every conclusion is thin. */
const THIN_BELOW = 10;
/** Columns that may explain a difference and are neither a key nor a part of the chain. */
const RESIDUE = [
  "comm",
  "waker_context",
  "target_idle",
  "tkread_function",
  "tkread_context",
  "clocksource",
  "load",
  "wake",
] as const satisfies readonly TextName[];
/** Values of a varying column that a warning names. */
const NAMED_VALUES = 3;

const CONTEXT: readonly (readonly [field: string, of: (meta: Meta) => string])[] = [
  ["kernel", (meta) => meta.kernel],
  ["arch", (meta) => meta.arch],
  ["cpu", (meta) => meta.cpu],
  ["cpus", (meta) => String(meta.cpus)],
  ["virtualization", (meta) => meta.virtualization],
  ["clocksource", (meta) => meta.clocksource.current],
  ["tier", (meta) => meta.tier],
  ["decode", (meta) => meta.decode],
  ["clock_step_counter", (meta) => meta.clock_step_counter],
  ["probe", (meta) => meta.probe],
];

const NAMES: Pair<"A" | "B"> = ["A", "B"];

/** Facts of the machines that differ, and columns that are constant on each side but not the same. */
export function contextDifferences(files: Pair<ResultFile>): ContextDifference[] {
  const [a, b] = [files[0].meta, files[1].meta];
  const machine = CONTEXT.filter(([, of]) => of(a) !== of(b))
    .map(([field, of]): ContextDifference => ({ field, values: [of(a), of(b)] }));
  const columns = RESIDUE.flatMap((column): ContextDifference[] => {
    const [inA, inB] = [valuesOf(files[0], column), valuesOf(files[1], column)];
    const differs = inA.length === 1 && inB.length === 1 && inA[0]![0] !== inB[0]![0];
    const known = machine.some(({ field }) => field === column);
    return differs && !known ? [{ field: column, values: [inA[0]![0], inB[0]![0]] }] : [];
  });
  return [...machine, ...columns];
}

/** One sentence each, the gravest first. */
export function warningsOf(
  files: Pair<ResultFile>,
  sides: Pair<Side>,
  questions: Readonly<Record<QuestionName, Question>>,
  strata: readonly Stratification[],
): string[] {
  return [
    ...files.flatMap((file) => file.notes),
    ...sameMeasurement(files),
    ...files.flatMap((file, index) => lossesOf(file, sides[index]!)),
    ...QUESTIONS.flatMap((name) => unobserved(name, questions[name], sides)),
    ...thinness(sides),
    ...edgeUncertainty(files, questions.offset.margin_ns),
    ...strata.flatMap((stratification) => flipsOf(stratification, questions.ttwu_to_tkread)),
    ...RESIDUE.flatMap((column) => residueOf(files, column)),
  ];
}

function sameMeasurement([a, b]: Pair<ResultFile>): string[] {
  const same = a.meta.started === b.meta.started && a.meta.boot_id === b.meta.boot_id &&
    a.meta.host === b.meta.host;
  return same ? ["A and B say they began at the same time on the same boot: one measurement twice?"] : [];
}

function lossesOf(file: ResultFile, side: Side): string[] {
  const warnings: string[] = [];
  const censored = side.timeout + side.aborted;
  if (censored > 0) {
    const kinds = `${side.timeout} timed out, ${side.aborted} aborted`;
    warnings.push(
      `${side.side}: ${censored} of ${side.rows} runs are censored (${kinds}) and in no estimate`,
    );
  }
  const declared = file.meta.runbook.runs;
  if (typeof declared === "number" && side.rows < declared) {
    warnings.push(`${side.side}: ${side.rows} of the ${declared} declared runs are in the file`);
  }
  if (side.lost_events !== null && side.lost_events > 0) {
    warnings.push(`${side.side}: ${side.lost_events} events were lost`);
  }
  if (side.recursion_misses !== null && side.recursion_misses > 0) {
    warnings.push(
      `${side.side}: the kernel skipped ${side.recursion_misses} program invocations (recursion)`,
    );
  }
  if (file.firstIntegrityError !== null) {
    const { line, reason } = file.firstIntegrityError;
    const count = `${side.integrity_errors} of ${side.rows} runs contradict themselves`;
    warnings.push(
      `${side.side}: integrity: ${count} and are in the estimates (first: line ${line}, ${reason})`,
    );
  }
  if (file.totals.clocksource_switches !== null && file.totals.clocksource_switches > 0) {
    warnings.push(
      `${side.side}: ${file.totals.clocksource_switches} clocksource switches happened inside the runs`,
    );
  }
  return warnings;
}

/** Complete runs that a question cannot use. A question with none at all says so in its verdict. */
function unobserved(name: QuestionName, { n }: Question, sides: Pair<Side>): string[] {
  return sides.flatMap(({ side, complete }, index) => {
    const missing = complete - n[index]!;
    return missing === 0 || n[index] === 0
      ? []
      : [`${side}: ${name} was not observed in ${missing} of ${complete} complete runs`];
  });
}

function thinness(sides: Pair<Side>): string[] {
  const thin = sides.filter((side) => side.complete < THIN_BELOW);
  if (thin.length === 0) return [];
  const counts = thin.map((side) => `${side.complete} complete runs in ${side.side}`).join(" and ");
  return [`thin: only ${counts}; below ${THIN_BELOW} a side a few runs decide everything`];
}

/** A shift cannot be known better than the edges it is measured from. */
function edgeUncertainty(files: Pair<ResultFile>, marginNs: number): string[] {
  const sum = files[0].meta.edge_uncertainty_ns + files[1].meta.edge_uncertainty_ns;
  if (sum < marginNs) return [];
  return [`the edges are known to ${Math.round(sum)} ns only, the offset's margin is ${marginNs} ns`];
}

/** Strata that contradict each other or the whole: the mix of strata would decide the answer. */
function flipsOf(stratification: Stratification, whole: Question): string[] {
  if (stratification.same_runs_as !== null) return [];
  const warnings: string[] = [];
  const named = (groups: readonly Stratum[]) => groups.map(({ value }) => value).join(", ");
  const later = stratification.groups.filter(({ direction }) => direction === "later");
  const earlier = stratification.groups.filter(({ direction }) => direction === "earlier");
  const { key } = stratification;
  if (later.length > 0 && earlier.length > 0) {
    warnings.push(`direction flips by ${key}: B is later in ${named(later)}, earlier in ${named(earlier)}`);
  }
  const compared = stratification.groups.filter(({ shift_ns }) => shift_ns !== null);
  const direction = directionOf(whole.shift_ci_ns);
  // Around 0 the sign of an estimate is chance, and so is its flip.
  const sign = direction === "later" ? 1 : direction === "earlier" ? -1 : 0;
  if (sign !== 0 && compared.length > 1 && compared.every(({ shift_ns }) => Math.sign(shift_ns!) === -sign)) {
    warnings.push(
      `Simpson: the shift of ttwu_to_tkread has one sign over all and the other in every ${key} stratum`,
    );
  }
  return [...warnings, ...spreadFlipsOf(stratification)];
}

/** The wider of two strata on one side being the tighter on the other, where both sides say so significantly. */
function spreadFlipsOf({ key, groups, spread }: Stratification): string[] {
  const significant = spread.sides.every((test) => test !== null && test.p < 0.05);
  if (!significant || groups.length < 2) return [];
  const [first, second] = groups as readonly Stratum[] as readonly [Stratum, Stratum];
  const signs = [0, 1].map((side) => Math.sign((first.mad_ns[side] ?? NaN) - (second.mad_ns[side] ?? NaN)));
  if (signs[0]! * signs[1]! !== -1) return [];
  const wider = signs[0] === 1 ? [first, second] : [second, first];
  return [
    `spread flips by ${key}: ${wider[0]!.value} is wider than ${wider[1]!.value} in A and tighter in B`,
  ];
}

/** A column that varies inside a side without being a key, as benchstat's residue. */
function residueOf(files: Pair<ResultFile>, column: TextName): string[] {
  const varying = files.flatMap((file, index) => {
    const values = valuesOf(file, column);
    if (values.length < 2) return [];
    const named = values.slice(0, NAMED_VALUES).map(([value, count]) => `${value} ${count}`).join(", ");
    const more = values.length > NAMED_VALUES ? ` and ${values.length - NAMED_VALUES} more` : "";
    return [`${NAMES[index]}: ${named}${more}`];
  });
  return varying.length === 0 ? [] : [`${column} varies inside a side and is no key (${varying.join("; ")})`];
}

/** Distinct observed values over the complete runs, the most frequent first. */
function valuesOf(file: ResultFile, column: TextName): [value: string, count: number][] {
  const names = file.texts[column].values;
  const codes = file.texts[column].codes();
  const status = file.texts.status.codes();
  const complete = completeCode(file);
  const counts = new Float64Array(names.length);
  for (let i = 0; i < codes.length; i++) if (status[i] === complete) counts[codes[i]!]!++;
  return names
    .flatMap((name, code): [string, number][] =>
      name === null || counts[code] === 0 ? [] : [[name, counts[code]!]]
    )
    .sort(([x, many], [y, few]) => few - many || (x < y ? -1 : 1));
}
