/** `probe show` as the command line has it. */

import { buildCommand } from "@stricli/core";
import { parseKeys } from "../analysis/key_columns.ts";
import { type Context, type ShellFlags, VERBOSE } from "./shell.ts";

export const showRoute = buildCommand({
  docs: { brief: "Describe one result file: strata, chain, stacks, integrity" },
  parameters: {
    flags: {
      by: {
        kind: "parsed",
        parse: parseKeys,
        brief: "Columns whose values together make a stratum, such as signature,migrated",
        optional: true,
        placeholder: "KEYS",
      },
      format: { kind: "enum", values: ["text", "json"], brief: "Form of the answer", default: "text" },
      verbose: VERBOSE,
    },
    positional: {
      kind: "tuple",
      parameters: [{ brief: "Result file", parse: String, placeholder: "FILE" }],
    },
  },
  async loader() {
    const { showCommand } = await import("../runbook/show_command.ts");
    type Flags = Parameters<typeof showCommand>[0] & ShellFlags;
    return function (this: Context, flags: Flags, file: string) {
      this.outcome.exitCode = showCommand(flags, file, this.output.columns ?? null, this.output.stdout);
    };
  },
});
