/** The command line of `probe power`. */

import { buildCommand } from "@stricli/core";
import { LEAD } from "../../analysis/compare/questions.ts";
import { parseDuration } from "../../analysis/units/duration.ts";
import { parseShare } from "../shell/arguments.ts";
import { COMPARE_FLAGS, SIDES } from "./compare.ts";
import { type Context, JSON_TOO, type ShellFlags, VERBOSE, withJson } from "../shell/shell.ts";

export const powerRoute = buildCommand({
  docs: { brief: "Say how many runs a side would show equivalence" },
  parameters: {
    flags: {
      ...SIDES,
      a: { ...SIDES.a, brief: `${SIDES.a.brief}; alone they stand for both sides` },
      where: COMPARE_FLAGS.where,
      question: COMPARE_FLAGS.question,
      margin: COMPARE_FLAGS.margin,
      alpha: { ...COMPARE_FLAGS.alpha, brief: "Error rate of the test; without it the runbook's" },
      shift: {
        kind: "parsed",
        parse: parseDuration,
        brief: `Shift of the ${LEAD.name} to be assumed; without it none`,
        optional: true,
        placeholder: "DURATION",
      },
      power: {
        kind: "parsed",
        parse: parseShare,
        brief: "Wanted probability that equivalence is shown",
        placeholder: "PROBABILITY",
        default: "0.8",
      },
      format: { kind: "enum", values: ["text", "json"], brief: "Form of the answer", default: "text" },
      json: JSON_TOO,
      verbose: VERBOSE,
    },
    aliases: { a: "a", b: "b" },
    positional: {
      kind: "array",
      maximum: 2,
      parameter: {
        brief: "Result file that stands for both sides, or one each of A and B",
        parse: String,
        placeholder: "FILE",
      },
    },
  },
  async loader() {
    const { powerCommand } = await import("../power.ts");
    type Flags = Parameters<typeof powerCommand>[0] & ShellFlags & { json: boolean };
    return async function (this: Context, flags: Flags, ...files: string[]) {
      this.outcome.exitCode = await powerCommand(withJson(flags), files, this.output.stdout);
    };
  },
});
