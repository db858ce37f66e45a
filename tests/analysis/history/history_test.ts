import assert from "node:assert/strict";
import { historyOf } from "../../../analysis/history/history.ts";
import { type HistorySeries, historySeries } from "../../../analysis/history/series.ts";
import { historyText } from "../../../analysis/print/history/text.ts";
import { tellHistory } from "../../../analysis/print/history/told.ts";
import type { Meta } from "../../../analysis/result/meta.ts";
import { boundRanks } from "../../../analysis/stats/quantile_bounds.ts";
import { generatedMeta } from "../../../bench/generate.ts";
import { MS, runs, shuffled, spread } from "../compare/compare_fixture.ts";
import { fileText, read, timeoutOf } from "../result/result_fixture.ts";

const DAY_NS = 86_400e9;
const RUNBOOK = { ...generatedMeta("host").runbook, runs: 20 };

/** Noise without an order, the same each time, in ns. */
const NOISE = shuffled(60, 3).map((i) => 300 * i);

function dateOf(day: number): string {
  return new Date(Date.UTC(2026, 0, 1 + day)).toISOString().replace(".000", "");
}

/** One series a day; `level` of its offsets in ns. */
function seriesAt(day: number, level: number, meta: Partial<Meta> = {}): HistorySeries {
  const whole = { runbook: RUNBOOK, started: dateOf(day), boot_id: `boot-${day}`, ...meta };
  const text = fileText(runs(spread(20, level + NOISE[day % 60]!, 1000)), whole);
  return historySeries(read(text, undefined, `day${day}.csv`), null);
}

function days(
  count: number,
  level: (day: number) => number,
  meta: (day: number) => Partial<Meta> = () => ({}),
) {
  return Array.from({ length: count }, (_, day) => seriesAt(day, level(day), meta(day)));
}

function offset(all: readonly HistorySeries[]) {
  return historyOf(all).questions.find(({ name }) => name === "offset")!;
}

Deno.test("a level is the median with its exact interval, and nothing where there are no runs", () => {
  const { levels } = seriesAt(0, 5 * MS);
  const { n, median_ns, ci_ns: [low, high] } = levels.get("offset")!;
  const sorted = spread(20, 5 * MS + NOISE[0]!, 1000).sort((a, b) => a - b);
  const ranks = boundRanks(20, 0.5, 0.975);
  assert.deepEqual([n, median_ns], [20, (sorted[9]! + sorted[10]!) / 2]);
  assert.deepEqual([low, high], [sorted[ranks.low - 1], sorted[ranks.high - 1]]);
  const few = historySeries(read(fileText(runs([5 * MS, 6 * MS]))), null).levels.get("offset")!;
  assert.deepEqual(few, { n: 2, median_ns: 5.5 * MS, ci_ns: [null, null] });
  const none = historySeries(read(fileText([timeoutOf(1)])), null).levels.get("offset")!;
  assert.deepEqual(none, { n: 0, median_ns: null, ci_ns: [null, null] });
});

Deno.test("a change is where it is, in whichever order the files are given, with the facts that changed there", () => {
  const all = days(24, (day) => day < 14 ? 5 * MS : 6 * MS, (day) => ({
    kernel: day < 14 ? "6.12.1" : "6.12.9",
    cpu: day === 14 ? "another" : "one",
    boot_id: day < 10 ? "first" : `boot-${day}`,
  }));
  const { changes, segments } = offset(shuffled(24, 9).map((day) => all[day]!));
  assert.deepEqual(changes.map(({ at }) => at), [14]);
  const [{ p, by_ns, by_percent, facts }] = changes as [typeof changes[0] & object];
  assert.ok(p <= 0.0125 && Math.abs(by_ns - MS) < 20_000 && Math.abs(by_percent! - 20) < 0.5);
  assert.deepEqual(facts, [
    { field: "kernel", values: ["6.12.1", "6.12.9"], is_only_here: true },
    { field: "boot_id", values: ["boot-13", "boot-14"], is_only_here: false },
    { field: "cpu", values: ["one", "another"], is_only_here: false },
  ]);
  assert.deepEqual(segments.map(({ from, to }) => [from, to]), [[0, 13], [14, 23]]);
  for (const { level_ns, level_ci_ns: [low, high] } of segments) {
    assert.ok(low! < level_ns && level_ns < high!);
  }
});

Deno.test("levels that stay have no change, and fewer than ten series are not asked", () => {
  assert.deepEqual(offset(days(30, () => 5 * MS)).changes, []);
  const few = offset(days(9, (day) => day < 5 ? 5 * MS : 9 * MS));
  assert.deepEqual([few.changes, few.reason, few.segments.length], [[], "few_series", 1]);
  const ten = offset(days(10, (day) => day < 5 ? 5 * MS : 9 * MS));
  assert.deepEqual([ten.changes.map(({ at }) => at), ten.reason], [[5], null]);
});

Deno.test("another protocol, another env, a measurement given twice and a date that is none are passed over, with their reason", () => {
  const all = [
    ...days(3, () => 5 * MS),
    seriesAt(3, 5 * MS, { runbook: { ...RUNBOOK, wake: "pipe" } }),
    seriesAt(4, 5 * MS, { env: "vm" }),
    { ...seriesAt(1, 5 * MS), file: "copy.csv" },
    seriesAt(5, 5 * MS, { started: "yesterday" }),
  ];
  const history = historyOf(all);
  assert.deepEqual(history.series.map(({ file }) => file), ["day0.csv", "day1.csv", "day2.csv"]);
  assert.deepEqual(history.passedOver.map(({ file, code }) => [file, code]), [
    ["copy.csv", "same_measurement"],
    ["day5.csv", "no_date"],
    ["day3.csv", "protocol"],
    ["day4.csv", "env"],
  ]);
  const text = historyText(tellHistory(history, [{ file: "notes.txt", reason: "is not a result file" }]));
  for (
    const line of [
      "  notes.txt: is not a result file",
      "  copy.csv: it is the measurement of day1.csv",
      '  day5.csv: "yesterday" is no date',
      "  day3.csv: runbook wake: timer in the others, pipe in it",
      "  day4.csv: env is vm",
    ]
  ) assert.ok(text.includes(line), `${line}\n${text}`);
});

Deno.test("the number of declared runs may differ", () => {
  const history = historyOf(days(4, () => 5 * MS, (day) => ({ runbook: { ...RUNBOOK, runs: 20 + day } })));
  assert.deepEqual([history.series.length, history.passedOver], [4, []]);
});

Deno.test("a clock that was set is told: within a boot by the kernel's own clock, else by the gap that it makes", () => {
  const at = (day: number, boot: string, upDays: number, date = day): HistorySeries => {
    const one = seriesAt(date, 5 * MS, { boot_id: boot });
    const bootedAt = Date.parse(one.meta.started) / 1000 - (upDays * DAY_NS) / 1e9;
    return { ...one, file: `day${day}.csv`, bootedAt };
  };
  const right = historyOf([at(0, "b", 0), at(1, "b", 1), at(2, "b", 2)]);
  assert.deepEqual(right.warnings, []);
  const set = historyOf([at(0, "b", 0), at(1, "b", 1), at(2, "b", 2, 367)]);
  assert.deepEqual(set.warnings, [
    { code: "clock", files: ["day0.csv", "day2.csv"], seconds: 365 * 86_400 },
    { code: "gap", files: ["day1.csv", "day2.csv"], days: 366 },
  ]);
  const text = historyText(tellHistory(set, []));
  assert.match(
    text.replaceAll(/\n +/g, " "),
    /day0\.csv and day2\.csv are of one boot.* 365 days otherwise apart/,
  );
  assert.match(text.replaceAll(/\n +/g, " "), /366 days without a series between day1\.csv and day2\.csv/);
});

Deno.test("hosts that alternate are told, a host that follows another is a fact of the change", () => {
  const alternate = historyOf(days(12, () => 5 * MS, (day) => ({ host: day % 2 === 0 ? "one" : "two" })));
  assert.deepEqual(alternate.warnings, [{ code: "hosts_alternate", hosts: ["one", "two"] }]);
  const moved = days(20, (day) => day < 10 ? 5 * MS : 7 * MS, (day) => ({ host: day < 10 ? "one" : "two" }));
  assert.deepEqual(historyOf(moved).warnings, []);
  const [change] = offset(moved).changes;
  assert.deepEqual(change!.facts[0], { field: "host", values: ["one", "two"], is_only_here: true });
});

Deno.test("a change at which no fact changed says so, and no line is wider than 80 columns", () => {
  const all = days(24, (day) => day < 12 ? 5 * MS : 7 * MS, () => ({ boot_id: "one" }));
  const text = historyText(tellHistory(historyOf(all), []));
  assert.match(text, /\noffset: 1 change of level\n/);
  assert.match(text, /\n {2}changed \+2\.00\d ms \(\+[34]\d\.\d%\) from day12\.csv on, 2026-01-13T/);
  assert.match(text, /\n {6}nothing in # meta changed there\n/);
  for (const line of text.split("\n")) assert.ok(line.length <= 80, line);
});
