/** The command line of `probe export`. */

import { buildCommand } from "@stricli/core";
import { type Context, type ShellFlags, VERBOSE } from "./shell.ts";

export const exportRoute = buildCommand({
  docs: { brief: "Write a result file in the form another program reads" },
  parameters: {
    flags: {
      format: {
        kind: "enum",
        values: ["folded", "perfetto", "parquet"],
        brief: "folded stacks for flame graphs, a trace for ui.perfetto.dev, or Parquet",
      },
      out: {
        kind: "parsed",
        parse: String,
        brief: "File to create; - is standard output, which all but parquet take without it",
        optional: true,
        placeholder: "FILE",
      },
      verbose: VERBOSE,
    },
    positional: {
      kind: "tuple",
      parameters: [{ brief: "Result file", parse: String, placeholder: "FILE" }],
    },
  },
  async loader() {
    const { exportCommand } = await import("../export.ts");
    type Flags = Parameters<typeof exportCommand>[0] & ShellFlags;
    return async function (this: Context, flags: Flags, file: string) {
      this.outcome.exitCode = await exportCommand(flags, file, this.output);
    };
  },
});
