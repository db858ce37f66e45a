import assert from "node:assert/strict";
import { QUESTIONS } from "../../../../analysis/compare/questions.ts";
import { lineWidth } from "../../../../analysis/print/layout/terminal.ts";
import { compareBrief } from "../../../../analysis/print/compare/text.ts";
import { compareAll } from "../../../../analysis/compare/compare.ts";
import { generate, type Generated } from "../../../../bench/generate.ts";
import { compared, MS, runs, spread } from "../../compare/compare_fixture.ts";
import { read } from "../../result/result_fixture.ts";

function generated(options: Generated) {
  return read([...generate(options)].join(""), undefined, `${options.env}.csv`);
}

const FILES = [
  generated({ rows: 60, seed: 1, env: "host" }),
  generated({ rows: 90, seed: 2, env: "vm", shiftNs: 200_000, meta: { started: "2026-01-02T00:00:00Z" } }),
  generated({ rows: 4, seed: 3, env: "few", meta: { started: "2026-01-03T00:00:00Z", tier: "kprobe" } }),
];

/** Poor inputs, and one with long lists of notes. */
const PAIRS = [[0, 1], [0, 2], [2, 2], [1, 0]] as const;

Deno.test("the first screen has at most 30 lines, keeps the width, and ends with the answer it begins with", () => {
  for (const [a, b] of PAIRS) {
    const [comparison] = compareAll([FILES[a]!, FILES[b]!]);
    for (const width of [60, 80, 120, 200]) {
      const text = compareBrief([comparison!], width);
      const lines = text.trimEnd().split("\n");
      assert.ok(lines.length <= 30, text);
      assert.ok(lines.every((line) => line.length <= width), text);
      const [answer] = text.split("\n\n");
      assert.match(answer!, /^4 questions: \d /);
      assert.ok(text.endsWith(`${answer}\n`), text);
      for (const { name } of QUESTIONS) {
        const verdict = new RegExp(`^${name} [^]*?\\b${comparison![name].verdict}$`, "m");
        assert.match(text, verdict);
      }
    }
  }
});

Deno.test("a wide enough terminal has each question on one line, with its numbers in one unit", () => {
  const result = compared(runs(spread(20, MS, 100)), runs(spread(20, 1.25 * MS, 130)));
  const line = /^offset .*$/m.exec(compareBrief([result], 120))![0];
  const shown = /^offset +(\S+) +(\S+) (\S+) +(\S+) +\[(\S+),(\S+)\] +(\S+) +4 ms +DIFFERENT-WITHIN-MARGIN$/
    .exec(line);
  assert.ok(shown, line);
  assert.deepEqual(shown.slice(1, 5), ["1.000", "1.250", "ms", "+0.250"]);
  assert.equal(shown[7], "+25.0%");
});

Deno.test("what many questions share is said once, with their names", () => {
  const result = compared(runs(spread(20, MS, 100)), runs(spread(20, MS, 100)), {
    tier: "kprobe",
    hooks: [],
  });
  const text = compareBrief([result], 200);
  const said = text.split("\n").filter((line) => line.includes("hooks"));
  assert.equal(new Set(said.map((line) => line.replace(/^[^:]*: /, ""))).size, said.length, text);
});

Deno.test("of several files all answers come first, then each one's screen", () => {
  const text = compareBrief(compareAll(FILES), 80);
  const [first, ...screens] = text.split(`\n\n${"=".repeat(80)}\n\n`);
  assert.match(
    first!,
    /^vm\.csv against host\.csv: 4 questions: [^]*^few\.csv against host\.csv: 4 questions: /m,
  );
  assert.equal(screens.length, 2);
});

Deno.test("widths from 60 to 200 are used, and 80 where no terminal is", () => {
  assert.deepEqual([null, 20, 60, 133, 200, 999].map(lineWidth), [80, 60, 60, 133, 200, 200]);
});

Deno.test("planned looks stand above what may be cut", () => {
  const files = FILES.slice(0, 2).map((file) => ({
    ...file,
    name: `/a/very/long/${"path/".repeat(30)}${file.name}`,
    meta: { ...file.meta, looks: 3 },
  }));
  const text = compareBrief(compareAll(files), 80).replaceAll(/\s+/g, " ");
  assert.match(text, / looks: 3 were planned \(Pocock\): every test and interval has alpha /);
});
