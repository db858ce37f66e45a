/** The command line of `probe compare`. */

import { buildCommand } from "@stricli/core";
import { parseQuestion, QUESTION_NAMES } from "../../analysis/asked/askable.ts";
import { KEY_NAMES, parseKeys } from "../../analysis/sample/key_columns.ts";
import { VERDICTS } from "../../analysis/compare/verdict.ts";
import { COLOURS, wantsColour } from "../shell/colour.ts";
import { parseWhere } from "../files/where.ts";
import { parseGivenMargin, parseShare, parseVerdicts } from "../shell/arguments.ts";
import { type Context, JSON_TOO, type Output, type ShellFlags, VERBOSE, withJson } from "../shell/shell.ts";

/** Options that say how files are compared; `probe ab` has the same. */
export const COMPARE_FLAGS = {
  by: {
    kind: "parsed",
    parse: parseKeys,
    brief: "Columns whose values together make a stratum, such as signature,migrated",
    optional: true,
    placeholder: "KEYS",
    proposeCompletions: () => KEY_NAMES,
  },
  where: {
    kind: "parsed",
    parse: parseWhere,
    brief:
      "Which runs are meant: columns with =, !=, <, >, joined by and, such as 'load=idle and offset_ns<1ms'",
    optional: true,
    placeholder: "CONDITIONS",
  },
  margin: {
    kind: "parsed",
    parse: parseGivenMargin,
    brief: "Shift that still counts as equal, of all questions or of one; without it the runbook's",
    optional: true,
    variadic: true,
    placeholder: "[QUESTION=]DURATION|PERCENT",
  },
  question: {
    kind: "parsed",
    parse: parseQuestion,
    brief:
      "Further question to ask: a column of durations, or the way between two stages, such as edge_to_ttwu",
    optional: true,
    variadic: true,
    placeholder: "QUESTION",
    proposeCompletions: () => QUESTION_NAMES,
  },
  alpha: {
    kind: "parsed",
    parse: parseShare,
    brief: "Error rate of the tests; without it the runbook's",
    optional: true,
    placeholder: "LEVEL",
  },
  format: {
    kind: "enum",
    values: ["text", "json", "csv", "markdown"],
    brief: "Form of the answer",
    default: "text",
  },
  details: {
    kind: "boolean",
    brief: "As text: every number, with its method, instead of the first screen",
    default: false,
  },
  color: {
    kind: "enum",
    values: COLOURS,
    brief: "Verdicts of the text in colour: auto is on a terminal without NO_COLOR",
    default: "auto",
    placeholder: "WHEN",
  },
  json: JSON_TOO,
  "fail-on": {
    kind: "parsed",
    parse: parseVerdicts,
    brief: "Verdicts that end with exit code 4, such as DIFFERENT,NO-DATA",
    optional: true,
    placeholder: "VERDICTS",
    proposeCompletions: () => VERDICTS,
  },
} as const;

const pattern = {
  kind: "parsed",
  parse: String,
  optional: true,
  variadic: true,
  placeholder: "PATTERN",
} as const;

/** Files of both sides, where one of them has several. */
export const SIDES = {
  a: { ...pattern, brief: "Files of side A, such as 'host*.csv': runs of one protocol, taken together" },
  b: { ...pattern, brief: "Files of side B" },
} as const;

/** What the shell itself does with an answer. */
export interface AnswerFlags {
  readonly json: boolean;
  readonly color: (typeof COLOURS)[number];
}

/** Where an answer goes: its text in colour, where that is wanted. */
export function answerTo(
  output: Output,
  { format, color }: { readonly format: string; readonly color: AnswerFlags["color"] },
): (text: string) => void {
  const isColoured = format === "text" && wantsColour(color, output.columns !== undefined);
  return isColoured && output.coloured !== undefined ? output.coloured : output.stdout;
}

export const compareRoute = buildCommand({
  docs: { brief: "Say whether result files agree with the first, and where not" },
  parameters: {
    flags: {
      ...SIDES,
      ...COMPARE_FLAGS,
      format: { ...COMPARE_FLAGS.format, values: [...COMPARE_FLAGS.format.values, "html"] },
      verbose: VERBOSE,
    },
    aliases: { a: "a", b: "b" },
    positional: {
      kind: "array",
      parameter: {
        brief: "Result files, two or more unless --a and --b name them; the first is the baseline",
        parse: String,
        placeholder: "FILE",
      },
    },
  },
  async loader() {
    const { compareCommand } = await import("../compare.ts");
    type Flags = Parameters<typeof compareCommand>[0] & ShellFlags & AnswerFlags;
    return async function (this: Context, flags: Flags, ...files: string[]) {
      const { stderr, columns = null } = this.output;
      const asked = withJson(flags);
      this.outcome.exitCode = await compareCommand(
        asked,
        files,
        answerTo(this.output, asked),
        stderr,
        columns,
        this.output.program ?? null,
      );
    };
  },
});
