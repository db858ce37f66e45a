/** Policies of gates that contain something wrong or extreme. */

import { VERDICTS } from "../../analysis/compare/verdict.ts";
import { TAIL_QUESTIONS } from "../../analysis/gate/policy.ts";
import { QUESTION_NAMES } from "../../analysis/asked/askable.ts";
import { type Dice, NASTY_NUMBERS, NASTY_TEXTS } from "./dice.ts";
import { byBytes } from "./result_files.ts";

const MARGINS = ['"1ms"', '"10 %"', '"1000 %"', '"1ns"', '"99999s"'];
const PERCENTAGES = ['"20 %"', '"99 %"', '"0.000001 %"'];
const KEYS = ["comment_only", "alpha", "least_runs", "zone", "flaky_runs", "timeouts", "deadline"];
const VALUES = ["true", "1", "10", '"0 %"', '"99.999999 %"', '"1us"', "0.05", ...NASTY_NUMBERS];

export function policy(dice: Dice): Uint8Array {
  const questions = dice.times(
    1 + dice.below(4),
    () =>
      dice.oneIn(4)
        ? `${dice.of(TAIL_QUESTIONS)} = ${dice.of(PERCENTAGES)}`
        : `${dice.of(QUESTION_NAMES)} = ${dice.of(MARGINS)}`,
  );
  const lines = [
    "version = 1",
    "least_runs = 1",
    'deadline = "1ms"',
    "[questions]",
    ...new Map(questions.map((line) => [line.split(" ")[0], line])).values(),
    "[verdicts]",
    ...dice.oneIn(3) ? [`${dice.of(VERDICTS)} = "${dice.of(["PASS", "WARN", "FAIL"])}"`] : [],
  ];
  if (dice.oneIn(2)) return new TextEncoder().encode(`${lines.join("\n")}\n`);
  for (let change = dice.below(3); change >= 0; change--) {
    dice.of([
      () => lines.splice(dice.below(lines.length), 1),
      () => lines.splice(1, 1, `${dice.of(KEYS)} = ${dice.of(VALUES)}`),
      () => lines.splice(4, 0, `${dice.of(QUESTION_NAMES)} = ${dice.of(['"runbook"', ...VALUES])}`),
      () => lines.splice(1, 0, `${dice.of(KEYS)} = ${JSON.stringify(dice.of(NASTY_TEXTS))}`),
      () => lines.splice(dice.below(lines.length), 0, dice.of(["[table]", "a.b = 1", "x", "= 1", "\x1b"])),
    ])();
  }
  const bytes = new TextEncoder().encode(`${lines.join("\n")}\n`);
  return dice.oneIn(6) ? byBytes(bytes, dice) : bytes;
}
