/** The command line of `probe version`. */

import { buildCommand } from "@stricli/core";
import { type Context, type ShellFlags, VERBOSE } from "../shell/shell.ts";

export const versionRoute = buildCommand({
  docs: { brief: "Print the version" },
  parameters: { flags: { verbose: VERBOSE } },
  async loader() {
    const { versionCommand } = await import("../version.ts");
    return function (this: Context, _flags: ShellFlags) {
      this.outcome.exitCode = versionCommand(this.output.stdout);
    };
  },
});
