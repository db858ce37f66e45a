/**
 * The program's shell: picks the command, prints errors, sets the exit code. Commands load when they are
 * called, so that `probe compare` never pays for the kernel's side.
 */

import { buildApplication, buildRouteMap, run } from "@stricli/core";
import { EXIT, type ExitCode, Failure } from "./analysis/failure.ts";
import { fold } from "./analysis/print/text_layout.ts";
import { notingText } from "./commands/line/refusals.ts";
import { type Context, Outcome, type Output } from "./commands/line/shell.ts";
import { NEEDS, ROUTES } from "./commands/line/table.ts";
import project from "./deno.json" with { type: "json" };
import { writeAllSync } from "./system/write_all.ts";

/**
 * What --verbose adds to an error's line: its own stack when it is none of ours, then each cause with its stack
 * and the log it carries, as libbpf's errors do.
 */
export function withCauses(error: unknown): string {
  const own = error instanceof Failure ? "" : `${stackOf(error)}${logOf(error)}`;
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? own : `${own}caused by: ${describe(cause)}\n${withCauses(cause)}`;
}

function stackOf(error: unknown): string {
  // The first line of a stack repeats the message, which has been printed.
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
  return text.replaceAll(/\s*\n\s*/g, " ").trim();
}

/** Prints what ended the program, in one line; with `verbose` also its causes. */
function report(error: unknown, verbose: boolean, output: Output): ExitCode {
  // The reader of a pipe has seen enough: no error of ours.
  if (error instanceof Deno.errors.BrokenPipe) return EXIT.done;
  const line = error instanceof Failure
    ? error.message
    : `internal error: ${describe(error)}; please report it with the output of the same call with --verbose`;
  output.stderr(`probe: ${oneLine(line)}\n`);
  if (verbose) output.stderr(withCauses(error));
  return error instanceof Failure ? error.exitCode : EXIT.failed;
}

/**
 * Runs one call of the program.
 *
 * @param args what the user wrote after `probe`
 * @returns the exit code; every error has been printed
 */
export async function main(args: readonly string[], output: Output): Promise<ExitCode> {
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
    // Stricli writes nothing else than help and version here, and does not fold it.
    stdout: { write: (text: string) => output.stdout(fold(text)) },
    stderr: { write: () => {} },
  };
  try {
    await run<Context>(application, args, { process, outcome, output, args });
  } catch (error) {
    outcome.error ??= error;
  }
  if (outcome.error === undefined) return outcome.exitCode;
  return report(outcome.error, args.includes("--verbose"), output);
}

const TERMINAL: Output = {
  stdout: (text) => writeAllSync(Deno.stdout, new TextEncoder().encode(text)),
  stderr: (text) => writeAllSync(Deno.stderr, new TextEncoder().encode(text)),
  ...(Deno.stdout.isTerminal() ? { columns: Deno.consoleSize().columns } : {}),
};

function giveBackPermissions(command: string | undefined): void {
  const needed = NEEDS[command as keyof typeof ROUTES] ?? [];
  const names: readonly Deno.PermissionName[] = ["ffi", "write", "net", "run", "sys", "env"];
  for (const name of names) if (!needed.includes(name)) Deno.permissions.revokeSync({ name });
}

/** The program itself, from its arguments to its exit code. */
export async function start(): Promise<void> {
  giveBackPermissions(Deno.args[0]);
  const end = (event: Event, error: unknown) => {
    event.preventDefault();
    Deno.exit(report(error, Deno.args.includes("--verbose"), TERMINAL));
  };
  globalThis.addEventListener("unhandledrejection", (event) => end(event, event.reason));
  globalThis.addEventListener("error", (event) => end(event, event.error));
  Deno.exitCode = await main(Deno.args, TERMINAL);
}

if (import.meta.main) await start();
