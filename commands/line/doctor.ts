/** The command line of `probe doctor`. */

import { buildCommand } from "@stricli/core";
import { BTF } from "./run.ts";
import { type Context, FORMAT_TOO, type ShellFlags, VERBOSE, withFormat } from "../shell/shell.ts";

export const doctorRoute = buildCommand({
  docs: { brief: "Say what this machine can measure, hook by hook; changes nothing" },
  parameters: {
    flags: {
      btf: BTF,
      json: { kind: "boolean", brief: "The report as JSON", default: false },
      format: FORMAT_TOO,
      verbose: VERBOSE,
    },
  },
  async loader() {
    const { doctorCommand } = await import("../doctor.ts");
    type Flags = Parameters<typeof doctorCommand>[0] & ShellFlags & {
      json: boolean;
      format: "text" | "json";
    };
    return async function (this: Context, flags: Flags) {
      this.outcome.exitCode = await doctorCommand(withFormat(flags), this.output.stdout);
    };
  },
});
