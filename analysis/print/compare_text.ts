/** A comparison as text for a terminal of 80 columns, the verdict first. */

import type { Answer, Comparison, LeaveOut, Side } from "../compare/comparison.ts";
import { LEAD, type Question, type QuestionName, QUESTIONS } from "../compare/questions.ts";
import type { Outliers } from "../sample/summary.ts";
import { associationLines, ratioText, stratificationLines } from "./compare_text_strata.ts";
import { exploredP, interval, percent, withAxis, withBars } from "./compare_text_words.ts";
import {
  formatChosen,
  formatDuration,
  formatP,
  formatShift,
  formatSigned,
  formatStatistic,
} from "../units/format_value.ts";
import { TIERS } from "../result/meta.ts";
import { lettersOf, reasonText } from "./reasons.ts";
import { warningText } from "./warnings.ts";
import { left, printable, right, WIDTH, wrap } from "./text_layout.ts";
import { VERDICTS } from "../compare/verdict.ts";

const NUMBER_WIDTH = 12;
const LONGEST_VERDICT = Math.max(...VERDICTS.map((verdict) => verdict.length));

/**
 * Every line ends in LF and has at most 80 characters. Of several comparisons all verdicts come first.
 *
 * @param plots histograms beside the tables, for a terminal of at least PLOTS_FROM columns
 */
export function compareText(comparisons: readonly Comparison[], plots: boolean = false): string {
  if (comparisons.length === 1) return textOf(comparisons[0]!, plots);
  const rule = `${"=".repeat(WIDTH)}\n`;
  const verdicts = comparisons.flatMap(({ verdict, [LEAD.name]: lead, sides: [a, b] }) =>
    wrap(
      `${b.side} - ${a.side} ${formatShift(lead.shift_ns)}; ${printable(b.file)} against ${
        printable(a.file)
      }`,
      `${left(verdict, LONGEST_VERDICT)}  `,
    )
  );
  return [`${verdicts.join("\n")}\n`, ...comparisons.map((comparison) => textOf(comparison, plots))].join(
    `\n${rule}\n`,
  );
}

function textOf(comparison: Comparison, plots: boolean): string {
  const sections = [
    [...headline(comparison), "", ...comparison.sides.flatMap(sideLines)],
    overviewLines(comparison),
    warningLines(comparison),
    ...QUESTIONS.map((question) => questionLines(question, comparison[question.name], comparison, plots)),
    ...comparison.strata.map((stratification) => stratificationLines(stratification, comparison, plots)),
    ...comparison.association.map((table) => associationLines(table, comparison)),
    contextLines(comparison),
    methodLines(comparison),
  ];
  return sections.filter((lines) => lines.length > 0).map((lines) => `${lines.join("\n")}\n`).join("\n");
}

function headline(comparison: Comparison): string[] {
  const { [LEAD.name]: lead, verdict, margin_source } = comparison;
  const source = margin_source === "option" ? " (from --margin, not the runbook's)" : "";
  const parts = [
    `shift ${difference(comparison)} ${formatShift(lead.shift_ns)}`,
    `${percent(comparison.alpha)} interval ${interval(lead.shift_ci_ns)}`,
    `margin +-${formatChosen(lead.margin_ns)}${source}`,
    `n ${lead.n[0]} + ${lead.n[1]}`,
    `Cliff's delta ${formatSigned(lead.cliffs_delta)}`,
    lead.shift_method ?? "no interval",
    lead.mann_whitney === null ? "no test" : lead.mann_whitney.method,
  ];
  const note = verdict === "CONFOUNDED" ? "; for information only" : "";
  return [
    ...wrap(`${LEAD.name}: ${parts.join("; ")}${note}`, `${verdict}  `),
    ...reasonLines(lead, comparison),
    ...leaveOutLines(lead.leave_out, comparison),
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
  const sizesOf = (name: QuestionName) => comparison[name].n.join(" + ");
  const sizes = Math.max(9, ...QUESTIONS.map(({ name }) => sizesOf(name).length));
  // What large files need more, the other columns give, the least important first.
  let missing = Math.max(0, 18 + 26 + 14 + sizes + 9 - WIDTH);
  const giving = (width: number, least: number) => {
    const by = Math.min(missing, width - least);
    missing -= by;
    return width - by;
  };
  const [delta, verdicts, names, gap] = [giving(9, 6), giving(26, 25), giving(18, 17), giving(2, 1)] as const;
  const row = (name: string, verdict: string, shift: string, n: string, effect: string) =>
    left(name, names) + left(verdict, verdicts) + right(shift, 12) + " ".repeat(gap) + right(n, sizes) +
    right(effect, delta);
  return [
    row("question", "verdict", `shift ${difference(comparison)}`, "n", "delta"),
    ...QUESTIONS.map(({ name }) => {
      const { verdict, shift_ns, cliffs_delta } = comparison[name];
      return row(name, verdict, formatShift(shift_ns), sizesOf(name), formatSigned(cliffs_delta));
    }),
  ];
}

function warningLines(comparison: Comparison): string[] {
  const letters = lettersOf(comparison);
  return comparison.warnings.flatMap((warning) =>
    wrap(printable(warningText(warning, letters)), "warning: ")
  );
}

function questionLines(
  { name, title }: Question,
  answer: Answer,
  comparison: Comparison,
  plots: boolean,
): string[] {
  const note = answer.verdict === "CONFOUNDED" ? " (numbers for information)" : "";
  const lines = [`${name}: ${title}`, `  ${answer.verdict}${note}`];
  if (name !== LEAD.name) {
    lines.push(...reasonLines(answer, comparison), ...leaveOutLines(answer.leave_out, comparison));
  }
  if (answer.thin && answer.verdict !== "NO-DATA") {
    lines.push("  THIN: fewer than 10 runs on a side; a few of them decide everything");
  }
  lines.push(...summaryTable(answer, comparison.sides, plots));
  lines.push(...wrap(
    `${formatShift(answer.shift_ns)}, ${percent(comparison.alpha)} interval ${
      interval(answer.shift_ci_ns)
    }, ` +
      `margin +-${formatChosen(answer.margin_ns)}`,
    `  shift ${difference(comparison)}   `,
  ));
  lines.push(`  Cliff's delta ${formatSigned(answer.cliffs_delta)}`);
  return [...lines, ...testLines(answer, comparison)];
}

function summaryTable(answer: Answer, sides: Comparison["sides"], plots: boolean): string[] {
  const header = ["n", "median", "IQR", "MAD", "P95", "P99"];
  const cells = (values: readonly string[]) =>
    values.map((value, i) => right(value, i === 0 ? 10 : NUMBER_WIDTH)).join("");
  const percentile = (value: number | null, n: number) =>
    value === null && n > 0 ? "n too small" : formatDuration(value);
  const row = (side: 0 | 1) => {
    const n = answer.n[side];
    const line = `  ${left(sides[side].side, 3)} ${
      cells([
        String(n),
        formatDuration(answer.median_ns[side]),
        formatDuration(answer.iqr_ns[side]),
        formatDuration(answer.mad_ns[side]),
        percentile(answer.p95_ns[side], n),
        percentile(answer.p99_ns[side], n),
      ])
    }`;
    return withBars(line, answer, side, plots);
  };
  const outliers = ([0, 1] as const).flatMap((side) => {
    const found = answer.outliers[side];
    return found === null ? [] : [`${sides[side].side} ${outlierText(found)}`];
  });
  return [
    withAxis(`      ${cells(header)}`, answer, plots),
    row(0),
    row(1),
    ...(outliers.length === 0
      ? []
      : wrap(`${outliers.join("; ")} (Tukey; none is left out)`, "  outliers      ")),
  ];
}

function outlierText({ far_below, below, above, far_above }: Outliers): string {
  const named = [[far_below, "far below"], [below, "below"], [above, "above"], [
    far_above,
    "far above",
  ]] as const;
  const kinds = named.filter(([count]) => count > 0).map(([count, where]) => `${count} ${where}`);
  return kinds.length === 0 ? "none" : kinds.join(", ");
}

/** How stable the verdict is; nothing where that was not looked at and there is no reason to say so. */
function leaveOutLines(leaveOut: LeaveOut | null, { sides }: Comparison): string[] {
  if (leaveOut === null) return [];
  const { runs, verdict, left_out, searched, reason } = leaveOut;
  if (runs !== null && left_out !== null) {
    const which = sides.map(({ side }, index) => `${left_out[index]} of ${side}`).join(" and ");
    return wrap(
      `${verdict} when ${runs} ${runs === 1 ? "run is" : "runs are"} left out (${which})`,
      "  flips   ",
    );
  }
  return reason === null ? wrap(`with up to ${searched} runs left out it stays`, "  stable  ") : [];
}

function testLines(answer: Answer, comparison: Comparison): string[] {
  const { mann_whitney: shift, tost } = answer;
  const lines = orderLines(answer, comparison.sides);
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
    const ends = `${percent(2 * comparison.alpha)} interval ${interval(tost.ci_ns)}`;
    lines.push(
      ...wrap(`${formatP(tost.p, tost.p_capped)}, ${ends}; ${methodOf(tost.method)}`, "  equivalence   "),
    );
  }
  return [...lines, ...spreadLines(answer, comparison), ...shapeLines(answer)];
}

/** What was looked at before the tests. */
function orderLines({ series, block_lengths }: Answer, sides: Comparison["sides"]): string[] {
  const checks = series.map(({ lag1, change_point: change, dip }, index) => {
    const parts = [
      ...(lag1 === null ? [] : [`lag 1 ${formatSigned(lag1.r)}, ${formatP(lag1.p, lag1.p_capped)}`]),
      ...(change === null
        ? []
        : [`change after run ${change.after_run}, ${formatP(change.p, change.p_capped)}`]),
      ...(dip === null ? [] : [`dip ${formatStatistic(dip.dip)}, ${formatP(dip.p, dip.p_capped)}`]),
    ];
    return parts.length === 0 ? [] : wrap(`${sides[index]!.side}: ${parts.join("; ")}`, "  run order     ");
  });
  const blocks = block_lengths === null
    ? []
    : wrap(`not exchangeable: blocks of ${block_lengths.join(" and ")} runs`, "  run order     ");
  return [...checks.flat(), ...blocks];
}

function spreadLines({ spread }: Answer, comparison: Comparison): string[] {
  const { mad_ratio: ratio, test } = spread;
  if (ratio === null && test === null) return [];
  const parts = [
    ...(ratio === null ? [] : [`MAD ${ratioText(ratio, comparison)}`]),
    ...(test === null ? [] : [`${exploredP(test)}; ${test.method}`]),
  ];
  return wrap(parts.join("; "), "  spread        ");
}

function shapeLines({ kolmogorov_smirnov: ks, anderson_darling: ad }: Answer): string[] {
  const lines: string[] = [];
  if (ks !== null) {
    lines.push(...wrap(
      `D = ${formatStatistic(ks.d)}, ${exploredP(ks)}; ${ks.method}`,
      "  distribution  ",
    ));
  }
  if (ad !== null) {
    lines.push(...wrap(
      `A2 = ${formatStatistic(ad.a2)}, ${exploredP(ad)}; ${ad.method}`,
      "                ",
    ));
  }
  return lines;
}

/** Why, and what would help. */
function reasonLines(answer: Answer, comparison: Comparison): string[] {
  const letters = lettersOf(comparison);
  const lines = answer.reasons.flatMap((reason) =>
    wrap(printable(reasonText(reason, letters)), "  because ")
  );
  const tiers = new Set(comparison.sides.map((side) => side.tier));
  if (answer.verdict === "CONFOUNDED" && tiers.size > 1) {
    const common = TIERS.findLast((tier) => tiers.has(tier));
    lines.push(
      ...wrap(`both sides measured with probe run --require ${common} would answer it`, "  needed  "),
    );
  }
  if (answer.n_to_settle === null) return lines;
  const advice = `about ${answer.n_to_settle} complete runs a side would settle it with 80 % probability, ` +
    "if shift and spread stay (normal approximation; probe power simulates)";
  return [...lines, ...wrap(advice, "  needed  ")];
}

function contextLines({ context, sides }: Comparison): string[] {
  if (context.length === 0) return [];
  const rows = context.flatMap(({ field, values }) =>
    wrap(printable(`${values[0]} | ${values[1]}`), `  ${left(field, 20)}`)
  );
  const names = sides.map(({ side }) => side).join(" | ");
  return [`Also different between ${names} (context, not confounding)`, ...rows];
}

function methodLines(comparison: Comparison): string[] {
  const { alpha, holm_family, bh_family } = comparison;
  return wrap(
    `alpha ${alpha}. EQUIVALENT: the ${percent(2 * alpha)} interval of the shift lies inside the margin. ` +
      `Shift: Hodges-Lehmann, ${
        difference(comparison)
      }. MAD unscaled. Verdicts: Holm's adjustment in a family ` +
      `of ${holm_family}. All else is explored: BH is Benjamini and Hochberg's adjustment in a family of ` +
      `${bh_family}. needed: interval width scaled by 1 / sqrt(n).`,
  );
}

function difference({ sides }: Comparison): string {
  return `${sides[1].side} - ${sides[0].side}`;
}

/** A method without the name that the line already begins with. */
function methodOf(method: string): string {
  return method.replace(
    /^(Mann-Whitney|TOST|Kolmogorov-Smirnov), /,
    (name) => name.startsWith("Kol") ? name : "",
  );
}
