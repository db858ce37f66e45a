/**
 * The program's shell: picks the command, prints errors, sets the exit code. Each command is loaded when it
 * is called, so `probe compare` never pays for the kernel's side.
 */

import { EXIT, type ExitCode, Failure } from "./analysis/failure.ts";
import { printableLines } from "./analysis/print/printable.ts";
import { coloured } from "./commands/shell/colour.ts";
import { reportError } from "./commands/shell/report_error.ts";
import { Outcome, type Output } from "./commands/shell/shell.ts";
import { isCommand, permissionsOf } from "./commands/line/table.ts";
import { spelledOut } from "./commands/options.ts";
import { SECOND_READER } from "./commands/second_thread.ts";
import { versionCommand } from "./commands/version.ts";
import { writeAllSync, writeOrDropSync } from "./system/write_all.ts";

/**
 * Runs one call of the program.
 *
 * @param given what the user wrote after `probe`
 * @returns the exit code; every error has been printed
 */
export async function main(given: readonly string[], to: Output): Promise<ExitCode> {
  const args = spelledOut(given, isCommand);
  const output = printableOutput(to);
  const outcome = new Outcome();
  try {
    // Without options: what reads those takes longer than the answer.
    if (args.length === 1 && args[0] === "version") return versionCommand(output.stdout);
    await (await import("./commands/line/application.ts")).call(args, outcome, output);
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
    coloured: (text) => to.stdout(coloured(printableLines(text))),
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
  program: Deno.mainModule,
  ...(Deno.stdout.isTerminal() ? { columns: Deno.consoleSize().columns } : {}),
};

function giveBackPermissions(args: readonly string[]): void {
  const needed = permissionsOf(args);
  const names: readonly Deno.PermissionName[] = ["ffi", "write", "net", "run", "sys", "env"];
  for (const name of names) if (!needed.includes(name)) Deno.permissions.revokeSync({ name });
}

/** Whether this is not the program's first thread. */
function isSecondReader(): boolean {
  return (globalThis as { readonly name?: string }).name === SECOND_READER;
}

/** The program itself, from its arguments to its exit code; or what its other thread does. */
export async function start(): Promise<void> {
  if (isSecondReader()) return (await import("./commands/second_reader.ts")).readAsSecond();
  giveBackPermissions(Deno.args);
  const end = (event: Event, error: unknown) => {
    event.preventDefault();
    Deno.exit(
      reportError(error, spelledOut(Deno.args, isCommand).includes("--verbose"), printableOutput(TERMINAL)),
    );
  };
  globalThis.addEventListener("unhandledrejection", (event) => end(event, event.reason));
  globalThis.addEventListener("error", (event) => end(event, event.error));
  Deno.exitCode = await main(Deno.args, TERMINAL);
}

if (import.meta.main || isSecondReader()) await start();
