/** The command line of `probe export`. */

import { buildCommand } from "@stricli/core";
import { STACK_ROOTS } from "../../analysis/export/folded.ts";
import { FORCE } from "./report.ts";
import { type Context, type ShellFlags, VERBOSE } from "../shell/shell.ts";

export const exportRoute = buildCommand({
  docs: { brief: "Write a result file in the form another program reads" },
  parameters: {
    flags: {
      format: {
        kind: "enum",
        values: ["folded", "perfetto", "parquet"],
        brief: "folded stacks for flame graphs, a trace for ui.perfetto.dev, or Parquet",
      },
      stack: {
        kind: "enum",
        values: STACK_ROOTS,
        brief: "Stacks to fold: those of the wakeup or those of the read; without it both",
        optional: true,
      },
      out: {
        kind: "parsed",
        parse: String,
        brief: "File to create; - is standard output, which all but parquet take without it",
        optional: true,
        placeholder: "FILE",
      },
      dataset: {
        kind: "parsed",
        parse: String,
        brief: "Folder of a data set, to which the files are added as Parquet; other engines read it",
        optional: true,
        placeholder: "DIR",
      },
      force: FORCE,
      verbose: VERBOSE,
    },
    positional: {
      kind: "array",
      minimum: 1,
      parameter: { brief: "Result file; several with --dataset", parse: String, placeholder: "FILE" },
    },
  },
  async loader() {
    const { exportCommand } = await import("../export/export.ts");
    type Flags = Parameters<typeof exportCommand>[0] & ShellFlags;
    return async function (this: Context, flags: Flags, ...files: string[]) {
      this.outcome.exitCode = await exportCommand(flags, files, this.output);
    };
  },
});
