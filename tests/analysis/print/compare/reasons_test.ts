import assert from "node:assert/strict";
import type { LeaveOutReason, StratumReason, VerdictReason } from "../../../../analysis/compare/reasons.ts";
import type { Warning } from "../../../../analysis/compare/warning.ts";
import { reasonInWords } from "../../../../analysis/print/compare/reasons.ts";
import { warningInWords, warningsInWords } from "../../../../analysis/print/compare/warnings.ts";

const LETTERS = ["A", "C"] as const;

const REASONS: readonly (readonly [VerdictReason | StratumReason | LeaveOutReason, words: string])[] = [
  [
    { code: "runbook", field: "load", values: ["idle", "cpu:2"], is_hash_same: false },
    "runbook load: idle in A, cpu:2 in C",
  ],
  [
    { code: "runbook", field: "wake", values: [null, "futex"], is_hash_same: true },
    "runbook wake: absent in A, futex in C, though runbook_sha256 is the same",
  ],
  [{ code: "runbook_hash" }, "runbook_sha256 differs, though all known fields are the same"],
  [
    { code: "hooks", stage: "switch", only: [["tp_btf sched_switch"], null] },
    "hooks of switch: tp_btf sched_switch only in A; none in C",
  ],
  [
    {
      code: "hooks",
      stage: "tkread",
      only: [[], ["fentry a", "fentry b", "fentry c", "fentry d", "fentry e"]],
    },
    "hooks of tkread: fentry a, fentry b, fentry c and 2 more only in C",
  ],
  [
    { code: "decode", values: ["6.12+", "5.8-5.10"] },
    "decode table of the wake flags: 6.12+ in A, 5.8-5.10 in C",
  ],
  [
    { code: "integrity", side: 1, errors: 3, rows: 30 },
    "integrity failed: 3 of 30 runs in C contradict themselves",
  ],
  [
    { code: "few_runs", n: [3, 30], lacks: "test", needs: 4 },
    "it was observed in 3 complete runs of A and 30 of C; a test needs 4 on each side",
  ],
  [
    { code: "few_runs", n: [5, 5], lacks: "interval", needs: 6 },
    "it was observed in 5 complete runs of A and 5 of C; an interval needs 6 on each side",
  ],
  [
    { code: "few_effective_runs", side: 1, n: 30, effective_n: 4.256, needs: 6 },
    "neighbouring runs of C are alike: its 30 runs count as 4.26, an interval needs 6",
  ],
  [{ code: "no_complete_run_in", side: 0 }, "no complete run in A"],
  [{ code: "few_complete_runs", needs: 4 }, "fewer than 4 complete runs on a side"],
  [{ code: "question_confounded", question: "ttwu_to_tkread" }, "ttwu_to_tkread is CONFOUNDED"],
  [{ code: "many_runs", most: 10_000 }, "a side has more than 10000 runs"],
];

for (const [reason, words] of REASONS) {
  Deno.test(`a reason in words: ${words}`, () => assert.equal(reasonInWords(reason, LETTERS).text, words));
}

const WARNINGS: readonly (readonly [Warning, words: string])[] = [
  [
    { code: "file", note: { code: "cut_off", file: "c.csv", rows: 12 } },
    "c.csv was cut off: no # end line follows its 12 rows, which are used",
  ],
  [
    { code: "file", note: { code: "resumed", file: "c.csv", run: 7 } },
    "c.csv was cut off and resumed at run 7",
  ],
  [
    { code: "file", note: { code: "line_cut_off", file: "c.csv", line: 6 } },
    "c.csv line 6 was cut off in its middle and is not used",
  ],
  [
    { code: "same_measurement" },
    "A and C began at the same time on the same boot: are they one measurement?",
  ],
  [
    { code: "censored", side: 1, timeout: 2, aborted: 0, rows: 32 },
    "C: 2 of 32 runs are censored (2 timed out) and left out of the estimates",
  ],
  [
    {
      code: "integrity",
      side: 0,
      errors: 1,
      rows: 30,
      first: { line: 7, reason: { code: "order", column: "switch_ns", is_before: "wakeup_ns" } },
    },
    "A: integrity: 1 of 30 runs contradict themselves and are in the estimates (first: line 7, switch_ns is before " +
    "wakeup_ns)",
  ],
  [
    { code: "foreseen", side: 1 },
    "C: a timer woke its target where pulses were foreseen: its offset has how far from there they came",
  ],
  [
    { code: "thin", sides: [{ side: 0, complete: 9 }, { side: 1, complete: 3 }] },
    "thin: only 9 complete runs in A and 3 complete runs in C; with fewer than 10 on a side a few runs decide everything",
  ],
  [
    { code: "edges", question: "offset", known_to_ns: 5_000_150.4, margin_ns: 4_000_000 },
    "the edges are known only to 5.000 ms, but the margin of offset is 4 ms",
  ],
  [
    { code: "clock_set", side: 0, runs: 2, rows: 30, largest_ns: -3_600_000_000_000 },
    "A: CLOCK_REALTIME was set during 2 of 30 runs, by up to -3600 s; edges and reads are on " +
    "CLOCK_MONOTONIC, which cannot be set",
  ],
  [
    { code: "not_exchangeable", side: 0, question: "offset", lag1: 0.5, after_run: null },
    "not exchangeable: the runs of offset in A (lag-1 autocorrelation 0.50); interval and p-value of its " +
    "shift come from moving blocks of runs, those of spread, shape and strata take runs as independent and claim too much",
  ],
  [
    { code: "not_exchangeable", side: 1, question: "offset", lag1: null, after_run: 25 },
    "not exchangeable: the runs of offset in C (level change after run 25); interval and p-value of its " +
    "shift come from moving blocks of runs, those of spread, shape and strata take runs as independent and claim too much",
  ],
  [
    { code: "modes", side: 0, question: "offset" },
    "A: offset has more than one mode (dip): its median may lie where there are no runs",
  ],
  [
    { code: "direction_flips", key: "path", later: ["direct", "self"], earlier: ["wakelist"] },
    "direction flips by path: C is later in direct; self, earlier in wakelist",
  ],
  [
    { code: "simpson", key: "path", question: "offset", whole: "later", within: "earlier" },
    "Simpson's paradox: offset is later in C over all runs, but earlier within the strata of path",
  ],
  [
    { code: "spread_flips", key: "path", wide: "direct", tight: "wakelist" },
    "spread flips by path: direct is wider than wakelist in A and tighter in C",
  ],
  [
    {
      code: "residue",
      columns: [
        { column: "clocksource", values: [null, [{ value: "tsc", runs: 20 }, { value: "hpet", runs: 10 }]] },
        {
          column: "comm",
          values: [
            [1, 2, 3, 4].map((n) => ({ value: `c${n}`, runs: 5 - n })),
            [{ value: "x", runs: 2 }, { value: "y", runs: 1 }],
          ],
        },
      ],
    },
    "columns that vary within strata but are not keys: clocksource (C: tsc 20, hpet 10), comm (A: c1 4, c2 3, c3 2 and 1 more; " +
    "C: x 2, y 1)",
  ],
];

for (const [warning, words] of WARNINGS) {
  Deno.test(`a warning in words: ${words}`, () => assert.equal(warningInWords(warning, LETTERS).text, words));
}

Deno.test("what is said of several questions is said once, where the first of them stands", () => {
  const order = { code: "not_exchangeable", after_run: null } as const;
  const warnings: Warning[] = [
    { ...order, side: 0, question: "offset", lag1: 0.5 },
    { code: "modes", side: 1, question: "offset" },
    { code: "lost_events", side: 0, events: 3 },
    { ...order, side: 1, question: "ttwu_to_tkread", lag1: null, after_run: 25 },
    { code: "modes", side: 1, question: "ttwu_to_tkread" },
    { code: "modes", side: 0, question: "offset" },
  ];
  assert.deepEqual(warningsInWords(warnings, ["A", "C"]).map(({ text }) => text), [
    "not exchangeable: the runs of offset in A (lag-1 autocorrelation 0.50), ttwu_to_tkread in C (level change " +
    "after run 25); intervals and p-values of their shifts come from moving blocks of runs, those of spread, shape " +
    "and strata take runs as independent and claim too much",
    "C: offset and ttwu_to_tkread have more than one mode (dip): their median may lie where there are no runs",
    "A: 3 events were lost",
    "A: offset has more than one mode (dip): its median may lie where there are no runs",
  ]);
});
