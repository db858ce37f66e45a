/** The command line of `probe runbook`. */

import { buildCommand } from "@stricli/core";
import { type Context, type ShellFlags, VERBOSE } from "../shell/shell.ts";

export const runbookRoute = buildCommand({
  docs: { brief: "Print the default runbook, to edit" },
  parameters: { flags: { verbose: VERBOSE } },
  async loader() {
    const { defaultRunbook } = await import("../../runbook/protocol/runbook_file.ts");
    return function (this: Context, _flags: ShellFlags) {
      this.output.stdout(defaultRunbook());
    };
  },
});
