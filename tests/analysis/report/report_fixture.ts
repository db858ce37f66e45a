/**
 * Files like those of a long series of measurements: an offset of 1.111 s with a spread of 4 ms, wakeups with
 * WF_SYNC|WF_MIGRATED tight, wakeups that stay on their CPU wide, each cluster with its own stack.
 */

import type { Row } from "../../../analysis/result/columns.ts";
import { compareAll } from "../../../analysis/compare/compare.ts";
import type { Meta } from "../../../analysis/result/meta.ts";
import type { ReportFile } from "../../../analysis/report/sections/facts.ts";
import { type Page, reportPage } from "../../../analysis/report/page.ts";
import { readResultFile, type ResultFile } from "../../../analysis/result/file.ts";
import type { TextName } from "../../../analysis/result/row.ts";
import { formatEnd, formatHeader, formatRow, formatStackLine } from "../../../analysis/result/write.ts";
import { ShowColumns } from "../../../analysis/show/show.ts";
import { stackKey } from "../../../analysis/result/stack_key.ts";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";
import { generatedMeta } from "../../../bench/generate.ts";
import { endOf, read, rowOf, timeoutOf } from "../result/result_fixture.ts";

const TIMER = [
  "try_to_wake_up",
  "hrtimer_wakeup",
  "__hrtimer_run_queues",
  "hrtimer_interrupt",
  "__sysvec_apic_timer_interrupt",
  "sysvec_apic_timer_interrupt",
  "asm_sysvec_apic_timer_interrupt",
  "pv_native_safe_halt",
  "default_idle",
  "do_idle",
  "cpu_startup_entry",
];
const SYNC = [
  "try_to_wake_up",
  "autoremove_wake_function",
  "__wake_up_common",
  "__wake_up_sync_key",
  "pipe_write",
  "vfs_write",
  "ksys_write",
  "do_syscall_64",
  "entry_SYSCALL_64_after_hwframe",
];
const READ = [
  "ktime_get_ts64",
  "posix_get_monotonic_timespec",
  "__x64_sys_clock_gettime",
  "do_syscall_64",
  "entry_SYSCALL_64_after_hwframe",
];

export interface Series {
  readonly rows: number;
  readonly seed: number;
  readonly env: string;
  /** Added to every read, in ns. */
  readonly shiftNs?: number;
  /** From this run on the wakeup begins 6 ms later. */
  readonly changesAfter?: number;
  /** Every n-th run times out. */
  readonly timeoutEvery?: number;
  readonly meta?: Partial<Meta>;
  /** Overrides values of each row. */
  readonly over?: Partial<Row>;
  readonly overRow?: (run: number) => Partial<Row>;
  /** A frame below all others of the timer's stack. */
  readonly frame?: string;
}

export function seriesText(series: Series): string {
  const {
    rows,
    seed,
    env,
    shiftNs = 0,
    changesAfter = Infinity,
    timeoutEvery = Infinity,
    meta,
    over,
    overRow,
    frame,
  } = series;
  const timer = frame === undefined ? TIMER : [...TIMER, frame.replaceAll(";", "")];
  const random = Xoshiro128.seeded(seed);
  /** Around 0, with standard deviation 1, bell-shaped. */
  const noise = () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += random.uniform();
    return sum;
  };
  const all = Array.from({ length: rows }, (_, i): Row => {
    const run = i + 1;
    if (run % timeoutEvery === 0) return { ...timeoutOf(run), ttwu_stack: stackKey(timer) };
    const tight = random.uniform() < 0.6;
    const ttwu = Math.round(1_111_000_000 + 4_000_000 * noise() + (run > changesAfter ? 6_000_000 : 0));
    const wakeup = ttwu + Math.round(900 * Math.exp(0.2 * noise()));
    const switched = wakeup + Math.round((tight ? 6_000 : 30_000) * Math.exp((tight ? 0.05 : 0.7) * noise()));
    const tkread = switched + Math.round(1_500 * Math.exp(0.3 * noise())) + shiftNs;
    return rowOf(run, { ttwu, wakeup, switched, tkread }, {
      signature: tight ? "WF_SYNC|WF_MIGRATED" : "none",
      migrated: tight,
      ttwu_stack: stackKey(tight ? SYNC : timer),
      tkread_stack: stackKey(READ),
      ...over,
      ...overRow?.(run),
    });
  });
  return formatHeader({ ...generatedMeta(env), ...meta }) +
    [timer, SYNC, READ].map((frames) => formatStackLine(stackKey(frames), frames)).join("") +
    all.map(formatRow).join("") + formatEnd(endOf(all));
}

export function seriesFile(series: Series): ResultFile {
  return read(seriesText(series), undefined, `${series.env}.csv`);
}

/** Several series as files of a page. */
export function seriesSides(series: readonly Series[]): ReportFile[] {
  return series.map((one, index): ReportFile => {
    const meta = index === 0 ? {} : { started: "2026-01-02T00:00:00Z" };
    const text = seriesText({ ...one, meta: { ...meta, ...one.meta } });
    const collected = new ShowColumns(null);
    const file = readResultFile(
      `${one.env}.csv`,
      [new TextEncoder().encode(text)],
      (row) => collected.visit(row),
    );
    return {
      file,
      show: collected.show(file),
      links: collected.links(),
      columnOf: (name) => file.texts[name as TextName],
      sha256: "5".repeat(64),
      bytes: text.length,
    };
  });
}

/** The page of several series. */
export function seriesPage(series: readonly Series[], over: Partial<Page> = {}): string {
  const files = seriesSides(series);
  const comparisons = files.length < 2 ? [] : compareAll(files.map(({ file }) => file));
  return reportPage({ version: "0.1.0", command: "probe report a.csv b.csv", files, comparisons, ...over });
}

/** What a reader sees of the page, without the text for a terminal. */
export function readable(page: string): string {
  return page.replace(/<style>.*?<\/style>|<details class="text">.*?<\/details>/gs, "").replaceAll(
    /<[^>]*>/g,
    " ",
  )
    .replaceAll("\u00a0", " ").replaceAll("\u00b1", "+-").replaceAll("\u00b5s", "us").replaceAll(
      "\u2212",
      "-",
    ).replaceAll("&#39;", "'").replaceAll("&quot;", '"').replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">").replaceAll("&amp;", "&").replaceAll(/\s+/g, " ");
}
