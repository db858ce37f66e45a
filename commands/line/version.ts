/** The command line of `probe version`. */

import { buildCommand } from "@stricli/core";
import project from "../../deno.json" with { type: "json" };
import { type Context, type ShellFlags, VERBOSE } from "./shell.ts";

export const versionRoute = buildCommand({
  docs: { brief: "Print the version" },
  parameters: { flags: { verbose: VERBOSE } },
  loader() {
    return Promise.resolve(function (this: Context, _flags: ShellFlags) {
      this.output.stdout(`probe ${project.version}\n`);
    });
  },
});
