import assert from "node:assert/strict";
import { compareText } from "../../../../analysis/print/compare/text.ts";
import type { Meta } from "../../../../analysis/result/meta.ts";
import type { ResultFile } from "../../../../analysis/result/file.ts";
import { PLOTS_FROM } from "../../../../analysis/print/layout/terminal.ts";
import { generate, type Generated } from "../../../../bench/generate.ts";
import { fileText, read, rowOf } from "../../result/result_fixture.ts";
import { compare } from "../../compare/compare_fixture.ts";

function generated(options: Generated): ResultFile {
  return read([...generate(options)].join(""), undefined, `${options.env}.csv`);
}

const later: Partial<Meta> = { started: "2026-01-02T00:00:00Z" };

Deno.test("the overview of large files leaves n to the sides and keeps the width of a terminal", () => {
  const result = compare(
    generated({ rows: 30, seed: 1, env: "host" }),
    generated({ rows: 30, seed: 2, env: "vm", meta: later }),
  );
  for (const n of [[1_000_000, 1_000_000], [123_456_789, 9]] as const) {
    const large = {
      ...result,
      offset: { ...result.offset, n, verdict: "DIFFERENT-WITHIN-MARGIN" as const },
    };
    const table = /^question.*\n(?:\w+_?\w* .*\n){4}/m.exec(compareText([large]))![0].trimEnd().split("\n");
    assert.equal(new Set(table.map((line) => line.length)).size, 1, table.join("\n"));
    assert.ok(table[0]!.length <= 80, table.join("\n"));
    assert.match(table[1]!, / DIFFERENT-WITHIN-MARGIN +[+-]\S+ \S+ +(unclear|\d+\.\d\d (wider|tighter))$/);
  }
});

Deno.test("histograms stand beside the tables only when asked for, on one axis, and change nothing else", () => {
  const result = compare(
    generated({ rows: 60, seed: 1, env: "host" }),
    generated({ rows: 90, seed: 2, env: "vm", shiftNs: 20_000, meta: later }),
  );
  const [plain, plotted] = [compareText([result]), compareText([result], true)];
  assert.doesNotMatch(plain, /[▁-█]/);
  const cut = (text: string) => text.split("\n").map((line) => line.slice(0, 80).trimEnd());
  assert.deepEqual(cut(plotted), cut(plain));
  for (const line of plotted.split("\n")) assert.ok(line.length <= PLOTS_FROM, line);
  assert.match(
    plotted,
    /^ +side +n +median .* P99 +[\d.]+ us to [\d.]+ us\n {2}A .* {3}[ ▁-█]+\n {2}B .* {3}[ ▁-█]+$/m,
  );
  assert.match(plotted, /^ {2}stratum .* outliers {3}[\d.]+ us to [\d.]+ us\n.* {3}[ ▁-█]+\n.* {3}[ ▁-█]+$/m);
  for (const { n, histogram } of [result.offset, ...result.strata.flatMap(({ groups }) => groups)]) {
    assert.deepEqual(histogram!.counts.map((counts) => counts.reduce((x, y) => x + y, 0)), n);
  }
  for (const { groups } of result.strata) {
    assert.equal(
      new Set(groups.map(({ histogram }) => `${histogram!.low_ns} ${histogram!.width_ns}`)).size,
      1,
    );
  }
});

const LONG = "x".repeat(200);

const CASES: readonly (readonly [what: string, a: ResultFile, b: ResultFile])[] = [
  ["no rows", read(fileText([])), read(fileText([], later, "vm"))],
  ["one row", read(fileText([rowOf(1)])), read(fileText([rowOf(1)], later, "vm"))],
  [
    "another protocol, another tier, long names",
    generated({ rows: 30, seed: 1, env: "host", meta: { host: LONG } }),
    generated({
      rows: 30,
      seed: 2,
      env: "vm",
      meta: { ...later, cpu: LONG, tier: "kprobe", hooks: [], runbook_sha256: "f", decode: "5.4-5.7" },
    }),
  ],
  [
    "many strata with long names",
    read(
      fileText(Array.from({ length: 40 }, (_, i) => rowOf(i + 1, undefined, { signature: `${i}${LONG}` }))),
    ),
    read(
      fileText(
        Array.from({ length: 40 }, (_, i) => rowOf(i + 1, undefined, { signature: `${i}${LONG}` })),
        later,
      ),
    ),
  ],
  [
    "far apart",
    generated({ rows: 400, seed: 1, env: "host" }),
    generated({ rows: 400, seed: 2, env: "vm", shiftNs: 9e9 }),
  ],
];

for (const [what, a, b] of CASES) {
  Deno.test(`the text fits 80 columns and has no number that is none: ${what}`, () => {
    const comparison = compare(a, b);
    const text = compareText([comparison]);
    for (const line of text.split("\n")) {
      assert.ok(line.length <= 80, `${line.length}: ${line}`);
      assert.equal(line, line.trimEnd());
    }
    assert.doesNotMatch(text, /NaN|Infinity|undefined|null/);
    assert.ok(text.startsWith("4 questions: "));
    assert.ok(text.endsWith("\n") && !text.endsWith("\n\n"));
  });
}

Deno.test("a confounded question names the field and keeps its numbers for information", () => {
  const [, , [, a, b]] = CASES as unknown as [0, 0, [string, ResultFile, ResultFile]];
  const text = compareText([compare(a, b)]);
  assert.match(text, /^4 questions: 4 CONFOUNDED\n/);
  assert.match(text, /for information/);
  assert.match(text, /because runbook_sha256 differs, though all known fields are the same/);
  assert.match(text, /because hooks of tkread: fentry ktime_get_ts64 only in A; none in B/);
  assert.match(text, /needed {2}repeat B: probe run --env vm --runbook A's --require kprobe, and A too/);
});

Deno.test("control characters of a file do not reach the terminal", () => {
  const rows = Array.from(
    { length: 30 },
    (_, i) => rowOf(i + 1, undefined, { comm: i % 2 ? "a\x1b[31mb" : "c" }),
  );
  const text = compareText([compare(read(fileText(rows)), read(fileText(rows)))]);
  assert.match(text, /a\\x1b\[31mb 15/);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(text, /\x1b/);
});
