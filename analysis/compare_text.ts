/** A comparison as text for a terminal of 80 columns, the verdict first. */

import {
  type Comparison,
  type Pair,
  type Question,
  type QuestionName,
  QUESTIONS,
  type Side,
} from "./comparison.ts";
import { associationLines, stratificationLines } from "./compare_text_strata.ts";
import {
  formatChosen,
  formatDuration,
  formatP,
  formatShift,
  formatSigned,
  formatStatistic,
} from "./format_value.ts";
import { TIERS } from "./meta.ts";
import { left, printable, right, wrap } from "./text_layout.ts";

const TITLES: Readonly<Record<QuestionName, string>> = {
  offset: "offset: edge to first timekeeping read",
  ttwu_to_tkread: "ttwu_to_tkread: wakeup begun to first timekeeping read",
  edge_to_wakeup: "edge_to_wakeup: edge to target runnable",
  wakeup_to_switch: "wakeup_to_switch: target runnable to target on its CPU",
};

const SIDE_NAMES = ["A", "B"] as const;
const NUMBER_WIDTH = 12;

/** Every line ends in LF and has at most 80 characters. */
export function compareText(comparison: Comparison): string {
  const sections = [
    [...headline(comparison), "", ...comparison.sides.flatMap(sideLines)],
    overviewLines(comparison),
    warningLines(comparison),
    ...QUESTIONS.map((name) => questionLines(name, comparison[name], comparison)),
    ...comparison.strata.map((stratification) => stratificationLines(stratification, comparison)),
    ...comparison.association.map((table) => associationLines(table, comparison)),
    contextLines(comparison),
    methodLines(comparison),
  ];
  return sections.filter((lines) => lines.length > 0).map((lines) => `${lines.join("\n")}\n`).join("\n");
}

function headline(comparison: Comparison): string[] {
  const { offset, verdict, margin_source } = comparison;
  const source = margin_source === "option" ? " (from --margin, not the runbook's)" : "";
  const parts = [
    `shift B - A ${formatShift(offset.shift_ns)}`,
    `${confidence(comparison.alpha)} interval ${interval(offset.shift_ci_ns)}`,
    `margin +-${formatChosen(offset.margin_ns)}${source}`,
    `n ${offset.n[0]} + ${offset.n[1]}`,
    `Cliff's delta ${formatSigned(offset.cliffs_delta)}`,
    offset.shift_method ?? "no interval",
    offset.mann_whitney === null ? "no test" : offset.mann_whitney.method,
  ];
  const note = verdict === "CONFOUNDED" ? "; for information only" : "";
  return [
    ...wrap(`offset: ${parts.join("; ")}${note}`, `${verdict}  `),
    ...reasonLines(offset, comparison.sides),
  ];
}

function sideLines(side: Side): string[] {
  const censored = [
    ...(side.timeout > 0 ? [`${side.timeout} timed out`] : []),
    ...(side.aborted > 0 ? [`${side.aborted} aborted`] : []),
    ...(side.cut_off ? ["cut off"] : []),
  ];
  const runs = [`${side.complete} of ${side.rows} runs complete`, ...censored].join(", ");
  return wrap(
    `${printable(side.file)}: ${printable(side.env)} on ${printable(side.host)}, Linux ${
      printable(side.kernel)
    }, ` +
      `${side.tier} tier, ${runs}`,
    `${side.side}  `,
  );
}

/** All questions at a glance. */
function overviewLines(comparison: Comparison): string[] {
  const row = (cells: readonly [string, string, string, string]) =>
    `${left(cells[0], 18)}${left(cells[1], 26)}${right(cells[2], 12)}  ${cells[3]}`;
  return [
    row(["question", "verdict", "shift B - A", `${right("n", 9)}${right("delta", 9)}`]),
    ...QUESTIONS.map((name) => {
      const { verdict, shift_ns, n, cliffs_delta } = comparison[name];
      const sizes = right(`${n[0]} + ${n[1]}`, 9);
      return row([name, verdict, formatShift(shift_ns), `${sizes}${right(formatSigned(cliffs_delta), 9)}`]);
    }),
  ];
}

function warningLines({ warnings }: Comparison): string[] {
  return warnings.flatMap((warning) => wrap(printable(warning), "warning: "));
}

function questionLines(name: QuestionName, question: Question, comparison: Comparison): string[] {
  const note = question.verdict === "CONFOUNDED" ? " (numbers for information)" : "";
  const lines = [`${TITLES[name]}`, `  ${question.verdict}${note}`];
  if (name !== "offset") lines.push(...reasonLines(question, comparison.sides));
  lines.push(...summaryTable(question));
  lines.push(...wrap(
    `${formatShift(question.shift_ns)}, ${confidence(comparison.alpha)} interval ${
      interval(question.shift_ci_ns)
    }, ` +
      `margin +-${formatChosen(question.margin_ns)}`,
    "  shift B - A   ",
  ));
  lines.push(`  Cliff's delta ${formatSigned(question.cliffs_delta)}`);
  return [...lines, ...testLines(question, comparison)];
}

function summaryTable(question: Question): string[] {
  const header = ["n", "median", "IQR", "MAD", "P95", "P99"];
  const cells = (values: readonly string[]) =>
    values.map((value, i) => right(value, i === 0 ? 10 : NUMBER_WIDTH)).join("");
  const percentile = (value: number | null, n: number) =>
    value === null && n > 0 ? "n too small" : formatDuration(value);
  const row = (side: 0 | 1) => {
    const n = question.n[side];
    return `  ${SIDE_NAMES[side]}   ${
      cells([
        String(n),
        formatDuration(question.median_ns[side]),
        formatDuration(question.iqr_ns[side]),
        formatDuration(question.mad_ns[side]),
        percentile(question.p95_ns[side], n),
        percentile(question.p99_ns[side], n),
      ])
    }`;
  };
  return [`      ${cells(header)}`, row(0), row(1)];
}

function testLines(question: Question, comparison: Comparison): string[] {
  const { mann_whitney: shift, tost, kolmogorov_smirnov: shape } = question;
  const lines: string[] = [];
  if (shift !== null) {
    const holm = shift.p_holm === null
      ? "not in the Holm family"
      : `Holm ${formatP(shift.p_holm, shift.p_capped)} in a family of ${comparison.holm_family}`;
    lines.push(...wrap(
      `U = ${formatStatistic(shift.u)}, ${formatP(shift.p, shift.p_capped)}, ${holm}; ${
        methodOf(shift.method)
      }`,
      "  Mann-Whitney  ",
    ));
  }
  if (tost !== null) {
    const ends = `${confidence(2 * comparison.alpha)} interval ${interval(tost.ci_ns)}`;
    lines.push(
      ...wrap(`${formatP(tost.p, tost.p_capped)}, ${ends}; ${methodOf(tost.method)}`, "  equivalence   "),
    );
  }
  if (shape !== null) {
    lines.push(...wrap(
      `D = ${formatStatistic(shape.d)}, ${formatP(shape.p, shape.p_capped)}; ${methodOf(shape.method)}`,
      "  distribution  ",
    ));
  }
  return lines;
}

/** Why, and what would help. */
function reasonLines(question: Question, sides: readonly Side[]): string[] {
  const lines = question.reasons.flatMap((reason) => wrap(printable(reason), "  because "));
  const tiers = new Set(sides.map((side) => side.tier));
  if (question.verdict === "CONFOUNDED" && tiers.size > 1) {
    const common = TIERS.findLast((tier) => tiers.has(tier));
    lines.push(
      ...wrap(`both sides measured with probe run --require ${common} would answer it`, "  needed  "),
    );
  }
  if (question.n_to_settle === null) return lines;
  const advice =
    `about ${question.n_to_settle} complete runs a side would settle it, if shift and spread stay`;
  return [...lines, ...wrap(advice, "  needed  ")];
}

function contextLines({ context }: Comparison): string[] {
  if (context.length === 0) return [];
  const rows = context.flatMap(({ field, values }) =>
    wrap(printable(`${values[0]} | ${values[1]}`), `  ${left(field, 20)}`)
  );
  return ["Also different between A | B (context, not confounding)", ...rows];
}

function methodLines({ alpha }: Comparison): string[] {
  return wrap(
    `alpha ${alpha}. EQUIVALENT: the ${
      confidence(2 * alpha)
    } interval of the shift lies inside the margin. ` +
      "Shift: Hodges-Lehmann, B - A. MAD unscaled. needed: interval width scaled by 1 / sqrt(n).",
  );
}

function interval(ends: Pair<number> | null): string {
  return ends === null ? "-" : `[${formatShift(ends[0])}, ${formatShift(ends[1])}]`;
}

function confidence(beside: number): string {
  return `${Number((100 * (1 - beside)).toPrecision(6))} %`;
}

/** A method without the name that the line already begins with. */
function methodOf(method: string): string {
  return method.replace(
    /^(Mann-Whitney|TOST|Kolmogorov-Smirnov), /,
    (name) => name.startsWith("Kol") ? name : "",
  );
}
