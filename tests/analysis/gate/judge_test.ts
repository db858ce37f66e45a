import assert from "node:assert/strict";
import fc from "fast-check";
import { compareAll } from "../../../analysis/compare/compare.ts";
import { VERDICTS } from "../../../analysis/compare/verdict.ts";
import { EXIT, Failure } from "../../../analysis/failure.ts";
import type { Policy } from "../../../analysis/gate/policy.ts";
import { OUTCOMES } from "../../../analysis/gate/outcome.ts";
import type { Row } from "../../../analysis/result/columns.ts";
import type { ResultFile } from "../../../analysis/result/file.ts";
import { generatedMeta } from "../../../bench/generate.ts";
import { codesOf, MS, runs, shuffled, spread } from "../compare/compare_fixture.ts";
import { fileText, read, timeoutOf } from "../result/result_fixture.ts";
import { answer, around, BASELINE, judged, policyOf, series } from "./gate_fixture.ts";

const { runbook: RUNBOOK } = generatedMeta("host");

/** The same but for the margin, so that intervals of a few us are near it or far. */
function offsetWithin(margin: string, keys = "") {
  return policyOf(`[questions]\noffset = "${margin}"`, keys);
}

Deno.test("the same is PASS, another is FAIL, and what is open is WARN", () => {
  const b = (centre: number, step = 1000) => around(40, centre, "b", step);
  assert.deepEqual(answer(judged([BASELINE, b(5 * MS)])), {
    outcome: "PASS",
    verdict: "EQUIVALENT",
    codes: [],
  });
  assert.deepEqual(answer(judged([BASELINE, b(8 * MS)])), {
    outcome: "FAIL",
    verdict: "DIFFERENT",
    codes: ["verdict"],
  });
  assert.deepEqual(answer(judged([BASELINE, b(6 * MS, 10_000)], offsetWithin("1ms", "flaky_runs = 0"))), {
    outcome: "WARN",
    verdict: "INCONCLUSIVE",
    codes: ["verdict"],
  });
});

Deno.test("the policy says what each verdict means", () => {
  const b = around(40, 8 * MS, "b");
  for (const outcome of OUTCOMES) {
    const policy = policyOf(`[questions]\noffset = "1ms"\n[verdicts]\nDIFFERENT = "${outcome}"`);
    assert.equal(judged([BASELINE, b], policy).outcome, outcome);
  }
});

Deno.test("the worst question of the worst series is the outcome", () => {
  const [b, c] = [around(40, 5 * MS, "b"), around(40, 8 * MS, "c")];
  const judgement = judged([BASELINE, b, c]);
  assert.deepEqual(judgement.series.map(({ outcome }) => outcome), ["PASS", "FAIL"]);
  assert.equal(judgement.outcome, "FAIL");
  const both = policyOf('[questions]\noffset = "1ms"\nttwu_to_tkread = "runbook"');
  assert.deepEqual(
    judged([BASELINE, b], both).series[0]!.questions.map(({ name, outcome }) => [name, outcome]),
    [
      ["offset", "PASS"],
      ["ttwu_to_tkread", "PASS"],
    ],
  );
});

Deno.test("verdicts and margins are those of compare", () => {
  const b = around(40, 5 * MS + 3000, "b");
  const [comparison] = compareAll([BASELINE, b], { margins: { offset: { kind: "duration", ns: 4000 } } });
  const [question] = judged([BASELINE, b], offsetWithin("4us")).series[0]!.questions;
  assert.deepEqual([question!.verdict, question!.estimate, question!.interval, question!.limits], [
    comparison!.offset.verdict,
    comparison!.offset.shift_ns,
    comparison!.offset.tost!.ci_ns,
    [-4000, 4000],
  ]);
});

Deno.test("an interval that ends near the margin warns, from inside and from outside, by the zone alone", () => {
  const shifted = around(40, 5 * MS + 20_000, "b");
  const [low, high] = judged([BASELINE, shifted]).series[0]!.questions[0]!.interval as [number, number];
  assert.ok(low > 0 && low < 20_000 && high > 20_000);
  const at = (ns: number, zone: string) =>
    answer(
      judged([BASELINE, shifted], offsetWithin(`${Math.round(ns)}ns`, `zone = "${zone}"\nflaky_runs = 0`)),
    );
  const inside = high * 1.05;
  const outside = low * 0.95;
  assert.deepEqual(at(inside, "10 %"), {
    outcome: "WARN",
    verdict: "DIFFERENT-WITHIN-MARGIN",
    codes: ["near_margin"],
  });
  assert.deepEqual(at(inside, "1 %").outcome, "PASS");
  assert.deepEqual(at(inside, "0 %").outcome, "PASS");
  assert.deepEqual(at(outside, "10 %"), {
    outcome: "WARN",
    verdict: "DIFFERENT",
    codes: ["verdict", "near_margin"],
  });
  assert.deepEqual(at(outside, "1 %").outcome, "FAIL");
});

/** Shifted by 10 us, with an interval from 5 to 15 us: three runs of 80 change what is said of 4.95 us. */
const SHIFTED = around(40, 5 * MS + 10_000, "b");

Deno.test("a verdict that few runs change warns and asks for a second series, which may confirm it", () => {
  // Its interval ends at 9 us.
  const b = around(40, 5 * MS + 4000, "b");
  const policy = (k: number) => offsetWithin("9150ns", `zone = "0 %"\nflaky_runs = ${k}`);
  assert.deepEqual(answer(judged([BASELINE, b], policy(2))).outcome, "PASS");
  assert.deepEqual(answer(judged([BASELINE, b], policy(3))), {
    outcome: "WARN",
    verdict: "EQUIVALENT",
    codes: ["flaky"],
  });
  const confirmed = judged([BASELINE, b, around(40, 5 * MS, "c")], policy(3));
  assert.deepEqual(confirmed.series.map(({ questions: [one] }) => [one!.verdict, one!.outcome]), [
    ["EQUIVALENT", "PASS"],
    ["EQUIVALENT", "PASS"],
  ]);
  assert.deepEqual(confirmed.series[0]!.questions[0]!.reasons, [{ code: "confirmed", by: "c.csv" }]);
  // What is flaky as well, or has another verdict, confirms nothing.
  const again = judged([BASELINE, b, around(40, 5 * MS + 4000, "d")], policy(3));
  assert.deepEqual(again.series.map(({ outcome }) => outcome), ["WARN", "WARN"]);
  const other = judged([BASELINE, b, around(40, 8 * MS, "e")], policy(3));
  assert.deepEqual(other.series.map(({ outcome }) => outcome), ["WARN", "FAIL"]);
});

Deno.test("a FAIL that few runs change warns, and a second series confirms it", () => {
  const policy = offsetWithin("4950ns", 'zone = "0 %"\nflaky_runs = 3');
  assert.deepEqual(answer(judged([BASELINE, SHIFTED], policy)), {
    outcome: "WARN",
    verdict: "DIFFERENT",
    codes: ["verdict", "flaky"],
  });
  const { series: [first] } = judged([BASELINE, SHIFTED, around(40, 5 * MS + 90_000, "c")], policy);
  assert.deepEqual(first!.questions[0]!.reasons.map(({ code }) => code), ["verdict", "confirmed"]);
  assert.equal(first!.outcome, "FAIL");
});

/** 400 runs without an order, the last of them timed out. */
function long(name: string, centre: number, late = 0, meta = RUNBOOK): ResultFile {
  const offsets = shuffled(400 - late, name.charCodeAt(0)).map((i) => centre + 1000 * i);
  const rows = [...runs(offsets), ...Array.from({ length: late }, (_, i) => timeoutOf(401 - late + i))];
  return series(rows, name, { runbook: { ...meta, runs: 400 } });
}

Deno.test("P95 and P99 have a margin each, or the runbook's", () => {
  const [a, b] = [long("a", 5 * MS), long("b", 5.6 * MS)];
  const found = (p95: string, p99: string) => {
    const policy = policyOf(`[questions]\noffset_p95 = "${p95}"\noffset_p99 = "${p99}"`, 'zone = "0 %"');
    return judged([a, b], policy).series[0]!.questions.map(({ verdict, limits }) => [verdict, limits]);
  };
  assert.deepEqual(found("20 %", "5 %"), [["EQUIVALENT", [0.8, 1.2]], ["DIFFERENT", [0.95, 1.05]]]);
  assert.deepEqual(found("5 %", "20 %"), [["DIFFERENT", [0.95, 1.05]], ["EQUIVALENT", [0.8, 1.2]]]);
  const declared = policyOf('[questions]\noffset_p99 = "runbook"');
  const [ofRunbook] = judged([long("a", 5 * MS, 0, { ...RUNBOOK, tail_margin_percent: 5 }), b], declared)
    .series[0]!.questions;
  assert.deepEqual([ofRunbook!.verdict, ofRunbook!.limits], ["CONFOUNDED", [0.95, 1.05]]);
});

Deno.test("missed deadlines are compared in percent of the runs; runs that timed out missed it", () => {
  const [a, b] = [long("a", 5 * MS), long("b", 5 * MS, 40)];
  const found = (margin: string, deadline: string) => {
    const policy = policyOf(
      `[questions]\nmissed_deadline = "${margin}"`,
      `deadline = "${deadline}"\nzone = "0 %"\ntimeouts = "20 %"`,
    );
    const [one] = judged([a, b], policy).series[0]!.questions;
    return [one!.verdict, one!.values, one!.outcome];
  };
  assert.deepEqual(found("5 %", "9ms"), ["DIFFERENT", [0, 0.1], "FAIL"]);
  assert.deepEqual(found("20 %", "9ms"), ["EQUIVALENT", [0, 0.1], "PASS"]);
  assert.deepEqual(found("10 %", "9ms"), ["INCONCLUSIVE", [0, 0.1], "WARN"]);
  assert.deepEqual(found("5 %", "1ms"), ["EQUIVALENT", [1, 1], "PASS"]);
});

/** Policies that no series of the baseline's runbook can pass, though others may. */
const UNPASSABLE = [
  [
    '[questions]\noffset = "1ms"',
    "least_runs = 41",
    /least_runs is 41, and the runbook of a\.csv declares 40 runs/,
  ],
  ['[questions]\noffset_p99 = "20 %"', "", /offset_p99 needs 299 runs a side, and .* declares 40;/],
  ['[questions]\noffset_p99 = "20 %"', "alpha = 0.01", /offset_p99 needs 459 runs a side/],
  [
    '[questions]\nmissed_deadline = "1 %"',
    "",
    /neither it nor the runbook of a\.csv has the deadline of missed/,
  ],
  ['[questions]\noffset_p95 = "runbook"', "", /the runbook of a\.csv declares no tail_margin for offset_p95/],
] as const;

for (const [questions, keys, says] of UNPASSABLE) {
  Deno.test(`a policy that no series of this runbook can pass is refused: ${says.source}`, () => {
    const { tail_margin_percent: _, ...rest } = RUNBOOK;
    const meta = { runbook: { ...rest, runs: 40 } };
    const [a, b] = ["a", "b"].map((name) => series(runs(spread(40, 5 * MS, 1000)), name, meta));
    assert.throws(() => judged([a!, b!], policyOf(questions, keys)), (error) => {
      assert.ok(error instanceof Failure && error.exitCode === EXIT.usage);
      assert.match(error.message, /^policy\.toml lets nothing pass: /);
      assert.match(error.message, says);
      return true;
    });
  });
}

Deno.test("further questions that the runbook declares are judged by its margin, or by the policy's", () => {
  const declared = (questions: string) =>
    ["a", "b"].map((name) => series(whole(), name, { runbook: { ...RUNBOOK, runs: 40, questions } }));
  const limits = (margin: string) => {
    const policy = policyOf(`[questions]\nttwu_to_switch = "${margin}"`);
    return judged(declared("ttwu_to_switch=10 %"), policy).series[0]!.questions.map((
      one,
    ) => [one.verdict, one.limits]);
  };
  // From the wakeup to the switch it is 3 us.
  assert.deepEqual(limits("runbook"), [["EQUIVALENT", [-300, 300]]]);
  assert.deepEqual(limits("1us"), [["EQUIVALENT", [-1000, 1000]]]);
  const undeclared = policyOf('[questions]\nttwu_to_switch = "runbook"');
  assert.throws(() => judged(declared("none"), undeclared), (error) => {
    assert.ok(error instanceof Failure && error.exitCode === EXIT.usage);
    assert.match(
      error.message,
      /the runbook of a\.csv does not declare ttwu_to_switch; give the question a margin/,
    );
    return true;
  });
});

Deno.test("what the baseline's runbook declares and no runbook can is refused where the policy does not replace it", () => {
  const files = (over: Record<string, string | number>) =>
    ["a", "b"].map((name) => series(whole(), name, { runbook: { ...RUNBOOK, runs: 40, ...over } }));
  const refused = (over: Record<string, string | number>, policy: Policy, says: RegExp) =>
    assert.throws(() => judged(files(over), policy), (error) => {
      assert.ok(error instanceof Failure);
      assert.match(error.message, says);
      return true;
    });
  const declared = offsetWithin("runbook");
  refused(
    { alpha: 0.7 },
    declared,
    /the runbook of a\.csv declares alpha 0\.7; declare alpha in the policy$/,
  );
  refused(
    { offset_margin: "x" },
    declared,
    /declares offset_margin "x", .*; give offset a margin in the policy$/,
  );
  assert.equal(judged(files({ alpha: 0.7 }), offsetWithin("1ms", "alpha = 0.05")).outcome, "PASS");
  const odd = files({ offset_margin: "x", edge_to_wakeup_margin: "x" });
  assert.equal(judged(odd, offsetWithin("1ms")).outcome, "PASS");
});

Deno.test("a measurement is not held against itself, nor judged twice", () => {
  const b = around(40, 5 * MS, "b");
  const copy = { ...BASELINE, name: "copy.csv" };
  for (
    const [files, names] of [[[BASELINE, copy], "a.csv and copy.csv"], [
      [BASELINE, b, b],
      "b.csv and b.csv",
    ]] as const
  ) {
    assert.throws(() => judged(files), (error) => {
      assert.ok(error instanceof Failure && error.exitCode === EXIT.failed);
      assert.ok(error.message.startsWith(`${names} are one measurement`), error.message);
      return true;
    });
  }
});

/** What is taken from a whole series of 40 runs, and which code names it. */
const LOSSES: readonly (readonly [what: string, code: string, lose: () => ResultFile])[] = [
  ["without # end", "cut_off", () => cut((text) => text.slice(0, text.indexOf("# end")))],
  ["cut off in a line", "cut_off", () => cut((text) => text.slice(0, text.indexOf("# end") - 20))],
  ["fewer rows than declared", "rows_missing", () => {
    const meta = { runbook: { ...RUNBOOK, runs: 41 } };
    return series(whole(), "b", meta);
  }],
  ["events lost", "lost_events", () => series(lossy({ lost_events: 1 }), "b")],
  [
    "a run aborted",
    "aborted",
    () => series([...whole().slice(1), { ...timeoutOf(1), status: "aborted" }], "b"),
  ],
  ["a run timed out", "timeouts", () => series([...whole().slice(1), timeoutOf(1)], "b")],
  [
    "stages that contradict each other",
    "integrity",
    () => series(lossy({ switch_ns: whole()[0]!.ttwu_ns! }), "b"),
  ],
  ["an edge that was not seen", "not_observed", () => series(lossy({ edge_ns: null, offset_ns: null }), "b")],
  ["another runbook_sha256", "other_runbook", () => {
    const meta = { runbook: { ...RUNBOOK, runs: 41 }, runbook_sha256: "f".repeat(64) };
    return series(
      [...whole(), whole()[0]!].map((row, i) => ({ ...row, run: i + 1 })).slice(0, 40),
      "b",
      meta,
    );
  }],
];

function whole(): Row[] {
  return runs(spread(40, 5 * MS, 1000));
}

/** The first run has these values instead. */
function lossy(over: Partial<Row>): Row[] {
  return whole().map((row, index) => index === 0 ? { ...row, ...over } : row);
}

function cut(how: (text: string) => string): ResultFile {
  const meta = { runbook: { ...RUNBOOK, runs: 40 }, started: "2026-01-09T00:00:00Z" };
  return read(how(fileText(whole(), meta)), undefined, "b.csv");
}

for (const [what, code, lose] of LOSSES) {
  Deno.test(`a series that would pass does not when data are missing: ${what}`, () => {
    const pass = judged([BASELINE, series(whole(), "b")]);
    assert.equal(pass.outcome, "PASS");
    const found = answer(judged([BASELINE, lose()]));
    assert.equal(found.outcome, "WARN");
    assert.ok(found.codes.some((one) => one === code), found.codes.join());
    // On the side of the baseline too.
    const other = answer(judged([lose(), series(whole(), "a")]));
    assert.notEqual(other.outcome, "PASS");
  });
}

Deno.test("fewer runs than the policy asks for warn", () => {
  const nine = series(whole().slice(0, 9), "b", { runbook: { ...RUNBOOK, runs: 40 } });
  const codes = answer(judged([BASELINE, nine], offsetWithin("1ms", "flaky_runs = 0"))).codes;
  assert.deepEqual(codes, ["rows_missing", "few_runs"]);
  const all = offsetWithin("1ms", "least_runs = 40");
  assert.equal(judged([BASELINE, series(whole(), "b")], all).outcome, "PASS");
});

Deno.test("a question without its column fails, and so do sides that were not measured alike", () => {
  const blind = whole().map((row) => ({ ...row, edge_ns: null, offset_ns: null }));
  assert.deepEqual(answer(judged([BASELINE, series(blind, "b")])), {
    outcome: "FAIL",
    verdict: "NO-DATA",
    codes: ["verdict"],
  });
  const meta = { runbook: { ...RUNBOOK, runs: 40, wake: "pipe" } };
  assert.deepEqual(answer(judged([BASELINE, series(whole(), "b", meta)])), {
    outcome: "FAIL",
    verdict: "CONFOUNDED",
    codes: ["verdict"],
  });
});

Deno.test("runs that timed out are let pass up to the share that the policy allows", () => {
  const rows = [...whole().slice(2), timeoutOf(1), timeoutOf(2)];
  const found = (keys: string) =>
    answer(judged([BASELINE, series(rows, "b")], offsetWithin("1ms", keys))).outcome;
  assert.deepEqual([found('timeouts = "4.9 %"'), found('timeouts = "5 %"')], ["WARN", "PASS"]);
});

Deno.test("whatever is taken from a series, it never passes", () => {
  const loss = fc.constantFrom<((row: Row) => Partial<Row>) | null>(
    () => ({ edge_ns: null, offset_ns: null }),
    () => ({ wakeup_ns: null }),
    ({ ttwu_ns }) => ({ switch_ns: ttwu_ns! }),
    () => ({ lost_events: 3 }),
    ({ run }) => timeoutOf(Number(run)),
    ({ run }) => ({ ...timeoutOf(Number(run)), status: "aborted" }),
    null,
  );
  const policy = policyOf('[questions]\noffset = "1ms"\nttwu_to_tkread = "1ms"\nedge_to_wakeup = "1ms"');
  assert.equal(judged([BASELINE, series(whole(), "b")], policy).outcome, "PASS");
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(39), { minLength: 1 }),
      loss,
      fc.boolean(),
      (lost, over, ofBaseline) => {
        const rows = whole().flatMap((row, index) =>
          !lost.includes(index) ? [row] : over === null ? [] : [{ ...row, ...over(row) }]
        );
        const meta = { runbook: { ...RUNBOOK, runs: 40 } };
        const files = ofBaseline ? [series(rows, "b", meta), BASELINE] : [BASELINE, series(rows, "b", meta)];
        const { outcome, series: [first] } = judged(files, policy);
        assert.notEqual(outcome, "PASS");
        assert.ok(first!.questions.every(({ verdict }) => (VERDICTS as readonly string[]).includes(verdict)));
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("where only the number of declared runs differs, compare compares and the gate warns", () => {
  const b = series(whole(), "b", { runbook: { ...RUNBOOK, runs: 39 }, runbook_sha256: "e".repeat(64) });
  assert.ok(!codesOf(compareAll([BASELINE, b])[0]!).includes("runs_missing"));
  assert.deepEqual(answer(judged([BASELINE, b])), {
    outcome: "WARN",
    verdict: "EQUIVALENT",
    codes: ["other_runbook"],
  });
});
