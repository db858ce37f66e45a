/** `probe compare` as the command line has it. */

import { buildCommand } from "@stricli/core";
import { parseDuration } from "../analysis/duration.ts";
import { parseShare } from "./arguments.ts";
import { type Context, type ShellFlags, VERBOSE } from "./shell.ts";

/** How two files are compared; `probe ab` has the same. */
export const COMPARE_FLAGS = {
  margin: {
    kind: "parsed",
    parse: parseDuration,
    brief: "Shift of the offset that still counts as equal; without it the runbook's",
    optional: true,
  },
  alpha: {
    kind: "parsed",
    parse: parseShare,
    brief: "Error rate of the tests; without it the runbook's",
    optional: true,
  },
  format: { kind: "enum", values: ["text", "json"], brief: "Form of the answer", default: "text" },
} as const;

export const compareRoute = buildCommand({
  docs: { brief: "Say whether two result files agree, and where they differ" },
  parameters: {
    flags: { ...COMPARE_FLAGS, verbose: VERBOSE },
    positional: {
      kind: "tuple",
      parameters: [
        { brief: "Result file of one side", parse: String, placeholder: "A" },
        { brief: "Result file of the other side", parse: String, placeholder: "B" },
      ],
    },
  },
  async loader() {
    const { compareCommand } = await import("../runbook/compare_command.ts");
    type Flags = Parameters<typeof compareCommand>[0] & ShellFlags;
    return function (this: Context, flags: Flags, a: string, b: string) {
      this.outcome.exitCode = compareCommand(flags, a, b, this.output.stdout);
    };
  },
});
