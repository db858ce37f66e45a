/** `probe completions` as the command line has it. */

import { buildCommand } from "@stricli/core";
import { EXIT, Failure } from "../../analysis/failure.ts";
import type { Routes } from "../completions.ts";
import { type Context, type ShellFlags, VERBOSE } from "./shell.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;
type Shell = (typeof SHELLS)[number];

function parseShell(text: string): Shell {
  const shell = SHELLS.find((shell) => shell === text);
  if (shell !== undefined) return shell;
  throw new Failure(EXIT.usage, `there are no completions for "${text}"`, `name ${SHELLS.join(", ")}`);
}

/** @param routes of every command, this one too: asked for when the script is printed */
export const completionsRoute = (routes: () => Routes) =>
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
      const { bashScript, completedCommands, fishScript, zshScript } = await import("../completions.ts");
      const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };
      return function (this: Context, _flags: ShellFlags, shell: Shell) {
        this.output.stdout(scripts[shell](completedCommands(routes())));
      };
    },
  });
