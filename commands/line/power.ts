/** The command line of `probe power`. */

import { buildCommand } from "@stricli/core";
import { LEAD } from "../../analysis/compare/questions.ts";
import { parseDuration } from "../../analysis/units/duration.ts";
import { parseShare } from "../shell/arguments.ts";
import { COMPARE_FLAGS } from "./compare.ts";
import { type Context, JSON_TOO, type ShellFlags, VERBOSE, withJson } from "../shell/shell.ts";

export const powerRoute = buildCommand({
  docs: { brief: "Say how many runs a side would show equivalence" },
  parameters: {
    flags: {
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
    positional: {
      kind: "tuple",
      parameters: [
        { brief: "Result file; alone it stands for both sides", parse: String, placeholder: "A" },
        { brief: "Result file of the other side", parse: String, placeholder: "B", optional: true },
      ],
    },
  },
  async loader() {
    const { powerCommand } = await import("../power.ts");
    type Flags = Parameters<typeof powerCommand>[0] & ShellFlags & { json: boolean };
    return async function (this: Context, flags: Flags, a: string, b?: string) {
      const paths = b === undefined ? [a] : [a, b];
      this.outcome.exitCode = await powerCommand(withJson(flags), paths, this.output.stdout);
    };
  },
});
