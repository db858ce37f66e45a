/** A call as stricli reads it: the command's options and arguments, then the command. */

import { buildApplication, buildRouteMap, run } from "@stricli/core";
import { fold } from "../../analysis/print/layout/terminal.ts";
import { optionsOf, type Routes } from "../options.ts";
import { notingText } from "../shell/refusals.ts";
import type { Context, Outcome, Output } from "../shell/shell.ts";
import { allRoutes, COMMANDS, isCommand, NAMES } from "./table.ts";

/**
 * Runs the command that `args` begin with; fills the outcome.
 *
 * @param args with long options only
 */
export async function call(args: readonly string[], outcome: Outcome, output: Output): Promise<void> {
  const [name = ""] = args;
  const routes = isCommand(name) ? { [name]: await COMMANDS[name]() } : await allRoutes();
  const application = buildApplication(
    buildRouteMap({
      routes: routes as Parameters<typeof buildRouteMap<string, Context>>[0]["routes"],
      docs: { brief: "" },
    }),
    {
      name: "probe",
      scanner: {
        caseStyle: "original",
        allowArgumentEscapeSequence: true,
        distanceOptions: {
          threshold: 4,
          weights: { insertion: 1, deletion: 3, substitution: 2, transposition: 0 },
        },
      },
      documentation: { disableAnsiColor: true },
      localization: { text: notingText(outcome, NAMES, optionNames(routes, name)) },
    },
  );
  const process = {
    // Stricli writes only help and version here, and does not fold them.
    stdout: { write: (text: string) => output.stdout(fold(text)) },
    stderr: { write: () => {} },
  };
  await run<Context>(application, args, { process, outcome, output, args });
}

/** The options of a command, with their dashes; none of an unknown one. */
function optionNames(routes: Routes, command: string): string[] {
  return isCommand(command) ? optionsOf(routes[command]!).map(({ name }) => name) : [];
}
