/**
 * The program's shell: picks the command, prints errors, sets the exit code. Each command is loaded when it
 * is called, so `probe compare` never pays for the kernel's side.
 */

import { buildApplication, buildRouteMap, run } from "@stricli/core";
import { EXIT, type ExitCode, Failure } from "./analysis/failure.ts";
import { fold } from "./analysis/print/layout/terminal.ts";
import { printableLines } from "./analysis/print/printable.ts";
import { reportError } from "./commands/line/report_error.ts";
import { notingText } from "./commands/line/refusals.ts";
import { type Context, Outcome, type Output } from "./commands/line/shell.ts";
import { permissionsOf, ROUTES } from "./commands/line/table.ts";
import project from "./deno.json" with { type: "json" };
import { writeAllSync, writeOrDropSync } from "./system/write_all.ts";

/**
 * Runs one call of the program.
 *
 * @param args what the user wrote after `probe`
 * @returns the exit code; every error has been printed
 */
export async function main(args: readonly string[], to: Output): Promise<ExitCode> {
  const output = printableOutput(to);
  const outcome = new Outcome();
  const application = buildApplication(
    buildRouteMap({
      routes: ROUTES,
      docs: {
        brief: "What happens between a wakeup and the first clock read after it, on a host and in a VM",
        fullDescription: [
          "What happens between a wakeup and the first clock read after it, on a host and in a VM.",
          "",
          "  probe run --env host --out host.csv      one row per wakeup, here",
          "  probe run --env vm --out vm.csv          the same in the VM",
          "  probe compare host.csv vm.csv            is it the same there?",
          "  probe ab                                 all of it, in a throwaway VM",
          "  probe show host.csv                      what is in one of them?",
          "  probe report host.csv vm.csv             the answer as a page with plots",
          "",
          "Exit codes: 0 done, 1 failed, 2 usage, 3 this machine cannot measure, 4 gate.",
        ].join("\n"),
      },
    }),
    {
      name: "probe",
      versionInfo: { currentVersion: `probe ${project.version}` },
      scanner: {
        caseStyle: "original",
        allowArgumentEscapeSequence: true,
        distanceOptions: {
          threshold: 4,
          weights: { insertion: 1, deletion: 3, substitution: 2, transposition: 0 },
        },
      },
      documentation: { disableAnsiColor: true },
      localization: { text: notingText(outcome) },
    },
  );
  const process = {
    // Stricli writes only help and version here, and does not fold them.
    stdout: { write: (text: string) => output.stdout(fold(text)) },
    stderr: { write: () => {} },
  };
  try {
    await run<Context>(application, args, { process, outcome, output, args });
  } catch (error) {
    outcome.error ??= error;
  }
  if (outcome.error === undefined) return outcome.exitCode;
  return reportError(outcome.error, args.includes("--verbose"), output);
}

/**
 * Keeps names in the output from acting on a terminal, whichever command prints them. Output that goes
 * elsewhere stays byte for byte.
 */
function printableOutput(to: Output): Output {
  return {
    ...to,
    stderr: (text) => to.stderr(printableLines(text)),
    stdout: to.columns === undefined
      ? to.stdout
      : (text) => to.stdout(typeof text === "string" ? printableLines(text) : text),
  };
}

/** A reader that closes the pipe early is not a failure, see reportError(). */
function writeAnswer(text: string | Uint8Array): void {
  try {
    writeAllSync(Deno.stdout, typeof text === "string" ? new TextEncoder().encode(text) : text);
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe || !(error instanceof Error)) throw error;
    throw new Failure(
      EXIT.failed,
      `cannot write to standard output: ${error.message}`,
      "free space where it goes, or write into another file",
      { cause: error },
    );
  }
}

const TERMINAL: Output = {
  stdout: writeAnswer,
  stderr: (text) => writeOrDropSync(Deno.stderr, new TextEncoder().encode(text)),
  ...(Deno.stdout.isTerminal() ? { columns: Deno.consoleSize().columns } : {}),
};

function giveBackPermissions(args: readonly string[]): void {
  const needed = permissionsOf(args);
  const names: readonly Deno.PermissionName[] = ["ffi", "write", "net", "run", "sys", "env"];
  for (const name of names) if (!needed.includes(name)) Deno.permissions.revokeSync({ name });
}

/** The program itself, from its arguments to its exit code. */
export async function start(): Promise<void> {
  giveBackPermissions(Deno.args);
  const end = (event: Event, error: unknown) => {
    event.preventDefault();
    Deno.exit(reportError(error, Deno.args.includes("--verbose"), printableOutput(TERMINAL)));
  };
  globalThis.addEventListener("unhandledrejection", (event) => end(event, event.reason));
  globalThis.addEventListener("error", (event) => end(event, event.error));
  Deno.exitCode = await main(Deno.args, TERMINAL);
}

if (import.meta.main) await start();
