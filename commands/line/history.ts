/** The command line of `probe history`. */

import { buildCommand } from "@stricli/core";
import { type Context, JSON_TOO, type ShellFlags, VERBOSE, withJson } from "../shell/shell.ts";

export const historyRoute = buildCommand({
  docs: { brief: "Follow levels over many series, and say where they change" },
  parameters: {
    flags: {
      format: {
        kind: "enum",
        values: ["text", "json", "html"],
        brief: "Form of the answer; html is a page with plots",
        default: "text",
      },
      json: JSON_TOO,
      verbose: VERBOSE,
    },
    positional: {
      kind: "array",
      parameter: {
        brief: "Result files of one protocol, or folders with them",
        parse: String,
        placeholder: "FILE",
      },
    },
  },
  async loader() {
    const { historyCommand } = await import("../history/history.ts");
    type Flags = Parameters<typeof historyCommand>[0] & ShellFlags & { readonly json: boolean };
    return async function (this: Context, flags: Flags, ...paths: string[]) {
      this.outcome.exitCode = await historyCommand(withJson(flags), paths, this.output.stdout);
    };
  },
});
