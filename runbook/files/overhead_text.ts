/** What the measurement itself cost, in the words of the summary. */

import { formatDuration } from "../../analysis/units/format_value.ts";
import type { LatencySide, Overhead, WakeupCost } from "../../analysis/result/meta.ts";

/**
 * How much longer the wakeup took because of the probes, and the programs that ran, the most expensive first.
 *
 * @param rows runs with the probes
 */
export function overheadText({ wakeup, programs }: Overhead, rows: number): string[] {
  const ran = programs.filter(({ run_cnt }) => run_cnt > 0)
    .toSorted((a, b) => b.run_time_ns - a.run_time_ns);
  const total = ran.reduce((sum, { run_time_ns }) => sum + run_time_ns, 0);
  const perRun = formatDuration(rows === 0 ? 0 : total / rows);
  return [
    ...(wakeup === null ? ["latency not observed: the target is not the built-in one"] : wakeupText(wakeup)),
    `${perRun} of CPU time a run, in ${ran.length} program${ran.length === 1 ? "" : "s"}:`,
    ...ran.map(({ program, run_cnt, run_time_ns }) =>
      `  ${program} ${Math.round(run_time_ns / run_cnt)} ns, ${run_cnt} times`
    ),
  ];
}

function wakeupText({ armed, unarmed, shift_ns, shift_ci_ns }: WakeupCost): string[] {
  const side = ({ n, median_ns }: LatencySide) =>
    `${median_ns === null ? "unknown" : formatDuration(median_ns)} (n ${n})`;
  const medians = `edge to read: median ${side(armed)} with, ${side(unarmed)} without`;
  if (shift_ns === null) return ["too few runs for the added latency", medians];
  const interval = shift_ci_ns === null
    ? "too few runs for an interval"
    : `95 % interval ${shift_ci_ns.map((end) => formatDuration(end)).join(" to ")}`;
  return [`added latency ${formatDuration(shift_ns)} (${interval})`, medians];
}
