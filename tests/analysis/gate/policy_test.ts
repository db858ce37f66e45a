import assert from "node:assert/strict";
import fc from "fast-check";
import { VERDICTS } from "../../../analysis/compare/verdict.ts";
import { EXIT, Failure } from "../../../analysis/failure.ts";
import { parsePolicy } from "../../../analysis/gate/policy.ts";
import { OFFSET } from "./gate_fixture.ts";

Deno.test("what a policy does not say has a default that passes only where the same was shown", () => {
  assert.deepEqual(parsePolicy("policy.toml", OFFSET), {
    commentOnly: false,
    alpha: null,
    leastRuns: 10,
    zone: 0.1,
    flakyRuns: 1,
    timeouts: 0,
    deadlineNs: null,
    verdicts: {
      EQUIVALENT: "PASS",
      DIFFERENT: "FAIL",
      "DIFFERENT-WITHIN-MARGIN": "PASS",
      INCONCLUSIVE: "WARN",
      "NO-DATA": "FAIL",
      CONFOUNDED: "FAIL",
    },
    questions: [{ kind: "shift", name: "offset", margin: { kind: "duration", ns: 1_000_000 } }],
  });
});

Deno.test("a policy says all of it, and its questions are answered in the order of the table", () => {
  const policy = parsePolicy(
    "policy.toml",
    [
      "version = 1",
      "comment_only = true",
      "alpha = 0.01",
      "least_runs = 300",
      'zone = "25 %"',
      "flaky_runs = 3",
      'timeouts = "1 %"',
      'deadline = "200us"',
      "[questions]",
      'missed_deadline = "2 %"',
      'offset_p99 = "30 %"',
      'offset_p95 = "runbook"',
      'edge_to_ttwu = "5 %"',
      'offset = "runbook"',
      "[verdicts]",
      'CONFOUNDED = "WARN"',
      'DIFFERENT-WITHIN-MARGIN = "WARN"',
    ].join("\n"),
  );
  assert.deepEqual(
    { ...policy, verdicts: [policy.verdicts.CONFOUNDED, policy.verdicts["DIFFERENT-WITHIN-MARGIN"]] },
    {
      commentOnly: true,
      alpha: 0.01,
      leastRuns: 300,
      zone: 0.25,
      flakyRuns: 3,
      timeouts: 0.01,
      deadlineNs: 200_000,
      verdicts: ["WARN", "WARN"],
      questions: [
        { kind: "shift", name: "offset", margin: null },
        { kind: "shift", name: "edge_to_ttwu", margin: { kind: "share", percent: 5 } },
        { kind: "quantile", name: "offset_p95", of: "offset", quantile: 0.95, marginPercent: null },
        { kind: "quantile", name: "offset_p99", of: "offset", quantile: 0.99, marginPercent: 30 },
        { kind: "deadline", name: "missed_deadline", marginPercent: 2 },
      ],
    },
  );
});

/** Each is refused with file, line and key, and what is allowed. */
const REFUSED: readonly (readonly [text: string, says: RegExp])[] = [
  ["version = 2\n", /^p\.toml line 1: version: it is 2; this probe reads policies of version 1$/],
  ['[questions]\noffset = "1ms"\n', /^p\.toml has no version; begin it with version = 1$/],
  ["version = 1\n[questions\n", /^p\.toml line 2: no TOML: /],
  [`${OFFSET}flaky = 2\n`, /line 4: questions\.flaky: there is no such question; .*probe help questions/],
  ["version = 1\nflaky = 2\n", /line 2: flaky: there is no such key; .*the keys are version, comment_only, /],
  ["version = 1\nflaky_run = 2\n", /flaky_run: there is no such key; did you mean flaky_runs\? the keys are/],
  [
    'version = 1\n[questions]\nofset = "1ms"\n',
    /line 3: questions\.ofset: there is no such question; did you mean offset\? .*offset_p95, .*missed_deadline$/,
  ],
  [
    `${OFFSET}[verdicts]\nDIFERENT = "FAIL"\n`,
    /line 5: verdicts\.DIFERENT: there is no such verdict; did you mean DIFFERENT\? the verdicts are EQUIVALENT, /,
  ],
  [`${OFFSET}[verdicts]\nDIFFERENT = "fail"\n`, /DIFFERENT: it is "fail"; give "PASS", "WARN", "FAIL"$/],
  [`${OFFSET}[verdicts]\nDIFFERENT = true\n`, /DIFFERENT: it is true or false; give "PASS"/],
  ["version = 1\ncomment_only = 1\n", /line 2: comment_only: it is 1; give true or false$/],
  ["version = 1\nalpha = 0.7\n", /alpha: it is 0\.7; give a number from 1e-12 and below 0\.5/],
  ["version = 1\nleast_runs = 0\n", /least_runs: it is 0; give a whole number from 1 to 100000000$/],
  ["version = 1\nleast_runs = 9999999999\n", /least_runs: it is 9999999999; give a whole number/],
  ["version = 1\nleast_runs = 3.0\n", /least_runs: it is 3; give a whole number/],
  ["version = 1\nleast_runs = inf\n", /least_runs: it is inf; give a whole number/],
  ["version = 1\ntimeouts = nan\n", /timeouts: it is nan; give a percentage/],
  ["version = 1\nflaky_runs = 11\n", /flaky_runs: it is 11; give a whole number from 0 to 10$/],
  ["version = 1\nzone = 10\n", /zone: it is 10; give a percentage in quotes, such as "10 %"$/],
  ["version = 1\ndeadline = 200\n", /deadline: it is 200; give a duration in quotes/],
  ['version = 1\ndeadline = "0us"\n', /deadline: the duration 0us is zero/],
  ["version = 1\nquestions = 7\n", /line 2: questions: it is 7; write \[questions\] and a line for each/],
  ["version = 1\nverdicts = []\nquestions.offset = '1ms'\n", /verdicts: it is a list; write \[verdicts\]/],
  ["version = 1\n[questions]\noffset = 10\n", /offset: it is 10; give a margin in quotes/],
  ['version = 1\n[questions]\noffset = "10"\n', /offset: the margin 10 has no unit/],
  ['version = 1\n[questions]\noffset_p95 = "1ms"\n', /offset_p95: it is "1ms"; give a percentage above 0/],
  [
    'version = 1\n[questions]\nmissed_deadline = "runbook"\n',
    /no runbook declares how many more may be late/,
  ],
  ['version = 1\n[questions]\nmissed_deadline = "0 %"\n', /missed_deadline: it is "0 %"; give a percentage/],
];

for (const [text, says] of REFUSED) {
  Deno.test(`a policy is refused: ${JSON.stringify(text)}`, () => {
    assert.throws(() => parsePolicy("p.toml", text), (error) => {
      assert.ok(error instanceof Failure && error.exitCode === EXIT.usage);
      assert.match(error.message, says);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });
  });
}

/** Policies that nothing can pass, or that missing data could. */
const HOPELESS: readonly (readonly [text: string, says: RegExp])[] = [
  ["version = 1\n", /^p\.toml asks no question: nothing can pass; write \[questions\]/],
  ["version = 1\n[questions]\n", /asks no question: nothing can pass/],
  ['version = 1\n[questions]\noffset = "0ms"\n', /offset: the duration 0ms is zero/],
  ['version = 1\n[questions]\noffset = "0 %"\n', /offset: "0 %" is not a margin/],
  [`zone = "100 %"\n${OFFSET}`, /zone: then every interval is near its margin: nothing can pass/],
  [
    `${OFFSET}[verdicts]\nEQUIVALENT = "WARN"\nDIFFERENT-WITHIN-MARGIN = "FAIL"\n`,
    /line 4: verdicts: no verdict means PASS: nothing can pass; give EQUIVALENT = "PASS"$/,
  ],
  [`timeouts = "100 %"\n${OFFSET}`, /timeouts: then a series without a complete run passes/],
  ...["INCONCLUSIVE", "NO-DATA", "CONFOUNDED"].map((verdict) =>
    [
      `${OFFSET}[verdicts]\n${verdict} = "PASS"\n`,
      /a gate never passes because nothing was shown; give "WARN", which fails no build$/,
    ] as const
  ),
];

for (const [text, says] of HOPELESS) {
  Deno.test(`a policy that nothing can pass, or nothing shown could, is refused: ${JSON.stringify(text)}`, () => {
    assert.throws(() => parsePolicy("p.toml", text), (error) => {
      assert.ok(error instanceof Failure && error.exitCode === EXIT.usage);
      assert.match(error.message, says);
      return true;
    });
  });
}

const WORD = fc.constantFrom(
  "version",
  "zone",
  "questions",
  "verdicts",
  "offset",
  "offset_p99",
  "CONFOUNDED",
  "__proto__",
  "constructor",
);
const VALUE = fc.constantFrom(
  "1",
  '"PASS"',
  '"10 %"',
  '"1ms"',
  '"runbook"',
  "true",
  "{}",
  "[]",
  "nan",
  "1979-05-27",
);
const LINE = fc.oneof(
  fc.tuple(WORD, VALUE).map(([key, value]) => `${key} = ${value}`),
  WORD.map((word) => `[${word}]`),
  fc.string(),
);

Deno.test("whatever is in a policy, it is read or refused in one line, and never lets nothing shown pass", () => {
  fc.assert(
    fc.property(fc.array(LINE, { maxLength: 8 }), fc.boolean(), (lines, whole) => {
      const text = `${whole ? OFFSET : "version = 1\n"}${lines.join("\n")}\n`;
      try {
        const { verdicts, questions } = parsePolicy("p.toml", text);
        assert.ok(questions.length > 0);
        assert.deepEqual(Object.keys(verdicts), [...VERDICTS]);
        assert.ok(
          [verdicts.INCONCLUSIVE, verdicts["NO-DATA"], verdicts.CONFOUNDED].every((one) => one !== "PASS"),
        );
      } catch (error) {
        assert.ok(error instanceof Failure, String(error));
        assert.ok(error.exitCode === EXIT.usage);
      }
    }),
    { numRuns: 500 },
  );
});
