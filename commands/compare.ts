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
    flags: {
      ...COMPARE_FLAGS,
      format: { ...COMPARE_FLAGS.format, values: ["text", "json", "html"] },
      verbose: VERBOSE,
    },
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
    type Flags = Omit<Parameters<typeof compareCommand>[0], "format"> & {
      readonly format: "text" | "json" | "html";
    };
    return async function (this: Context, flags: Flags & ShellFlags, a: string, b: string) {
      const { format } = flags;
      if (format === "html") {
        const { pageOf } = await import("../runbook/report_command.ts");
        return this.output.stdout(await pageOf(flags, [a, b]));
      }
      this.outcome.exitCode = compareCommand({ ...flags, format }, a, b, this.output.stdout);
    };
  },
});
