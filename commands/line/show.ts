/** The command line of `probe show`. */

import { buildCommand } from "@stricli/core";
import { COMPARE_FLAGS } from "./compare.ts";
import { type Context, JSON_TOO, type ShellFlags, VERBOSE, withJson } from "../shell/shell.ts";

export const showRoute = buildCommand({
  docs: { brief: "Describe result files: strata, chain, stacks, integrity" },
  parameters: {
    flags: {
      pool: {
        kind: "boolean",
        brief: "Describe all files as one: runs of one protocol, taken together",
        optional: true,
      },
      by: COMPARE_FLAGS.by,
      where: COMPARE_FLAGS.where,
      format: { kind: "enum", values: ["text", "json"], brief: "Form of the answer", default: "text" },
      json: JSON_TOO,
      verbose: VERBOSE,
    },
    positional: {
      kind: "array",
      minimum: 1,
      parameter: { brief: "Result files, described one after the other", parse: String, placeholder: "FILE" },
    },
  },
  async loader() {
    const { showCommand } = await import("../show.ts");
    type Flags = Parameters<typeof showCommand>[0] & ShellFlags & { json: boolean };
    return async function (this: Context, flags: Flags, ...files: string[]) {
      this.outcome.exitCode = await showCommand(
        withJson(flags),
        files,
        this.output.columns ?? null,
        this.output.stdout,
      );
    };
  },
});
