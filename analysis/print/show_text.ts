/** One result file as text for a terminal of 80 columns; a wider one gets histograms beside the strata. */

import type { Link } from "../show/chain.ts";
import { formatDuration, formatP, formatShift, formatStatistic } from "../units/format_value.ts";
import { sparkline } from "../sample/histogram.ts";
import type { SeriesChecks } from "../sample/series.ts";
import type { Integrity, LinkName, Share, Show, StackShare } from "../show/show.ts";
import type { ClocksourceWindow } from "../show/clocksource.ts";
import type { OneStratum, Sample, Strata } from "../show/strata.ts";
import { noteText } from "./notes.ts";
import { left, printable, right, WIDTH, wrap } from "./text_layout.ts";

/** Rows of a table that are shown; the rest is counted. */
const SHOWN = 12;
/** Below this many complete runs every number is thin. */
const THIN_BELOW = 10;
const LABEL_WIDTH = 19;
const NUMBER_WIDTH = 10;
const SHARE_WIDTH = 7;

/** @param plots histograms beside the strata, for a terminal of at least 120 columns */
export function showText(show: Show, plots: boolean): string {
  const sections = [
    headLines(show),
    ...show.strata.map((strata) => strataLines(strata, show, plots)),
    chainLines(show),
    clocksourceLines(show.clocksource),
    shareLines("signatures", show.signatures),
    stackLines("stacks of the wakeup (innermost first)", show.ttwu_stacks),
    stackLines("stacks of the read (innermost first)", show.tkread_stacks),
    integrityLines(show.integrity),
    seriesLines(show),
  ];
  return sections.map((lines) => `${lines.join("\n")}\n`).join("\n");
}

function headLines(show: Show): string[] {
  const { runs } = show;
  const declared = runs.declared === null || runs.declared === runs.rows
    ? ""
    : ` (${runs.declared} declared)`;
  const where = `${printable(show.env)} on ${printable(show.host)}, Linux ${printable(show.kernel)}, `;
  return [
    ...wrap(
      `${where}${show.tier} tier, virtualization ${printable(show.virtualization)}`,
      `${printable(show.file)}: `.slice(0, WIDTH / 2),
    ),
    ...wrap(
      `${runs.complete} of ${runs.rows} complete${declared}, ${runs.timeout} timed out, ${runs.aborted} aborted`,
      "  runs            ",
    ),
    `  offset          ${sampleText(show.offset)}`,
    `  ttwu_to_tkread  ${sampleText(show.ttwu_to_tkread)}`,
    `  the edges are known to ${formatDuration(show.edge_uncertainty_ns)}`,
    ...show.notes.flatMap((note) => wrap(printable(noteText(note)), "warning: ")),
    ...runs.complete < THIN_BELOW
      ? wrap(
        `thin: ${runs.complete} complete runs; below ${THIN_BELOW} a few runs decide everything`,
        "warning: ",
      )
      : [],
  ];
}

function sampleText({ n, median_ns, iqr_ns, mad_ns }: Sample): string {
  if (n === 0) return "not observed";
  return `median ${formatDuration(median_ns)}, IQR ${formatDuration(iqr_ns)}, MAD ${
    formatDuration(mad_ns)
  }, n ${n}`;
}

function strataLines(strata: Strata, show: Show, plots: boolean): string[] {
  const { keys, bins, groups } = strata;
  const numbers = ["median", "IQR", "MAD"].map((name) => right(name, NUMBER_WIDTH)).join("");
  const axis = !plots || bins === null
    ? ""
    : `   ttwu ${formatDuration(bins.low_ns)} to ${formatDuration(bins.low_ns + bins.width_ns * bins.count)}`;
  const lines = [
    ...wrap(`strata by ${keys.join(", ")}`),
    `  ${left("stratum", LABEL_WIDTH)}${right("runs", 8)}${right("compl.", 8)}${right("cens.", 6)}${
      " ".repeat(7)
    }${numbers}`
      .slice(0, WIDTH) + axis,
    ...groups.slice(0, SHOWN).flatMap((group) => groupLines(group, keys, show, plots)),
  ];
  if (groups.length > SHOWN) {
    lines.push(`  and ${groups.length - SHOWN} more strata (--format json has them all)`);
  }
  return lines;
}

function groupLines(group: OneStratum, keys: readonly string[], show: Show, plots: boolean): string[] {
  const [first, second] = labelOf(group, keys, show);
  const counts = `${right(String(group.runs), 8)}${right(String(group.complete), 8)}${
    right(String(group.censored), 6)
  }`;
  const numbers = ({ median_ns, iqr_ns, mad_ns }: Sample) =>
    [median_ns, iqr_ns, mad_ns].map((ns) => right(formatDuration(ns), NUMBER_WIDTH)).join("");
  const bars = plots && group.ttwu_to_tkread.n > 0 ? `   ${sparkline(group.histogram)}` : "";
  return [
    `  ${left(first, LABEL_WIDTH)}${counts} offset${numbers(group.offset)}`,
    `  ${left(second, LABEL_WIDTH)}${" ".repeat(22)} ttwu  ${numbers(group.ttwu_to_tkread)}${bars}`.trimEnd(),
  ];
}

/** Two lines for the name of a stratum: the second is what the first has no room for. */
function labelOf({ values }: OneStratum, keys: readonly string[], show: Show): [string, string] {
  const shown = values.map((value) => value === null ? "not observed" : printable(value));
  if (keys.length > 1) return halves(shown.join(", "));
  if (values[0] === null || !keys[0]!.endsWith("_stack")) return halves(shown[0]!);
  const stacks = keys[0] === "ttwu_stack" ? show.ttwu_stacks : show.tkread_stacks;
  return [values[0]!, distinctFrame(stacks.find(({ value }) => value === values[0])?.frames ?? [])];
}

function halves(text: string): [string, string] {
  return [text.slice(0, LABEL_WIDTH), text.slice(LABEL_WIDTH)];
}

/** Every wakeup begins in the same function: the next frame is what tells clusters apart. */
function distinctFrame(frames: readonly string[]): string {
  return printable((frames[0] === "try_to_wake_up" ? frames[1] : frames[0]) ?? "");
}

function chainLines({ chain, ttwu_to_tkread }: Show): string[] {
  if (chain.links.length === 0) return ["delta chain", "  not observed in any complete run"];
  const header = `${right("n", 8)}${right("median", NUMBER_WIDTH)}${right("IQR", NUMBER_WIDTH)}` +
    ["offset", "ttwu", "spread", "robust"].map((name) => right(name, SHARE_WIDTH)).join("");
  return [
    "delta chain, with each link's share of offset, of ttwu_to_tkread, of its spread",
    `  ${left("link", LABEL_WIDTH)}${header}`,
    ...chain.links.map(linkLine),
    ...explanation(chain.explains_most, chain.explains_most_robust, ttwu_to_tkread),
    ...wrap(
      `spread: ${chain.methods.share_of_spread}; robust: ${chain.methods.share_of_spread_robust}`,
      "  ",
    ),
  ];
}

function linkLine(link: Link): string {
  const shares = [
    link.share_of_offset,
    link.share_of_ttwu_to_tkread,
    link.share_of_spread,
    link.share_of_spread_robust,
  ];
  return `  ${left(nameOf(link), LABEL_WIDTH)}${right(String(link.n), 8)}${
    right(formatDuration(link.median_ns), NUMBER_WIDTH)
  }${right(formatDuration(link.iqr_ns), NUMBER_WIDTH)}${
    shares.map((share) => right(share === null ? "-" : percent(share), SHARE_WIDTH)).join("")
  }`;
}

function explanation(most: LinkName | null, robust: LinkName | null, { n }: Sample): string[] {
  if (most === null) {
    return [`  nothing to explain: ttwu_to_tkread does not vary or has too few runs (n ${n})`];
  }
  const second = robust === null
    ? "no robust share"
    : robust.from === most.from && robust.to === most.to
    ? `${percent(robust.share)} by the robust share`
    : `by the robust share ${nameOf(robust)} does, ${percent(robust.share)}`;
  return wrap(
    `${nameOf(most)} explains most of the spread of ttwu_to_tkread: ${percent(most.share)}; ${second}`,
    "  ",
  );
}

function nameOf({ from, to }: Pick<Link, "from" | "to">): string {
  return `${from} -> ${to}`;
}

function percent(share: number): string {
  const text = (100 * share).toFixed(1);
  return `${text === "-0.0" ? "0.0" : text}%`;
}

function clocksourceLines(window: ClocksourceWindow): string[] {
  const title = "clocksource switches inside a run";
  if (window.observed === 0) return [title, "  not observed in any run"];
  if (window.runs_with === 0) return [title, `  none in ${window.observed} runs`];
  return [
    title,
    ...window.switches.flatMap(({ from, to, runs, reads_after, offset }) =>
      wrap(
        `${runs} runs, reads after ${
          reads_after === null ? "not observed" : `median ${formatStatistic(reads_after)}`
        }, offset ${sampleText(offset)}`,
        `  ${from === null ? "not observed" : printable(from)} -> ${
          to === null ? "not observed" : printable(to)
        }  `.slice(0, WIDTH / 2),
      )
    ),
    `  with     ${right(String(window.runs_with), 8)} runs  offset ${sampleText(window.offset_with)}`.slice(
      0,
      WIDTH,
    ),
    `  without  ${right(String(window.runs_without), 8)} runs  offset ${sampleText(window.offset_without)}`
      .slice(0, WIDTH),
    `  shift with - without ${formatShift(window.offset_shift_ns)} (Hodges-Lehmann)`,
  ];
}

function shareLines(title: string, shares: readonly Share[]): string[] {
  return [
    title,
    ...shares.slice(0, SHOWN).flatMap((share) =>
      wrap(share.value === null ? "not observed" : printable(share.value), sharePrefix(share))
    ),
    ...more(shares.length),
  ];
}

function stackLines(title: string, stacks: readonly StackShare[]): string[] {
  return [
    title,
    ...stacks.slice(0, SHOWN).flatMap((stack) =>
      stack.value === null
        ? wrap("not observed", sharePrefix(stack))
        : [`${sharePrefix(stack)}${stack.value}`, ...wrap(stack.frames.map(printable).join(" < "), "      ")]
    ),
    ...more(stacks.length),
  ];
}

function sharePrefix({ runs, share }: Share): string {
  return `  ${right(String(runs), 8)} ${right(percent(share), 6)}  `;
}

function more(count: number): string[] {
  return count > SHOWN ? [`  and ${count - SHOWN} more (--format json has them all)`] : [];
}

function integrityLines(integrity: Integrity): string[] {
  const count = (value: number | null) => value === null ? "not observed" : String(value);
  const timeouts = integrity.timeouts.map(({ last_stage, runs }) =>
    `${runs} ${last_stage === "none" ? "with nothing seen" : `after ${last_stage}`}`
  );
  const first = integrity.first_contradiction;
  const field = (name: string, text: string) => wrap(printable(text), `  ${left(name, 18)}`);
  const misses = Object.entries(integrity.recursion_misses_of).map(([program, runs]) => `${program} ${runs}`);
  return [
    "integrity",
    ...field("end", integrity.cut_off ? "missing: the file was cut off" : "there"),
    ...field("timeouts", timeouts.length === 0 ? "none" : timeouts.join(", ")),
    ...field("lost events", count(integrity.lost_events)),
    ...integrity.losses.slice(0, SHOWN).map(({ run, what, stage }) =>
      `    run ${run}: ${what}, last stage ${printable(stage)}`.slice(0, WIDTH)
    ),
    ...integrity.losses.length > SHOWN
      ? [`    and ${integrity.losses.length - SHOWN} more (--format json has them all)`]
      : [],
    ...field("negative deltas", String(integrity.negative_deltas)),
    ...field(
      "contradictions",
      first === null
        ? "none"
        : `${integrity.contradictions} runs (first: line ${first.line}, ${first.reason})`,
    ),
    ...field("clock was set", clockWasSet(integrity)),
    ...field("recursion misses", [count(integrity.recursion_misses), ...misses].join(", ")),
    ...field("own reads", count(integrity.self_reads)),
    ...integrity.notices.flatMap((notice) => field("notice", notice)),
  ];
}

/** In how many runs somebody set CLOCK_REALTIME, and by how much. */
export function clockWasSet({ realtime_steps: steps }: Integrity): string {
  if (steps === null) return "not observed";
  return steps.runs === 0
    ? "in no run"
    : `in ${steps.runs} ${steps.runs === 1 ? "run" : "runs"}, by up to ${
      formatShift(steps.largest_ns)
    } (CLOCK_REALTIME)`;
}

function seriesLines({ series }: Show): string[] {
  const { lag1, change_point, dip } = series.offset.dip === null ? series.ttwu_to_tkread : series.offset;
  const methods = [lag1, change_point, dip].flatMap((test) => test === null ? [] : [test.method]);
  return [
    "in the order of the runs",
    ...oneSeries("offset", series.offset),
    ...oneSeries("ttwu_to_tkread", series.ttwu_to_tkread),
    ...methods.length === 0 ? [] : wrap(methods.join("; "), "  "),
  ];
}

function oneSeries(name: string, checks: SeriesChecks): string[] {
  const { lag1, change_point: change, dip } = checks;
  if (dip === null) return wrap(`does not vary or has too few runs (n ${checks.n})`, `  ${left(name, 16)}`);
  const parts = [
    lag1 === null ? "lag-1 undefined" : `lag-1 ${lag1.r.toFixed(2)}, ${formatP(lag1.p, lag1.p_capped)}`,
    change === null
      ? "no change point"
      : `level changes most after run ${change.after_run}, ${formatP(change.p, change.p_capped)}`,
    `dip ${formatStatistic(dip.dip)}, ${formatP(dip.p, dip.p_capped)}`,
  ];
  return wrap(`${parts.join("; ")}; n ${checks.n}`, `  ${left(name, 16)}`);
}
