import assert from "node:assert/strict";
import { REPLIES } from "../../../analysis/print/compare/question.ts";
import { unbroken } from "../../../analysis/report/html/labels.ts";
import { warningInWords } from "../../../analysis/print/compare/warnings.ts";
import { VERDICTS } from "../../../analysis/compare/verdict.ts";
import { compareText } from "../../../analysis/print/compare/text.ts";
import { compareAll } from "../../../analysis/compare/compare.ts";
import { readable, seriesFile, seriesPage } from "./report_fixture.ts";

const HOST = { rows: 30, seed: 1, env: "host", timeoutEvery: 11 };
const VM = { rows: 30, seed: 2, env: "vm" };

/** The first answer of a page: the verdict of the offset, and what it says. */
function firstAnswer(page: string): { verdict: string; says: string; facts: string } {
  const article = /<article.*?<\/article>/s.exec(page)![0];
  const [, verdict = ""] = /<\/svg>([A-Z-]+)<\/span>/.exec(article)!;
  const [, says = ""] = /<p class="says">(.*?)<\/p>/s.exec(article)!;
  const [, facts = ""] = /<p class="facts">(.*?)<\/p>/s.exec(article)!;
  return { verdict, says, facts: facts.replaceAll("\u00a0", " ").replaceAll(/\s+/g, " ") };
}

Deno.test("the first screen has the answer in words, its verdict, shift, interval, margin and both n", () => {
  const { verdict, says, facts } = firstAnswer(seriesPage([HOST, VM]));
  assert.equal(verdict, "EQUIVALENT");
  assert.equal(says, "Yes, the same within the margin");
  assert.match(
    facts,
    /offset<\/code>: shift B − A [+−][\d.]+ [µm]s \([−+]?[\d.]+%\); 95 % interval \[[+−].*, [+−].*\]; margin ±4 ms; n 28 \+ 30; /,
  );
});

Deno.test("the runs of both sides are drawn on one axis, and a name breaks between its flags only", () => {
  const page = seriesPage([HOST, { ...VM, changesAfter: 10 }]);
  const ticksOf = (letter: string) => {
    const drawing = new RegExp(
      `<title>offset of ${letter} in the order of the runs</title>(.*?)</figure>`,
      "s",
    )
      .exec(page)![1]!;
    return [...drawing.matchAll(/<text[^>]*class="y"[^>]*>[^<]*/g)].map(([text]) => text);
  };
  assert.ok(ticksOf("A").length > 1);
  assert.deepEqual(ticksOf("A"), ticksOf("B"));
  assert.match(page, /rowheader">WF_SYNC\|<wbr>WF_MIGRATED</);
});

Deno.test("a number stays beside its unit and beside what it is the value of", () => {
  assert.equal(
    unbroken("n 60 + 61; p = 0.70, BH 1.0; p <= 5e-4; U = 12, 4 ms").replaceAll("\u00a0", "_"),
    "n_60_+_61; p_=_0.70, BH 1.0; p_<=_5e-4; U_=_12, 4_ms",
  );
});

Deno.test("no margin has two signs, in text or in the description of a drawing", () => {
  const descriptions = [...seriesPage([HOST, VM]).matchAll(/margin (±\S+)/g)].map(([, margin]) => margin!);
  assert.ok(descriptions.length > 4);
  for (const margin of descriptions) assert.doesNotMatch(margin, /^±[+−±-]|\+-/);
});

const CASES = [
  ["DIFFERENT", [HOST, { ...VM, shiftNs: 50_000_000 }]],
  ["NO-DATA", [HOST, { ...VM, rows: 2 }]],
  ["CONFOUNDED", [HOST, { ...VM, meta: { hooks: [] } }]],
  ["DIFFERENT-WITHIN-MARGIN", [{ ...HOST, rows: 300 }, { ...VM, rows: 300, shiftNs: 3_000_000 }]],
  ["INCONCLUSIVE", [HOST, { ...VM, shiftNs: 4_000_000 }]],
] as const;

for (const [verdict, series] of CASES) {
  Deno.test(`a page says in words what it concludes: ${verdict}`, () => {
    const answer = firstAnswer(seriesPage(series));
    assert.equal(answer.verdict, verdict);
    assert.equal(answer.says, REPLIES[verdict]);
  });
}

Deno.test("no two verdicts are answered alike", () => {
  assert.equal(new Set(VERDICTS.map((verdict) => REPLIES[verdict])).size, VERDICTS.length);
});

const HOSTILE = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;\u202e`;

Deno.test("nothing that a file says becomes markup", () => {
  const over = {
    comm: HOSTILE,
    signature: HOSTILE,
    tkread_function: HOSTILE,
    clocksource: HOSTILE,
    interrupted: HOSTILE,
  };
  const meta = {
    host: HOSTILE,
    cpu: HOSTILE,
    kernel: HOSTILE,
    decode: HOSTILE,
    virtualization: HOSTILE,
    probe: HOSTILE,
    runbook_sha256: HOSTILE,
    runbook: { [HOSTILE]: HOSTILE, offset_margin_ns: 4_000_000, ttwu_to_tkread_margin_ns: 100_000 },
    clocksource: { current: HOSTILE, available: [HOSTILE] },
    hooks: [{ stage: HOSTILE, hook: HOSTILE, kind: HOSTILE, attached: false, reason: HOSTILE }],
  } as never;
  const hostile = { ...HOST, env: HOSTILE, over, meta, frame: HOSTILE };
  for (const series of [[hostile], [HOST, hostile], [hostile, { ...hostile, seed: 9, env: `${HOSTILE}2` }]]) {
    const page = seriesPage(series, { command: `probe report ${HOSTILE}`, version: HOSTILE });
    assert.ok(page.includes("&lt;script&gt;alert(1)"));
    assert.doesNotMatch(page, /<script|<img|onerror='|\u202e/i);
    // This program writes every tag of the page.
    const tags = new Set([...page.matchAll(/<\/?([a-z][a-z0-9]*)/gi)].map(([, tag]) => tag!));
    const own =
      "html head meta title style body main header nav a section article h1 h2 h3 p ul li span strong code svg g path rect line text circle desc div figure figcaption table caption thead tbody tr th td details summary pre wbr";
    assert.deepEqual([...tags].filter((tag) => !own.split(" ").includes(tag)), []);
  }
});

Deno.test("attributes of the target are on the page where a file has them", () => {
  const attributes = { policy: "fifo", priority: 50, nice: 0, cpus_allowed: "0-1" };
  const page = seriesPage([HOST, { ...VM, meta: { attributes } }]);
  assert.match(page, /Attributes of the target.*policy<.*not known.*fifo.*cpus_allowed.*all/s);
  assert.doesNotMatch(seriesPage([HOST, VM]), /Attributes of the target/);
});

Deno.test("the same input gives the same page", () => {
  assert.equal(seriesPage([HOST, VM]), seriesPage([HOST, VM]));
});

Deno.test("a page fetches nothing, runs nothing and says so to the browser", () => {
  const page = seriesPage([HOST, VM]);
  assert.match(
    page,
    /http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;"/,
  );
  assert.doesNotMatch(page, /https?:|src=|href="(?!#)|url\(|@import|<script/);
});

Deno.test("every drawing has a title and a description, every table its heads", () => {
  for (const page of [seriesPage([HOST, VM]), seriesPage([HOST])]) {
    const drawings = [...page.matchAll(/<svg[^>]*role="img"[^>]*>(.{0,500})/gs)];
    assert.ok(drawings.length > 8, `${drawings.length} drawings`);
    for (const [, start = ""] of drawings) assert.match(start, /^\s*<title>[^<]+<\/title>\s*<desc>[^<]+/);
    for (const [head] of page.matchAll(/<th[ >][^>]*/g)) assert.match(head, /scope="(col|row)"/);
  }
});

Deno.test("no page has a number that is none, whatever is missing", () => {
  const none = { ...VM, rows: 0 };
  const pages = [[none], [none, none], [HOST, none], [none, HOST], [{ ...HOST, rows: 1 }, {
    ...VM,
    rows: 1,
  }]];
  for (const series of pages) {
    assert.doesNotMatch(
      seriesPage(series),
      />[^<]*\b(NaN|Infinity|undefined|null)\b|="[^"]*(NaN|Infinity|undefined)/,
    );
  }
});

Deno.test("20,000 runs a side make a page below 2 MB that says what it leaves out", () => {
  const page = seriesPage([{ ...HOST, rows: 20_000 }, { ...VM, rows: 20_000, changesAfter: 10_000 }]);
  assert.ok(page.length < 2_000_000, `${page.length} bytes`);
  assert.match(page, /drawn: A by 400 of its 18182\s+values, B by 400 of its 20000\s+values/);
  assert.match(page, /drawn: 300 bars of about\s+67 runs each/);
  assert.match(page, /after run (99|100)\d\d<\/text>/);
});

Deno.test("thousands of strata with long names do not make a page without end", () => {
  const many = (i: number) => ({ signature: `${i} ${"x".repeat(200)}` });
  const page = seriesPage([{ ...HOST, rows: 1000, overRow: many }, { ...VM, rows: 1000, overRow: many }]);
  assert.ok(page.length < 2_000_000, `${page.length} bytes`);
  assert.match(page, /and 9\d\d more strata, with fewer runs/);
});

Deno.test("a censored run is counted and drawn", () => {
  const page = seriesPage([HOST, VM]);
  assert.match(page, /A: 2 of 30 runs are censored/);
  assert.equal(page.match(/<path class="censored" d="M[^"]*M[^"]*"\/>/g)!.length, 2);
});

for (
  const [what, series] of [
    ["30 runs", [HOST, { ...VM, meta: { started: "2026-01-02T00:00:00Z" } }]],
    ["300 runs whose level changes", [
      { ...HOST, rows: 300 },
      { ...VM, rows: 300, changesAfter: 150, meta: { started: "2026-01-02T00:00:00Z" } },
    ]],
  ] as const
) {
  Deno.test(`every number and every warning of the text report is in the page: ${what}`, () => {
    const comparisons = compareAll(series.map(seriesFile));
    const seen = readable(seriesPage(series));
    const text = compareText(comparisons).replaceAll(/\s+/g, " ");
    const numbers = new Set(text.match(/(?<![\w.])[+-]?\d+(\.\d+)?(e[+-]?\d+)?( (ns|us|ms|s|%))?(?![\w.])/g));
    assert.ok(numbers.size > 100, `${numbers.size} numbers`);
    assert.deepEqual([...numbers].filter((number) => !seen.includes(number)), []);
    for (const warning of comparisons[0]!.warnings) {
      const words = warningInWords(warning, ["A", "B"]).text;
      assert.ok(seen.includes(words), words);
    }
  });
}

Deno.test("each of several files is compared with the first, all answers before all details", () => {
  const page = seriesPage([HOST, VM, { ...VM, seed: 3, env: "other", shiftNs: 50_000_000 }]);
  assert.match(page, /<h1>vm, other against host: is it the same\?<\/h1>/);
  const answers = [...page.matchAll(/<article class="answer ([A-Z-]+) main"/g)].map(([, verdict]) => verdict);
  assert.deepEqual(answers, ["EQUIVALENT", "DIFFERENT"]);
  assert.ok(page.lastIndexOf("<article") < page.indexOf(">How the times are distributed</h2>"));
  // Each pair is named once among the contents and once above its answers.
  assert.equal(page.match(/<(p|h2 class="pair-of-files")>C against A: /g)!.length, 2);
  assert.equal(page.match(/<h2 class="pair-of-files">C against A, in detail</g)!.length, 1);
  assert.match(page, /<th scope="col" role="columnheader">C other<\/th>/);
});

Deno.test("the title of the page and its first line have the answer", () => {
  const page = seriesPage([HOST, VM]);
  const [, title = ""] = /<title>(.*?)<\/title>/.exec(page) ?? [];
  const [, first = ""] = /<\/h1>\s*<p class="answer-in-short">(.*?)<\/p>/.exec(page) ?? [];
  assert.match(first, /^4 questions: \d [A-Z]/);
  assert.ok(title.endsWith(first), title);
});
