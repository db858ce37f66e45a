/** The command line of `probe completions`. */

import { buildCommand } from "@stricli/core";
import { didYouMean } from "../../analysis/did_you_mean.ts";
import { EXIT, Failure } from "../../analysis/failure.ts";
import type { Shell } from "../completions.ts";
import type { Routes } from "../options.ts";
import { type Context, type ShellFlags, VERBOSE } from "../shell/shell.ts";

const SHELLS = ["bash", "zsh", "fish"] as const satisfies readonly Shell[];

function parseShell(text: string): Shell {
  const shell = SHELLS.find((shell) => shell === text);
  if (shell !== undefined) return shell;
  throw new Failure(
    EXIT.usage,
    `there are no completions for "${text}"`,
    didYouMean(text, SHELLS) ?? `name ${SHELLS.join(", ")}`,
  );
}

/** @param routes of every command, including this one: called only when the script is printed */
export const completionsRoute = (routes: () => Promise<Routes>) =>
  buildCommand({
    docs: { brief: "Print the script that completes probe's command line" },
    parameters: {
      flags: { verbose: VERBOSE },
      positional: {
        kind: "tuple",
        parameters: [{
          brief: "bash, zsh or fish",
          parse: parseShell,
          proposeCompletions: () => SHELLS,
          placeholder: "SHELL",
        }],
      },
    },
    async loader() {
      const { completionsCommand } = await import("../completions.ts");
      return async function (this: Context, _flags: ShellFlags, shell: Shell) {
        this.outcome.exitCode = completionsCommand(shell, await routes(), this.output.stdout);
      };
    },
  });
