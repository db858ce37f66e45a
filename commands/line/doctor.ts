/** The command line of `probe doctor`. */

import { buildCommand } from "@stricli/core";
import { type Context, type ShellFlags, VERBOSE } from "./shell.ts";

export const doctorRoute = buildCommand({
  docs: { brief: "Say what this machine can measure, hook by hook; changes nothing" },
  parameters: {
    flags: {
      json: { kind: "boolean", brief: "The report as JSON", default: false },
      verbose: VERBOSE,
    },
  },
  async loader() {
    const { doctorCommand } = await import("../doctor.ts");
    type Flags = Parameters<typeof doctorCommand>[0] & ShellFlags;
    return async function (this: Context, flags: Flags) {
      this.outcome.exitCode = await doctorCommand(flags, this.output.stdout);
    };
  },
});
