/** What a reader must know before believing a comparison: losses, thin data, order, residue, flips, other machines. */

import { constantDifferences, residueOf } from "./residue.ts";
import { THIN_BELOW } from "../sample/sample.ts";
import type { Answer, ContextDifference, Side, Stratification, Stratum } from "./comparison.ts";
import { LEAD, OF_STRATA, type QuestionName, QUESTIONS, WHOLES } from "./questions.ts";
import type { SeriesCheck } from "../sample/series.ts";
import type { Pair } from "../sample/summary.ts";
import { formatShift } from "../units/format_value.ts";
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
  ["clock_step_counter", (meta) => meta.clock_step_counter],
  ["probe", (meta) => meta.probe],
];

/** Below this p a side is called bimodal. */
const BIMODAL_LEVEL = 0.01;

/** Below this p the order of the runs is warned of. Intervals heed it sooner: there a false alarm costs little. */
const ORDER_LEVEL = 0.01;

/** Facts of the machines that differ, and columns that are constant on each side but not the same. */
export function contextDifferences(files: Pair<ResultFile>): ContextDifference[] {
  const [a, b] = [files[0].meta, files[1].meta];
  const machine = CONTEXT.filter(([, of]) => of(a) !== of(b))
    .map(([field, of]): ContextDifference => ({ field, values: [of(a), of(b)] }));
  const columns = constantDifferences(files);
  return [...machine, ...columns.filter(({ field }) => machine.every((known) => known.field !== field))];
}

/** One sentence each, the gravest first. */
export function warningsOf(
  files: Pair<ResultFile>,
  sides: Pair<Side>,
  answers: Readonly<Record<QuestionName, Answer>>,
  strata: readonly Stratification[],
  keys: Parameters<typeof residueOf>[2],
): string[] {
  const names: Pair<string> = [sides[0].side, sides[1].side];
  return [
    ...files.flatMap((file) => file.notes),
    ...sameMeasurement(files, names),
    ...files.flatMap((file, index) => lossesOf(file, sides[index]!)),
    ...QUESTIONS.flatMap(({ name }) => unobserved(name, answers[name], sides)),
    ...thinness(sides),
    ...edgeUncertainty(files, answers[LEAD.name].margin_ns),
    ...WHOLES.flatMap(({ name }) => seriesWarnings(name, answers[name], names)),
    ...strata.flatMap((stratification) => flipsOf(stratification, answers, names)),
    ...residueOf(files, names, keys),
  ];
}

function sameMeasurement([a, b]: Pair<ResultFile>, names: Pair<string>): string[] {
  const same = a.meta.started === b.meta.started && a.meta.boot_id === b.meta.boot_id &&
    a.meta.host === b.meta.host;
  return same
    ? [`${names.join(" and ")} say they began at the same time on the same boot: one measurement twice?`]
    : [];
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
  const steps = file.realtimeSteps;
  if (steps.runs > 0) {
    warnings.push(
      `${side.side}: CLOCK_REALTIME was set during ${steps.runs} of ${side.rows} runs, by up to ${
        formatShift(steps.largestNs)
      }; their edges and reads are of CLOCK_MONOTONIC, which nobody sets`,
    );
  }
  return warnings;
}

/** Complete runs that a question cannot use. A question with none at all says so in its verdict. */
function unobserved(name: QuestionName, { n }: Answer, sides: Pair<Side>): string[] {
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
  return [`the edges are known to ${Math.round(sum)} ns only, the ${LEAD.name}'s margin is ${marginNs} ns`];
}

/** Runs that are no random sample: what a median of them means is doubtful, whatever its interval. */
function seriesWarnings(name: QuestionName, { series }: Answer, names: Pair<string>): string[] {
  return series.flatMap((check, index) => {
    const side = names[index]!;
    const p = Math.min(check.lag1?.p ?? 1, check.change_point?.p ?? 1);
    const order = p >= ORDER_LEVEL ? [] : [
      `${side}: the runs of ${name} are not exchangeable (${
        orderOf(check)
      }); its intervals and p-values come ` +
      "from moving blocks of runs",
    ];
    const dip = check.dip !== null && check.dip.p < BIMODAL_LEVEL
      ? [`${side}: ${name} has more than one mode (dip): its median may lie where no run does`]
      : [];
    return [...order, ...dip];
  });
}

function orderOf({ lag1, change_point: change }: SeriesCheck): string {
  const neighbours = lag1 === null ? [] : [`lag-1 autocorrelation ${(lag1.r + 0).toFixed(2)}`];
  const level = change === null ? [] : [`level change after run ${change.after_run}`];
  // The one with the smaller p is the one that was found.
  return (lag1?.p ?? 1) <= (change?.p ?? 1) ? neighbours.join() : level.join();
}

/** Strata that contradict each other or the whole: the mix of strata would decide the answer. */
function flipsOf(
  stratification: Stratification,
  answers: Readonly<Record<QuestionName, Answer>>,
  names: Pair<string>,
): string[] {
  if (stratification.same_runs_as !== null) return [];
  const warnings: string[] = [];
  const named = (groups: readonly Stratum[]) => groups.map(({ value }) => value).join("; ");
  const later = stratification.groups.filter(({ direction }) => direction === "later");
  const earlier = stratification.groups.filter(({ direction }) => direction === "earlier");
  const { key } = stratification;
  const other = names[1];
  if (later.length > 0 && earlier.length > 0) {
    warnings.push(
      `direction flips by ${key}: ${other} is later in ${named(later)}, earlier in ${named(earlier)}`,
    );
  }
  const compared = stratification.groups.filter(({ shift_ns }) => shift_ns !== null);
  const whole = answers[OF_STRATA.name].direction;
  // Around 0 the sign of an estimate is chance, and so is its flip.
  const sign = whole === "later" ? 1 : whole === "earlier" ? -1 : 0;
  if (sign !== 0 && compared.length > 1 && compared.every(({ shift_ns }) => Math.sign(shift_ns!) === -sign)) {
    warnings.push(
      `Simpson: the shift of ${OF_STRATA.name} has one sign over all and the other in every ${key} stratum`,
    );
  }
  for (const { question, direction } of stratification.stratified) {
    const all = answers[question].direction;
    if ((all === "later" && direction === "earlier") || (all === "earlier" && direction === "later")) {
      warnings.push(
        `Simpson: over all ${other} is ${all} by ${question}, within the strata of ${key} it is ${direction}`,
      );
    }
  }
  return [...warnings, ...spreadFlipsOf(stratification, names)];
}

/** The wider of two strata on one side being the tighter on the other, where both sides say so significantly. */
function spreadFlipsOf({ key, groups, spread }: Stratification, names: Pair<string>): string[] {
  const significant = spread.side_tests.every((test) => test !== null && test.p < 0.05);
  if (!significant || groups.length < 2) return [];
  const [first, second] = groups as readonly Stratum[] as readonly [Stratum, Stratum];
  const signs = [0, 1].map((side) => Math.sign((first.mad_ns[side] ?? NaN) - (second.mad_ns[side] ?? NaN)));
  if (signs[0]! * signs[1]! !== -1) return [];
  const [wide, tight] = signs[0] === 1 ? [first, second] : [second, first];
  return [
    `spread flips by ${key}: ${wide.value} is wider than ${tight.value} in ${names[0]} and tighter in ${
      names[1]
    }`,
  ];
}
