import assert from "node:assert/strict";
import { compareJson } from "../../../../analysis/print/compare/json.ts";
import { compareMarkdown } from "../../../../analysis/print/compare/markdown.ts";
import { tailReason } from "../../../../analysis/print/compare/tails.ts";
import { compareText } from "../../../../analysis/print/compare/text.ts";
import { tellComparison } from "../../../../analysis/print/compare/told.ts";
import { tailSection } from "../../../../analysis/report/sections/tails.ts";
import type { TailReason } from "../../../../analysis/tails/tail.ts";
import type { Meta } from "../../../../analysis/result/meta.ts";
import { generate, type Generated, generatedMeta } from "../../../../bench/generate.ts";
import { compare } from "../../compare/compare_fixture.ts";
import { read } from "../../result/result_fixture.ts";

const RUNBOOK: Meta["runbook"] = { ...generatedMeta("host").runbook, deadline_ns: 120_000 };

function generated(options: Omit<Generated, "rows">) {
  return read([...generate({ ...options, rows: 400 })].join(""), undefined, `${options.env}.csv`);
}

function compared(runbookOfB = RUNBOOK) {
  return compare(
    generated({ seed: 1, env: "host", meta: { runbook: RUNBOOK } }),
    generated({
      seed: 2,
      env: "vm",
      timeoutEvery: 100,
      meta: { started: "2026-01-02T00:00:00Z", runbook: runbookOfB },
    }),
  );
}

/** Without line ends, escapes, blanks that keep words together, and markup. */
function plain(text: string): string {
  return text.replaceAll("\u00b5s", "us").replaceAll("\u00b1", "+-").replaceAll("\u2212", "-").replaceAll(
    /<[^>]*>/g,
    " ",
  ).replaceAll("\\", "").replaceAll("&gt;", ">").replaceAll(
    /\s+/g,
    " ",
  );
}

Deno.test("text, Markdown and the page say the same of the tails", () => {
  const result = compared();
  const page = tailSection(tellComparison(result).tails, []).content.toString();
  const forms = [compareText([result]), compareMarkdown([result]), page].map(plain);
  const [p95] = result.tails.quantiles;
  assert.equal(p95!.verdict, "EQUIVALENT");
  const ratio = p95!.ratio_ci.map((end) => end!.toFixed(2)).join(", ");
  for (const form of forms) {
    assert.match(form, /offset P95 \|? ?EQUIVALENT/);
    assert.match(form, /offset P99 \|? ?INCONCLUSIVE/);
    for (
      const words of [
        `[${ratio}]`,
        "timed out]",
        "slower than the time limit of a run",
        `power ${p95!.power!.toFixed(2)}`,
        "later than 120 us",
        "of 400 runs",
        "points",
        "EQUIVALENT: the 90 % interval of B / A lies between 0.8 and 1.2 (tail_margin 20 %)",
      ]
    ) {
      assert.ok(form.includes(words), `${words} in ${form}`);
    }
  }
});

Deno.test("the JSON has each quantile and the deadline, with reasons in words", () => {
  const result = compared();
  const [{ tails }] = JSON.parse(compareJson([result])).comparisons;
  assert.deepEqual(
    tails.quantiles.map((
      { question, quantile }: { question: string; quantile: number },
    ) => [question, quantile]),
    [["offset", 0.95], ["offset", 0.99], ["ttwu_to_tkread", 0.95], ["ttwu_to_tkread", 0.99]],
  );
  assert.deepEqual(tails.quantiles[1].reasons, [
    "the quantile of B, or its upper bound, is slower than the time limit of a run: nothing more is known",
  ]);
  assert.deepEqual(tails.quantiles[1].sides[1].ci_ns[1], null);
  assert.equal(tails.exceedance.deadline_ns, 120_000);
  assert.deepEqual(tails.exceedance.reasons, []);
});

Deno.test("late runs of sides that were not measured alike are for information", () => {
  const text = plain(compareText([compared({ ...RUNBOOK, load: "cpu:2" })]));
  assert.match(text, /later than 120 us offset is CONFOUNDED: for information only A: \d+ of 400 runs/);
  assert.match(text, /offset P95 CONFOUNDED /);
});

const REASONS: readonly (readonly [TailReason, words: string])[] = [
  [{ code: "no_tail_margin" }, "the runbook declares no tail_margin"],
  [
    { code: "few_runs_for_bounds", n: [30, 400], needs: 59 },
    "its bounds need 59 runs a side, A has 30 and C 400",
  ],
  [
    { code: "runs_depend" },
    "runs depend on each other, by their order or their boot, and the bounds take them as independent",
  ],
  [
    { code: "few_effective_runs_for_bounds", side: 1, n: 60, effective_n: 49.51, needs: 59 },
    "neighbouring runs of C are alike: its 60 runs count as 49.5, its bounds need 59",
  ],
  [
    { code: "among_timeouts", sides: [0, 1] },
    "the quantile of A and of C, or its upper bound, is slower than the time limit of a run: nothing more is known",
  ],
  [{ code: "not_positive" }, "a bound is not above 0, so no ratio exists"],
  [{ code: "margin_in_interval" }, "an end of the margin lies in the interval of C / A"],
];

for (const [reason, words] of REASONS) {
  Deno.test(`the reason ${reason.code} of a tail's verdict has its words`, () => {
    assert.equal(tailReason(reason, ["A", "C"]).text, words);
  });
}
