/** The command line of `probe report`. */

import { buildCommand } from "@stricli/core";
import { COMPARE_FLAGS, SIDES } from "./compare.ts";
import { type Context, type ShellFlags, VERBOSE } from "../shell/shell.ts";

/** For files that can be made again; the rows of a measurement cannot. */
export const FORCE = {
  kind: "boolean",
  brief: "Replace the file of --out if it exists, unless it is a result file",
  optional: true,
  withNegated: false,
} as const;

export const reportRoute = buildCommand({
  docs: { brief: "Write a page with plots, of one file or of several" },
  parameters: {
    flags: {
      out: {
        kind: "parsed",
        parse: String,
        brief: "Path of the page; - is standard output",
        default: "report.html",
        placeholder: "FILE",
      },
      force: FORCE,
      ...SIDES,
      by: COMPARE_FLAGS.by,
      where: COMPARE_FLAGS.where,
      question: COMPARE_FLAGS.question,
      margin: COMPARE_FLAGS.margin,
      alpha: COMPARE_FLAGS.alpha,
      verbose: VERBOSE,
    },
    aliases: { a: "a", b: "b" },
    positional: {
      kind: "array",
      parameter: {
        brief: "Result files, one or more unless --a and --b name them; the baseline first",
        parse: String,
        placeholder: "FILE",
      },
    },
  },
  async loader() {
    const { reportCommand } = await import("../report.ts");
    type Flags = Parameters<typeof reportCommand>[0] & ShellFlags;
    return async function (this: Context, flags: Flags, ...paths: string[]) {
      this.outcome.exitCode = await reportCommand(flags, paths, this.output.stdout);
    };
  },
});
