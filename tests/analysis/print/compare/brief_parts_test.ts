import assert from "node:assert/strict";
import { compareAll } from "../../../../analysis/compare/compare.ts";
import { compareBrief } from "../../../../analysis/print/compare/text.ts";
import { readResultFile } from "../../../../analysis/result/file.ts";
import { FILES } from "../../../answers/cases.ts";
import { fileText, read, rowOf } from "../../result/result_fixture.ts";

const [A, B] = ["parts_a.csv", "parts_b.csv"].map((name) =>
  readResultFile(name, [Deno.readFileSync(`${FILES}/${name}`)])
) as [ReturnType<typeof read>, ReturnType<typeof read>];

/** The sentence about a duration, as one line. */
function sentenceOf(text: string, name: string): string {
  const [, found] = new RegExp(`\\n(${name}, of [^\\n]*(?:\\n {2}[^\\n]*)*)`).exec(text) ?? [];
  assert.ok(found !== undefined, text);
  return found.replaceAll(/\s+/g, " ");
}

Deno.test("with parts the first screen has at most 30 lines at any width, and from 80 columns on what is unexplained", () => {
  for (const width of [60, 80, 120, 200]) {
    const text = compareBrief(compareAll([A, B]), width);
    const lines = text.trimEnd().split("\n");
    assert.ok(lines.length <= 30 && lines.every((line) => line.length <= width), text);
    // A narrow screen has room for the verdicts first.
    if (width < 80) continue;
    // Some of its intervals are made by one or two runs.
    assert.match(sentenceOf(text, "ttwu_to_tkread"), /\]\?, .* unexplained; \?: by 1 or 2 runs$/);
    assert.match(sentenceOf(text, "offset"), / unexplained before the wakeup$/);
  }
});

Deno.test("the parts that a sentence names add up to the whole that it names, as far as they are printed", () => {
  const text = compareBrief(compareAll([A, B]), 80);
  for (const name of ["ttwu_to_tkread", "offset"]) {
    const [head, parts] = sentenceOf(text, name).replaceAll(/\[[^\]]*\]/g, "").split(": ") as [
      string,
      string,
    ];
    const whole = Number(/of ([-+\d.]+)/.exec(head)![1]);
    const numbers = parts.split(", ").map((part) => Number(part.split(" ")[0]));
    const last = 10 ** -(String(whole).split(".")[1]?.length ?? 0);
    const sum = numbers.reduce((total, number) => total + number, 0);
    assert.ok(Math.abs(sum - whole) <= numbers.length * last, `${sum} ${whole} ${parts}`);
  }
});

Deno.test("beside a file without parts one line says so, and of two such files none", () => {
  const names = [...A.partTimes.keys()].filter((name) => name !== "events_lost");
  const none = Object.fromEntries(names.map((name) => [`part_${name}_ns`, null]));
  const older = read(
    fileText(Array.from({ length: 8 }, (_, i) => rowOf(i + 1, undefined, { ...none, events_lost: null }))),
    undefined,
    "older.csv",
  );
  const says = /parts of the time: no run of B has them all/;
  assert.match(compareBrief(compareAll([A, older]), 200), says);
  assert.doesNotMatch(compareBrief(compareAll([older, older]), 200), /parts of the time/);
});
