/** The command line of `probe licenses`. */

import { buildCommand } from "@stricli/core";
import { type Context, type ShellFlags, VERBOSE } from "../shell/shell.ts";

export const licensesRoute = buildCommand({
  docs: { brief: "Print licence and place of the source of everything inside" },
  parameters: { flags: { verbose: VERBOSE } },
  async loader() {
    const { licensesCommand } = await import("../licenses.ts");
    return function (this: Context, _flags: ShellFlags) {
      this.outcome.exitCode = licensesCommand(this.output.stdout);
    };
  },
});
