/** `probe power FILE [FILE]`: how many runs each side needs. Needs no privilege beyond reading the files. */

import { EXIT, type ExitCode } from "../analysis/failure.ts";
import { askedMargin, askedQuestions } from "../analysis/asked/answers.ts";
import { AskedColumns } from "../analysis/asked/askable.ts";
import { besidesOf } from "../analysis/result/durations.ts";
import type { ResultFile } from "../analysis/result/file.ts";
import type { RowView } from "../analysis/result/row_view.ts";
import { powerJson } from "../analysis/print/power/json.ts";
import { betweenFiles } from "../analysis/pool/between_files.ts";
import { powerAnalysis } from "../analysis/power/power.ts";
import { powerText } from "../analysis/print/power/text.ts";
import { furtherQuestions, type GivenMargin, marginsOf } from "./compared_files.ts";
import { readSide, refuseShared, type SideFlags, sidesOf } from "./files/sides.ts";
import { inTurn, type Where } from "./files/where.ts";

export interface PowerFlags extends SideFlags {
  /** Questions that are asked besides those that the runbook declares. */
  readonly question?: readonly string[];
  /** One margin for all questions, or for the one that is named; default: the runbook's. */
  readonly margin?: readonly GivenMargin[];
  /** Default: the runbook's. */
  readonly alpha?: number;
  readonly power: number;
  /** Assumed shift of the question LEAD in ns; without it none. */
  readonly shift?: number;
  /** Which runs of each file are meant; default: all. */
  readonly where?: Where;
  readonly format: "text" | "json";
}

/**
 * @param paths one file for both sides, or one each for A and B, unless --a and --b name them
 * @param write receives the answer
 * @throws Failure when a file cannot be read or is refused
 */
export async function powerCommand(
  flags: PowerFlags,
  paths: readonly string[],
  write: (text: string) => void,
): Promise<ExitCode> {
  const sides = sidesOf(paths, flags, 1);
  const asked = flags.question ?? [];
  const read = await inTurn(sides, async (side) => {
    const columns = new AskedColumns(asked);
    const visitor = asked.length === 0 ? null : (row: RowView) => columns.visit(row);
    const { file, singles } = await readSide(side, flags.where ?? null, visitor);
    return { file, singles, values: columns.values() };
  });
  refuseShared(read);
  const values = new Map(read.map(({ file, values }) => [file, values]));
  const { besides, names, margins } = furtherQuestions(read[0]!.file, flags);
  const valuesOf = (file: ResultFile, name: string) => values.get(file)!.get(name)!;
  const analysis = powerAnalysis(read.map(({ file }) => file), {
    between: betweenFiles(read),
    besides: besides.map(({ name, declared }) => ({
      name,
      margin: declared,
      valuesOf: (file) => besidesOf(file, name),
    })),
    asked: askedQuestions(names).map(({ name }) => ({
      name,
      margin: askedMargin(name, margins),
      valuesOf: (file) => valuesOf(file, name),
    })),
    power: flags.power,
    ...(flags.margin === undefined ? {} : { margins: marginsOf(flags.margin) }),
    ...(flags.shift === undefined ? {} : { shiftNs: flags.shift }),
    ...(flags.alpha === undefined ? {} : { alpha: flags.alpha }),
  });
  write(flags.format === "json" ? powerJson(analysis) : powerText(analysis));
  return EXIT.done;
}
