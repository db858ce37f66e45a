/** One case: files, and a call of a command that reads them. */

import { QUESTION_NAMES } from "../../analysis/asked/askable.ts";
import { KEY_NAMES } from "../../analysis/sample/key_columns.ts";
import { Failure } from "../../analysis/failure.ts";
import { ParquetRows } from "../../analysis/parquet/write.ts";
import { readResultFile } from "../../analysis/result/file.ts";
import { Dice } from "./dice.ts";
import { resultFile } from "./result_files.ts";
import { policy } from "./policies.ts";
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
  const files: Record<string, Uint8Array> = Object.fromEntries(
    names.map((name) => [name, resultFile(dice, broken && dice.oneIn(2))]),
  );
  if (dice.oneIn(6)) files["a.csv"] = asParquet(resultFile(dice, false), dice);
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
    () => ["show", ...by, ...format("text", "json"), a, ...dice.of([[], others])],
    () => [
      "compare",
      // Colours are escape sequences of our own.
      ...["--color", "never"],
      ...options,
      ...failOn,
      ...format("text", "json", "csv", "markdown", "html"),
      ...dice.oneIn(3) ? ["--a", a, "--a", c, "--b", `${folder}/b*.csv`] : [a, ...others],
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
    () => ["history", ...format("text", "json", "html"), ...dice.of([[a, ...others], [folder]])],
    () => ["fleet", ...margin, ...alpha, ...format("text", "json"), ...dice.of([[], ["--details"]]), folder],
    () => ["report", ...options, "--out", "-", a, ...dice.of([[], others])],
    () => ["export", ...format("folded", "perfetto", "parquet"), "--out", "-", a],
    () => {
      files["policy.toml"] = policy(dice);
      return [
        "gate",
        "--policy",
        `${folder}/policy.toml`,
        "--out",
        `${folder}/gate`,
        "--force",
        a,
        ...others,
      ];
    },
  ])();
  return { files, args, columns };
}

/** The same file as `probe export` writes it, in every other case with some bytes changed; what it refuses stays. */
function asParquet(file: Uint8Array, dice: Dice): Uint8Array {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  const rows = new ParquetRows((bytes) => pieces.push(bytes.slice()));
  try {
    rows.finish(readResultFile("a.csv", [file], (row) => rows.visit(row)));
  } catch (error) {
    if (error instanceof Failure) return file;
    throw error;
  }
  const whole = new Uint8Array(pieces.flatMap((piece) => [...piece]));
  if (dice.oneIn(2)) return whole;
  for (let change = dice.below(4); change >= 0; change--) whole[dice.below(whole.length)] = dice.below(256);
  return dice.oneIn(5) ? whole.slice(0, dice.below(whole.length)) : whole;
}
