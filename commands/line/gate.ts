/** The command line of `probe gate`. */

import { buildCommand } from "@stricli/core";
import { type Context, type ShellFlags, VERBOSE } from "../shell/shell.ts";

export const gateRoute = buildCommand({
  docs: { brief: "Judge result files by a policy: PASS, WARN or FAIL" },
  parameters: {
    flags: {
      policy: {
        kind: "parsed",
        parse: String,
        brief: "What is asked, how much may differ, and what each verdict means: a TOML file",
        placeholder: "FILE",
      },
      out: {
        kind: "parsed",
        parse: String,
        brief: "Folder for gate_result.json, gate_comment.md and gate_junit.xml",
        default: "gate",
        placeholder: "FOLDER",
      },
      force: {
        kind: "boolean",
        brief: "Replace these files if they exist",
        optional: true,
        withNegated: false,
      },
      backtest: {
        kind: "parsed",
        parse: String,
        brief: "Judge a locked set of earlier files instead, and say what would have changed",
        optional: true,
        placeholder: "FOLDER",
      },
      verbose: VERBOSE,
    },
    positional: {
      kind: "array",
      parameter: {
        brief: "Result files, two or more unless --backtest names a set; the first is the baseline",
        parse: String,
        placeholder: "FILE",
      },
    },
  },
  async loader() {
    const { gateCommand } = await import("../gate/gate.ts");
    type Flags = Parameters<typeof gateCommand>[0] & ShellFlags;
    return async function (this: Context, flags: Flags, ...files: string[]) {
      const { stdout, stderr } = this.output;
      this.outcome.exitCode = await gateCommand(flags, files, stdout, stderr);
    };
  },
});
