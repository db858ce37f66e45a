import assert from "node:assert/strict";
import { compareAll } from "../../../analysis/compare/compare.ts";
import { pooled } from "../../../analysis/pool/pool.ts";
import { compareText } from "../../../analysis/print/compare/text.ts";
import type { Row } from "../../../analysis/result/columns.ts";
import type { ResultFile } from "../../../analysis/result/file.ts";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";
import { fileText, read, rowOf, USUAL } from "../result/result_fixture.ts";
import { generatedMeta } from "../../../bench/generate.ts";

const MARGINS = { offset: { kind: "duration", ns: 500 } } as const;

/** A run whose wakeup and read come so much later than usual. */
function later(run: number, ns: number, over: Partial<Row>): Row {
  const stages = Object.fromEntries(
    Object.entries(USUAL).map(([stage, at]) => [stage, stage === "edge" ? at : at + ns]),
  ) as typeof USUAL;
  return rowOf(run, stages, over);
}

/** @param levels of the boots, ns; @param boots their names; null: nobody counted them */
function fileOf(
  name: string,
  levels: readonly number[],
  runs: number,
  boots: readonly (string | null)[],
): ResultFile {
  const random = Xoshiro128.seeded(levels.length + runs);
  const rows = levels.flatMap((level, at) =>
    Array.from(
      { length: runs },
      (_, i) =>
        later(at * runs + i + 1, 30_000 + level + Math.round(2_000 * random.uniform()), {
          boot: boots[at] ?? null,
        }),
    )
  );
  return read(fileText(rows, { runbook: generatedMeta("host").runbook }, name), 1 << 16, `${name}.csv`);
}

const numbered = (levels: readonly number[]) => levels.map((_, at) => `${at + 1}`);

/** Compares a host of one level with a VM of these. */
function compared(levels: readonly number[], runs: number, boots = numbered(levels)) {
  const files = [
    fileOf("host", [0], levels.length * runs, [null]),
    fileOf("vm", levels, runs, boots),
  ] as const;
  return { files, comparison: compareAll(files, { margins: MARGINS })[0]! };
}

const APART = [-1_000, -400, 0, 600, 1_200];
const ALIKE = [0, 0, 0, 0, 0];

Deno.test("boots that lie apart widen the interval, and what they differ by is told", () => {
  const heeded = compared(APART, 20).comparison.offset;
  const alike = compared(ALIKE, 20).comparison.offset;
  const width = ({ shift_ci_ns: ends }: typeof heeded) => ends![1] - ends![0];
  assert.ok(width(heeded) > 2 * width(alike), `${heeded.shift_ci_ns} ${alike.shift_ci_ns}`);
  const [ofHost, ofVm] = heeded.boots;
  assert.equal(ofHost, null);
  assert.equal(ofVm!.boots, 5);
  assert.ok(ofVm!.icc! > 0.5 && ofVm!.icc! < 1, `${ofVm!.icc}`);
  assert.ok(ofVm!.medians_ns[1] - ofVm!.medians_ns[0] > 1_000);
  assert.match(heeded.tost!.method, /variance between boots/);
  assert.match(heeded.brunner_munzel!.method, /variance between boots/);
  assert.deepEqual([heeded.verdict, heeded.n_to_settle], ["INCONCLUSIVE", null]);
  assert.deepEqual(heeded.reasons.map(({ code }) => code), ["interval_crosses_margin", "more_boots"]);
});

Deno.test("boots far beyond what their runs differ by bound nothing, and that is said", () => {
  const { files } = compared(APART.map((level) => 20 * level), 20);
  const comparison = compareAll(files, { margins: MARGINS, alpha: 0.01 })[0]!;
  const { verdict, tost, reasons } = comparison.offset;
  assert.deepEqual({ verdict, tost, reasons }, {
    verdict: "INCONCLUSIVE",
    tost: null,
    reasons: [{ code: "boots_apart" }],
  });
  assert.match(compareText([comparison]).replaceAll(/\s+/g, " "), /boots lie so far apart that no interval/);
});

Deno.test("boots that are alike show equivalence, and no run of them can be left out", () => {
  const { comparison } = compared(ALIKE, 20);
  assert.equal(comparison.offset.verdict, "EQUIVALENT");
  assert.ok(comparison.offset.boots[1]!.icc! < 0.1);
  assert.deepEqual(comparison.offset.leave_out!.reason, { code: "nested" });
  const codes = comparison.warnings.map(({ code }) => code);
  assert.ok(codes.includes("nested") && !codes.includes("not_exchangeable"), codes.join());
  assert.ok(
    !comparison.warnings.some((one) =>
      one.code === "residue" && one.columns.some(({ column }) => column === "boot")
    ),
  );
});

Deno.test("boots at different levels are no dependence of neighbours and no change of level", () => {
  const { order, series } = compared(APART, 20).comparison.offset;
  assert.ok(order!.p > 0.05, `${order!.p}`);
  assert.match(series[1].lag1!.method, /each boot alone/);
});

Deno.test("few boots do not say how much boots differ, and that is said instead of a verdict", () => {
  const { comparison } = compared([0, 0, 0, 0], 25);
  assert.equal(comparison.offset.verdict, "INCONCLUSIVE");
  assert.deepEqual(comparison.offset.reasons, [{ code: "few_boots", side: 1, boots: 4, needs: 5 }]);
  assert.deepEqual(
    [comparison.offset.tost, comparison.offset.brunner_munzel, comparison.offset.shift_ci_ns],
    [
      null,
      null,
      null,
    ],
  );
  assert.match(
    compareText([comparison]),
    /B is of 4 boots: how much boots\s+differ is known from 5 on/,
  );
});

Deno.test("one boot changes no number; a line says that it was one, and nothing is said where nobody counted", () => {
  const [one, unknown] = [["1"], [null]].map((boots) => compared([0], 60, boots as string[]).comparison);
  assert.deepEqual(one!.offset.tost, unknown!.offset.tost);
  assert.equal(one!.offset.verdict, "EQUIVALENT");
  assert.deepEqual([one!.sides[1].boots, unknown!.sides[1].boots, one!.sides[0].boots], [1, null, null]);
  const said = (comparison: typeof one) => compareText([comparison!]).replaceAll(/\s+/g, " ");
  assert.match(said(one), /B vm\.csv: .*, of one boot /);
  assert.match(
    said(one),
    /B is one boot of its VM, and another may lie elsewhere: declare boots to know how far/,
  );
  assert.doesNotMatch(said(unknown), /of one boot|one boot of its VM/);
});

Deno.test("files of one boot each, pooled, are as they were: the verdict is about these", () => {
  const files = APART.map((level, at) => fileOf(`vm${at}`, [level], 20, ["1"]));
  const side = pooled(files.map((file, at) => ({ ...file, meta: { ...file.meta, started: `${at}` } })), [
    "1",
    "2",
    "3",
    "4",
    "5",
  ]);
  const { offset, sides } = compareAll([fileOf("host", [0], 100, [null]), side], { margins: MARGINS })[0]!;
  assert.deepEqual([offset.boots, sides[1].boots], [[null, null], 5]);
});

Deno.test("files of several boots each, pooled, have the boots of all", () => {
  const files = [APART.slice(0, 2), APART.slice(2)].map((levels, at) =>
    fileOf(`vm${at}`, levels, 20, numbered(levels))
  );
  const side = pooled(files.map((file, at) => ({ ...file, meta: { ...file.meta, started: `${at}` } })), [
    "1",
    "2",
  ]);
  const { offset, sides } = compareAll([fileOf("host", [0], 100, [null]), side], { margins: MARGINS })[0]!;
  assert.deepEqual([offset.boots[1]!.boots, sides[1].boots], [5, 5]);
  assert.ok(offset.boots[1]!.icc! > 0.5, `${offset.boots[1]!.icc}`);
});
