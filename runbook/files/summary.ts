/** The end of `probe run` on stdout: text for people, or the same facts as one JSON object. */

import { formatDuration } from "../../analysis/units/format_value.ts";
import { WIDTH, wrap } from "../../analysis/print/layout/terminal.ts";
import { loss } from "../../analysis/print/measured.ts";
import { distributionTable, type MeasuredSeries, slowestTable } from "../../analysis/print/show/result.ts";
import { distributionLines, slowestLines } from "../../analysis/print/show/result_text.ts";
import { answerJson } from "../../analysis/print/json.ts";
import { printable } from "../../analysis/print/printable.ts";
import type { End, HookFact, Meta } from "../../analysis/result/meta.ts";
import { overheadText } from "./overhead_text.ts";
import type { ClusterCount, Tally } from "./tally.ts";

/** Slow runs, of a call that keeps them. */
export interface SlowSummary {
  /** As it was given: a duration or a quantile. */
  readonly limit: string;
  readonly runs: number;
  /** Paths of the JSON files. */
  readonly kept: readonly string[];
  /** Number of the run that ended the series; null: none has. */
  readonly ended_at: number | null;
}

export interface SeriesSummary {
  readonly path: string;
  readonly meta: Meta;
  readonly tally: Tally;
  /** What else the reader must know: hidden names, hooks that show less. */
  readonly notices: readonly string[];
  /** Absent: slow runs are as other runs. */
  readonly slow?: SlowSummary;
}

const MOST_CLUSTERS = 5;
const MOST_NAMED_LOSSES = 4;
/** Hooks with the same reason are named up to this many. */
const MOST_NAMES = 3;

/** How each tier observes the kernel, in the words of the documentation. */
export const TIER_TEXT = {
  full: "full (function entries and exits, tracepoints)",
  kprobe: "kprobe (kprobes and tracepoints)",
  raw: "raw (kprobes and raw tracepoints; the kernel's types may come from a file)",
  tracepoint: "tracepoint (the read is the target's own clock_gettime)",
} as const;

export function summaryJson({ path, meta, tally, notices, slow }: SeriesSummary): string {
  const end = tally.end();
  return answerJson("run", {
    file: path,
    env: meta.env,
    kernel: meta.kernel,
    virtualization: meta.virtualization,
    tier: meta.tier,
    runs: { declared: meta.runbook.runs, complete: end.complete, timeout: end.timeout, aborted: end.aborted },
    offset: tally.offset(),
    ttwu_to_tkread: tally.ttwuToTkread(),
    slowest: tally.slowest(),
    edge_uncertainty_ns: meta.edge_uncertainty_ns,
    clusters: tally.clusters(),
    signatures: tally.signatures(),
    losses: end.losses ?? [],
    lost_events: end.lost_events,
    recursion_misses: end.recursion_misses,
    self_reads: end.self_reads,
    ...(end.edges === undefined ? {} : { edges: end.edges }),
    ...(end.looks === undefined ? {} : { looks: { planned: meta.looks, taken: end.looks } }),
    ...(end.overhead === undefined ? {} : { overhead: end.overhead }),
    ...(slow === undefined ? {} : { slow }),
    never_observed: tally.neverObserved(meta.hooks),
    not_attached: meta.hooks.filter((hook) => !hook.attached),
    notices,
  }, 0);
}

export function summaryText({ path, meta, tally, notices, slow }: SeriesSummary): string {
  const end = tally.end();
  const clusters = tally.clusters();
  const signatures = tally.signatures();
  const measured = { offset: tally.offset(), ttwu_to_tkread: tally.ttwuToTkread(), slowest: tally.slowest() };
  const lines = [
    path,
    field("runs", `${end.complete} of ${meta.runbook.runs} complete, ${end.timeout} timed out`),
    ...looksLine(end, meta),
    ...slowLines(slow),
    "",
    ...distributionLines(distributionTable(measured)),
    "",
    ...slowest(measured),
    ...edgesKnown(measured, meta),
    ...edgeLines(end, meta),
    field("stacks", clusters.length === 1 ? "1 cluster" : `${clusters.length} clusters`),
    ...clusters.slice(0, MOST_CLUSTERS).map((cluster) => clusterLine(cluster, end.complete)),
    ...signatures.length === 0 ? [] : [
      field("signatures", signatures.map(({ signature, runs }) => `${signature} ${runs}`).join(", ")),
    ],
    field(
      "lost",
      `${end.lost_events} events; ${missesText(end)}; ` +
        `${end.self_reads} own reads filtered out`,
    ),
    ...lossLines(end),
    ...missLines(end),
    ...end.overhead === undefined ? [] : overheadText(end.overhead, end.rows)
      .map((line, index) => field(index === 0 ? "overhead" : "", line)),
    field("tier", TIER_TEXT[meta.tier]),
    ...listField("not observed", familiesOf(tally.neverObserved(meta.hooks))),
    ...notAttached(meta.hooks),
    ...notices.flatMap((notice) => wrap(notice, field("notice", ""))),
  ];
  return lines.map(printable).join("\n") + "\n";
}

const FAMILY = 5;

function field(name: string, text: string): string {
  return `  ${name.padEnd(13)}${text}`;
}

/** Names that begin with the same word, where they are many, as one: `tk_* (15)`. */
function familiesOf(names: readonly string[]): string[] {
  const first = (name: string) => name.split("_")[0]!;
  const families = Map.groupBy(names, first);
  return names.flatMap((name) => {
    const family = families.get(first(name))!;
    if (family.length < FAMILY) return [name];
    return family[0] === name ? [`${first(name)}_* (${family.length})`] : [];
  });
}

/** Words separated by commas, wrapped to the width of a terminal. */
function listField(name: string, words: readonly string[]): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length + 2 > WIDTH) {
      lines.push(field(lines.length === 0 ? name : "", word));
    } else lines[lines.length - 1] = `${last}, ${word}`;
  }
  return lines.map((line, index) => index < lines.length - 1 ? `${line},` : line);
}

function looksLine({ looks }: End, { looks: planned }: Meta): string[] {
  return looks === undefined ? [] : [field("looks", `${looks} of ${planned} planned`)];
}

function slowLines(slow: SlowSummary | undefined): string[] {
  if (slow === undefined) return [];
  const { limit, runs, kept, ended_at } = slow;
  const ended = ended_at === null ? [] : [`run ${ended_at} was slow and ended the series`];
  const counted = `${runs} above ${limit}${runs === 0 ? "" : `, ${kept.length} of them kept`}`;
  return [counted, ...ended, ...kept].map((line, index) => field(index === 0 ? "slow" : "", line));
}

function slowest(measured: MeasuredSeries): string[] {
  if (measured.slowest.runs.length === 0) return [];
  const [caption, ...rows] = slowestLines(slowestTable(measured));
  return [`  ${caption}`, ...rows, ""];
}

/** What gave the edges, and what happened to those that no run took. */
function edgeLines({ edges }: End, { trigger_device }: Meta): string[] {
  if (edges === undefined) return [];
  if (trigger_device === undefined) {
    return edges.missed === 0
      ? []
      : [field("edges", `${edges.missed} came between runs: not ready for them`)];
  }
  const absent = edges.absent === null ? "unknown how many did not come" : `${edges.absent} did not come`;
  return [field("edges", `from ${trigger_device}: ${edges.missed} came between runs, ${absent}`)];
}

function edgesKnown({ offset }: MeasuredSeries, { edge_uncertainty_ns }: Meta): string[] {
  return offset.n === 0 ? [] : [field("edges", `known to ${formatDuration(edge_uncertainty_ns)}`)];
}

function clusterLine({ ttwu_stack, runs, frames }: ClusterCount, complete: number): string {
  const share = Math.round(100 * runs / complete);
  return cutTo(`    ${ttwu_stack}  ${runs} runs (${share} %)  ${frames.join(";")}`);
}

/** If something was lost: in which run, and how far its chain had come. */
function lossLines({ losses = [] }: End): string[] {
  const lines = losses.slice(0, MOST_NAMED_LOSSES).map((one) => `    ${loss(one).text}`);
  const more = losses.length - lines.length;
  return more > 0 ? [...lines, `    and ${more} more: see the file's # end line`] : lines;
}

/**
 * Programs whose invocations the kernel skipped: for example a read hook that fires inside itself, harmless
 * but visible.
 */
function missesText({ recursion_misses }: End): string {
  return recursion_misses === null ? "recursion misses not counted" : `${recursion_misses} recursion misses`;
}

function missLines({ recursion_misses_of = {} }: End): string[] {
  const names = Object.entries(recursion_misses_of).map(([program, misses]) => `${program} ${misses}`);
  return names.length === 0 ? [] : wrap(`recursion misses of ${names.join(", ")}`, "    ");
}

/** Missing hooks by reason. One hook stands for all with the same reason; doctor lists each. */
function notAttached(hooks: readonly HookFact[]): string[] {
  const missing = hooks.filter((hook) => !hook.attached);
  if (missing.length === 0) return [];
  const byReason = Map.groupBy(missing, ({ reason }) => reason ?? "no reason given");
  const lines = [...byReason].flatMap(([reason, sharing]) => {
    const names = [...new Set(sharing.map(({ hook }) => hook))];
    const what = names.length <= MOST_NAMES
      ? names.join(", ")
      : `${sharing.length} hooks (probe doctor names them)`;
    return wrap(`${what}: ${reason}`, "    ");
  });
  return [field("not attached", `${missing.length} of ${hooks.length} hooks`), ...lines];
}

function cutTo(line: string): string {
  return line.length <= WIDTH ? line : `${line.slice(0, WIDTH - 3)}...`;
}
