import assert from "node:assert/strict";
import { QUESTIONS } from "../../../analysis/compare/questions.ts";
import { compareText } from "../../../analysis/print/compare/text.ts";
import { generatedMeta } from "../../../bench/generate.ts";
import { fileText, read } from "../result/result_fixture.ts";
import { compare, compared, MS, runs, spread } from "./compare_fixture.ts";

Deno.test("a margin in percent is one of A's median, and its interval is as uncertain as that", () => {
  const a = spread(60, 100 * MS, 10_000);
  const b = spread(60, 105 * MS, 9_973);
  const share =
    compared(runs(a), runs(b), {}, { margins: { offset: { kind: "share", percent: 10 } } }).offset;
  const fixed =
    compared(runs(a), runs(b), {}, { margins: { offset: { kind: "duration", ns: share.margin_ns! } } })
      .offset;
  assert.equal(share.margin_ns, 0.1 * share.median_ns[0]!);
  assert.deepEqual([share.margin_percent, fixed.margin_percent], [10, null]);
  assert.deepEqual([share.verdict, fixed.verdict], ["DIFFERENT-WITHIN-MARGIN", "DIFFERENT-WITHIN-MARGIN"]);
  assert.equal(share.shift_percent, 100 * share.shift_ns! / share.median_ns[0]!);
  const width = ({ tost }: typeof share) => tost!.ci_ns[1] - tost!.ci_ns[0];
  assert.ok(width(share) > width(fixed) && width(share) < 1.2 * width(fixed));
  assert.deepEqual(share.shift_ci_ns, fixed.shift_ci_ns);
});

Deno.test("a margin of a median that is not above 0 is none, and nothing is concluded", () => {
  const a = spread(10, -10_000, 1000);
  const { offset } = compared(runs(a), runs(a.map((value) => value - 7)), {}, {
    margins: { offset: { kind: "share", percent: 10 } },
  });
  assert.deepEqual([offset.verdict, offset.margin_ns, offset.tost], ["NO-DATA", null, null]);
});

Deno.test("a margin wider than half of A's median is said to be wide, beside the verdict", () => {
  const a = spread(10, MS, 1000);
  const wide = (percent: number) =>
    compareText([compared(runs(a), runs(a), {}, { margins: { offset: { kind: "share", percent } } })]);
  assert.match(wide(51).replaceAll(/\s+/g, " "), / margin the margin is 0\.51 times A's median of 1\./);
  assert.doesNotMatch(wide(50), /times A's median of 1\./);
});

Deno.test("a file from before each question had a margin keeps those that it declared", () => {
  const {
    offset_margin: _o,
    ttwu_to_tkread_margin: _t,
    edge_to_wakeup_margin: _e,
    wakeup_to_switch_margin: _w,
    ...rest
  } = generatedMeta("host").runbook;
  const file = () =>
    read(fileText(runs(spread(10, 100 * MS, MS)), {
      runbook: { ...rest, offset_margin_ns: 3 * MS, ttwu_to_tkread_margin_ns: 70_000 },
    }));
  const result = compare(file(), file());
  assert.deepEqual(QUESTIONS.map(({ name }) => result[name].margin_ns), [3 * MS, 70_000, 70_000, 70_000]);
});
