/** Prints the error that ended the program. */

import { EXIT, type ExitCode, Failure } from "../../analysis/failure.ts";
import { printable } from "../../analysis/print/printable.ts";
import type { Output } from "./shell.ts";

/**
 * What --verbose adds to an error's line: the stack of an unexpected error, then each cause with its stack
 * and its log, if it has one (libbpf's errors do).
 */
export function withCauses(error: unknown): string {
  const own = error instanceof Failure ? "" : `${stackOf(error)}${logOf(error)}`;
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? own : `${own}caused by: ${describe(cause)}\n${withCauses(cause)}`;
}

function stackOf(error: unknown): string {
  // The first line of a stack repeats the message, which is already printed.
  const frames = error instanceof Error
    ? (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line))
    : [];
  return frames.map((line) => `${line}\n`).join("");
}

function logOf(error: unknown): string {
  if (!(error instanceof Error && "log" in error && typeof error.log === "string")) return "";
  return error.log.endsWith("\n") || error.log === "" ? error.log : `${error.log}\n`;
}

function describe(error: unknown): string {
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).trimEnd();
}

function oneLine(text: string): string {
  return printable(text.replaceAll(/\s*\n\s*/g, " ").trim());
}

/** Prints the error in one line; with `verbose` also its causes. `output` escapes the names in them. */
export function reportError(error: unknown, verbose: boolean, output: Output): ExitCode {
  // The reader of a pipe closed it early: not an error.
  if (error instanceof Deno.errors.BrokenPipe) return EXIT.done;
  const line = error instanceof Failure
    ? error.message
    : `internal error: ${describe(error)}; please report it with the output of the same call with --verbose`;
  output.stderr(`probe: ${oneLine(line)}\n`);
  if (verbose) output.stderr(withCauses(error));
  return error instanceof Failure ? error.exitCode : EXIT.failed;
}
