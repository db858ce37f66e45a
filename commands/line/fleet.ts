/** The command line of `probe fleet`. */

import { buildCommand } from "@stricli/core";
import { type Context, JSON_TOO, type ShellFlags, VERBOSE, withJson } from "../shell/shell.ts";
import { COMPARE_FLAGS } from "./compare.ts";

export const fleetRoute = buildCommand({
  docs: { brief: "Say how far one side lies from the other over many hosts" },
  parameters: {
    flags: {
      a: {
        kind: "parsed",
        parse: String,
        brief: "env of the baseline A",
        default: "host",
        placeholder: "ENV",
      },
      b: { kind: "parsed", parse: String, brief: "env of the other side", default: "vm", placeholder: "ENV" },
      "host-by": {
        kind: "enum",
        values: ["meta", "folder"],
        brief: "What tells the host of a file: its metadata, or the folder in FOLDER that it lies in",
        default: "meta",
      },
      margin: COMPARE_FLAGS.margin,
      alpha: COMPARE_FLAGS.alpha,
      format: {
        kind: "enum",
        values: ["text", "json"],
        brief: "Form of the answer",
        default: "text",
      },
      details: {
        kind: "boolean",
        brief: "As text: each host and the methods too",
        default: false,
      },
      json: JSON_TOO,
      verbose: VERBOSE,
    },
    aliases: { a: "a", b: "b" },
    positional: {
      kind: "tuple",
      parameters: [{
        brief: "Folder with result files of many hosts, or a data set of probe export",
        parse: String,
        placeholder: "FOLDER",
      }],
    },
  },
  async loader() {
    const { fleetCommand } = await import("../fleet/fleet.ts");
    type Flags = Parameters<typeof fleetCommand>[0] & ShellFlags & { readonly json: boolean };
    return async function (this: Context, flags: Flags, folder: string) {
      this.outcome.exitCode = await fleetCommand(withJson(flags), folder, this.output.stdout);
    };
  },
});
