/** One case: files, and a call of a command that reads them. */

import { QUESTION_NAMES } from "../../analysis/asked/askable.ts";
import { KEY_NAMES } from "../../analysis/sample/key_columns.ts";
import { Dice } from "./dice.ts";
import { resultFile } from "./result_files.ts";
import { runbook } from "./runbooks.ts";

export interface Case {
  /** By name, in the folder of the case. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly args: readonly string[];
  /** Width of the terminal; undefined when the answer goes elsewhere. */
  readonly columns: number | undefined;
}

/** @param folder where its files will be */
export function caseOf(seed: number, number: number, folder: string): Case {
  const dice = new Dice(seed, number);
  const columns = dice.of([undefined, 40, 200]);
  if (dice.oneIn(4)) {
    const path = `${folder}/lab.toml`;
    const files = { "lab.toml": runbook(dice) };
    // The call ends at the latest when it opens its output: nothing is measured.
    return { files, args: ["run", "--runbook", path, "--no-wait", "--out", `${path}/none.csv`], columns };
  }
  const broken = dice.oneIn(3);
  const names = ["a.csv", "b.csv", "c.csv"];
  const files = Object.fromEntries(names.map((name) => [name, resultFile(dice, broken && dice.oneIn(2))]));
  const [a, b, c] = names.map((name) => `${folder}/${name}`) as [string, string, string];
  const by = dice.oneIn(3) ? ["--by", dice.times(1 + dice.below(3), () => dice.of(KEY_NAMES)).join(",")] : [];
  const margin = dice.oneIn(4)
    ? ["--margin", dice.of(["1ns", "1ms", "9999999s", "10%", "offset=0.5%", "ttwu_to_tkread=1000%"])]
    : [];
  const alpha = dice.oneIn(4) ? ["--alpha", dice.of([".000000001", ".2", ".499"])] : [];
  const question = dice.oneIn(4) ? ["--question", dice.of(QUESTION_NAMES)] : [];
  const options = [...by, ...question, ...margin, ...alpha];
  const others = dice.of([[b], [a], [b, c]]);
  const failOn = dice.oneIn(4) ? ["--fail-on", "DIFFERENT,NO-DATA"] : [];
  const format = (...formats: string[]) => ["--format", dice.of(formats)];
  const args = dice.of([
    () => ["show", ...by, ...format("text", "json"), a],
    () => [
      "compare",
      // Colours are escape sequences of our own.
      ...["--color", "never"],
      ...options,
      ...failOn,
      ...format("text", "json", "csv", "markdown", "html"),
      a,
      ...others,
    ],
    () => [
      "compare",
      // Colours are escape sequences of our own.
      ...["--color", "never"],
      ...options,
      ...failOn,
      ...format("text", "json", "csv", "markdown", "html"),
      a,
      ...others,
    ],
    () => ["power", ...margin, ...alpha, ...format("text", "json"), a, ...dice.of([[], [b]])],
    () => ["report", ...options, "--out", "-", a, ...dice.of([[], others])],
    () => ["export", ...format("folded", "perfetto", "parquet"), "--out", "-", a],
  ])();
  return { files, args, columns };
}
