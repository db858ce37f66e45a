/**
 * The program's shell: picks the command, prints errors, sets the exit code. Commands load when they are
 * called, so that `probe compare` never pays for the kernel's side.
 */

import {
  AliasNotFoundError,
  type ApplicationText,
  ArgumentParseError,
  ArgumentScannerError,
  buildApplication,
  buildCommand,
  buildRouteMap,
  type CommandContext,
  EnumValidationError,
  FlagNotFoundError,
  run,
  text_en,
  UnexpectedFlagError,
  UnexpectedPositionalError,
  UnsatisfiedFlagError,
  UnsatisfiedPositionalError,
} from "@stricli/core";
import { parseDuration } from "./analysis/duration.ts";
import { EXIT, type ExitCode, Failure } from "./analysis/failure.ts";
import { TIERS } from "./analysis/meta.ts";
import { fold } from "./analysis/text_layout.ts";
import project from "./deno.json" with { type: "json" };

/** What a call of the program came to; commands and stricli's callbacks fill it. */
class Outcome {
  exitCode: ExitCode = EXIT.done;
  error: unknown = undefined;
}

interface Context extends CommandContext {
  readonly outcome: Outcome;
  readonly output: Output;
}

function parseCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count) && count > 0) return count;
  throw new Failure(
    EXIT.usage,
    `"${text}" is not a number of runs`,
    "give a whole number from 1, such as 30",
  );
}

function parseEnv(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(text)) return text;
  throw new Failure(
    EXIT.usage,
    `"${text}" cannot name an environment`,
    "use host, vm, or a label of letters, digits, dots, dashes and underscores",
  );
}

function parseShare(text: string): number {
  const share = Number(text);
  if (/^0?\.\d+$/.test(text) && share > 0 && share < 1) return share;
  throw new Failure(EXIT.usage, `"${text}" is not a level between 0 and 1`, "give a number such as 0.05");
}

/** Options that every command has and that this file reads itself. */
interface ShellFlags {
  readonly verbose: boolean;
}

const VERBOSE = { kind: "boolean", brief: "With an error, its causes too", default: false } as const;

const runRoute = buildCommand({
  docs: { brief: "Measure wakeups on this machine: one row per run" },
  parameters: {
    flags: {
      runs: { kind: "parsed", parse: parseCount, brief: "Runs to measure", default: "30" },
      env: {
        kind: "parsed",
        parse: parseEnv,
        brief: "Side this machine stands for: host, vm, or a label",
        default: "host",
      },
      out: {
        kind: "parsed",
        parse: String,
        brief: "Result file; without it ENV-HOST-UTCTIME.csv",
        optional: true,
        placeholder: "FILE",
      },
      trigger: { kind: "enum", values: ["timer"], brief: "What gives each run its edge", default: "timer" },
      period: { kind: "parsed", parse: parseDuration, brief: "Time between edges", default: "1s" },
      wake: {
        kind: "parsed",
        parse: String,
        brief: "How the built-in target is woken: timer (default), pipe, futex, eventfd or signal",
        optional: true,
      },
      target: {
        kind: "parsed",
        parse: String,
        brief: "Whose wakeup: self (the built-in thread), pid:N or comm:NAME",
        default: "self",
      },
      require: { kind: "enum", values: TIERS, brief: "Tier to take; without it the best", optional: true },
      "measure-overhead": {
        kind: "boolean",
        brief: "Also measure what the probes cost, against runs without them",
        default: false,
      },
      quiet: { kind: "boolean", brief: "No progress and no summary", default: false },
      json: { kind: "boolean", brief: "Summary as JSON on stdout", default: false },
      verbose: VERBOSE,
    },
  },
  async loader() {
    const { runCommand } = await import("./runbook/run_command.ts");
    type Flags = Parameters<typeof runCommand>[0] & { trigger: "timer" } & ShellFlags;
    return async function (this: Context, flags: Flags) {
      this.outcome.exitCode = await runCommand(flags);
    };
  },
});

const compareRoute = buildCommand({
  docs: { brief: "Say whether two result files agree, and where they differ" },
  parameters: {
    flags: {
      margin: {
        kind: "parsed",
        parse: parseDuration,
        brief: "Shift of the offset that still counts as equal; without it the runbook's",
        optional: true,
      },
      alpha: {
        kind: "parsed",
        parse: parseShare,
        brief: "Error rate of the tests; without it the runbook's",
        optional: true,
      },
      format: { kind: "enum", values: ["text", "json"], brief: "Form of the answer", default: "text" },
      verbose: VERBOSE,
    },
    positional: {
      kind: "tuple",
      parameters: [
        { brief: "Result file of one side", parse: String, placeholder: "A" },
        { brief: "Result file of the other side", parse: String, placeholder: "B" },
      ],
    },
  },
  async loader() {
    const { compareCommand } = await import("./runbook/compare_command.ts");
    type Flags = Parameters<typeof compareCommand>[0] & ShellFlags;
    return function (this: Context, flags: Flags, a: string, b: string) {
      this.outcome.exitCode = compareCommand(flags, a, b, this.output.stdout);
    };
  },
});

const doctorRoute = buildCommand({
  docs: { brief: "Say what this machine can measure, hook by hook; changes nothing" },
  parameters: {
    flags: {
      json: { kind: "boolean", brief: "The report as JSON", default: false },
      verbose: VERBOSE,
    },
  },
  async loader() {
    const { doctorCommand } = await import("./runbook/doctor_command.ts");
    type Flags = Parameters<typeof doctorCommand>[0] & ShellFlags;
    return async function (this: Context, flags: Flags) {
      this.outcome.exitCode = await doctorCommand(flags, this.output.stdout);
    };
  },
});

const licensesRoute = buildCommand({
  docs: { brief: "Print licence and place of the source of everything inside" },
  parameters: { flags: { verbose: VERBOSE } },
  async loader() {
    const { licensesCommand } = await import("./licenses.ts");
    return function (this: Context, _flags: ShellFlags) {
      this.outcome.exitCode = licensesCommand(this.output.stdout);
    };
  },
});

function suggestion(corrections: readonly string[], otherwise: string): string {
  return corrections.length === 0 ? otherwise : `did you mean ${corrections.join(" or ")}?`;
}

/** Stricli's refusal of an argument as one of ours. */
function usageFailure(error: unknown): unknown {
  if (!(error instanceof ArgumentScannerError)) return error;
  const refuse = (found: string, remedy: string) => new Failure(EXIT.usage, found, remedy, { cause: error });
  const help = "see --help";
  if (error instanceof FlagNotFoundError) {
    const corrections = error.corrections.map((name) => `--${name}`);
    return refuse(`there is no option --${error.input}`, suggestion(corrections, help));
  }
  if (error instanceof AliasNotFoundError) return refuse(`there is no option -${error.input}`, help);
  if (error instanceof ArgumentParseError) {
    const { exception } = error;
    if (!(exception instanceof Failure)) return exception;
    return refuse(`--${error.externalFlagNameOrPlaceholder}: ${exception.found}`, exception.remedy);
  }
  if (error instanceof EnumValidationError) {
    return refuse(`--${error.externalFlagName} cannot be ${error.input}`, `use ${error.values.join(" or ")}`);
  }
  if (error instanceof UnsatisfiedFlagError) {
    return refuse(`--${error.externalFlagName} has no value`, "write the value after it");
  }
  if (error instanceof UnexpectedFlagError) {
    return refuse(`--${error.externalFlagName} is given twice`, "give it once");
  }
  if (error instanceof UnexpectedPositionalError) {
    return refuse(`"${error.input}" is an argument too many`, help);
  }
  if (error instanceof UnsatisfiedPositionalError) {
    return refuse(`the argument ${error.placeholder} is missing`, help);
  }
  return refuse(error.message, help);
}

/** Stricli prints its errors as it goes; here they are only noted, so that all errors are printed in one way. */
function notingText(outcome: Outcome): ApplicationText {
  const note = (error: unknown): string => {
    outcome.error ??= error;
    return "";
  };
  return {
    ...text_en,
    noCommandRegisteredForInput: ({ input, corrections }) => {
      const names = corrections.map((name) => name.replaceAll("`", ""));
      return note(
        new Failure(EXIT.usage, `there is no command ${input}`, suggestion(names, "see probe --help")),
      );
    },
    exceptionWhileParsingArguments: (error) => note(usageFailure(error)),
    exceptionWhileLoadingCommandFunction: note,
    exceptionWhileLoadingCommandContext: note,
    exceptionWhileRunningCommand: note,
    commandErrorResult: note,
    exceptionWhileRunningIntegrationHook: ({ exception }) => note(exception),
    exceptionWhileRunningIntegrationFlag: ({ exception }) => note(exception),
  };
}

/** Where a call writes; a test gives its own. */
export interface Output {
  stdout(text: string): void;
  stderr(text: string): void;
}

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
      routes: { doctor: doctorRoute, run: runRoute, compare: compareRoute, licenses: licensesRoute },
      docs: {
        brief: "What happens between a wakeup and the first clock read after it, on a host and in a VM",
        fullDescription: [
          "What happens between a wakeup and the first clock read after it, on a host and in a VM.",
          "",
          "  probe run --env host --out host.csv      one row per wakeup, here",
          "  probe run --env vm --out vm.csv          the same in the VM",
          "  probe compare host.csv vm.csv            is it the same there?",
          "",
          "Exit codes: 0 done, 1 failed, 2 usage, 3 this machine cannot measure.",
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
    await run<Context>(application, args, { process, outcome, output });
  } catch (error) {
    outcome.error ??= error;
  }
  if (outcome.error === undefined) return outcome.exitCode;
  return report(outcome.error, args.includes("--verbose"), output);
}

function writeAll(to: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let written = 0; written < bytes.length;) written += to.writeSync(bytes.subarray(written));
}

const TERMINAL: Output = {
  stdout: (text) => writeAll(Deno.stdout, text),
  stderr: (text) => writeAll(Deno.stderr, text),
};

/** Permissions that a command needs beyond reading files; it gives back all others before it starts. */
const NEEDS: Readonly<Record<string, readonly Deno.PermissionName[]>> = {
  doctor: ["ffi"],
  run: ["ffi", "write"],
};

function giveBackPermissions(command: string | undefined): void {
  const needed = NEEDS[command ?? ""] ?? [];
  const names: readonly Deno.PermissionName[] = ["ffi", "write", "net", "run", "sys", "env"];
  for (const name of names) if (!needed.includes(name)) Deno.permissions.revokeSync({ name });
}

if (import.meta.main) {
  giveBackPermissions(Deno.args[0]);
  const end = (event: Event, error: unknown) => {
    event.preventDefault();
    Deno.exit(report(error, Deno.args.includes("--verbose"), TERMINAL));
  };
  globalThis.addEventListener("unhandledrejection", (event) => end(event, event.reason));
  globalThis.addEventListener("error", (event) => end(event, event.error));
  Deno.exitCode = await main(Deno.args, TERMINAL);
}
