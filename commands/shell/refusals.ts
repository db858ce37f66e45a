/** Turns the errors that stricli reports for a command line into our own. */

import {
  AliasNotFoundError,
  type ApplicationText,
  ArgumentParseError,
  ArgumentScannerError,
  EnumValidationError,
  FlagNotFoundError,
  text_en,
  UnexpectedFlagError,
  UnexpectedPositionalError,
  UnsatisfiedFlagError,
  UnsatisfiedPositionalError,
} from "@stricli/core";
import { didYouMean } from "../../analysis/did_you_mean.ts";
import { EXIT, Failure } from "../../analysis/failure.ts";
import type { Outcome } from "./shell.ts";

/**
 * Turns stricli's error for an argument into one of ours.
 *
 * @param options of the command, with their dashes
 */
function usageFailure(error: unknown, options: readonly string[]): unknown {
  if (!(error instanceof ArgumentScannerError)) return error;
  const refuse = (found: string, remedy: string) => new Failure(EXIT.usage, found, remedy, { cause: error });
  const help = "see --help";
  if (error instanceof FlagNotFoundError) {
    return refuse(`unknown option --${error.input}`, didYouMean(error.input, options) ?? help);
  }
  if (error instanceof AliasNotFoundError) return refuse(`unknown option -${error.input}`, help);
  if (error instanceof ArgumentParseError) {
    const { exception } = error;
    if (!(exception instanceof Failure)) return exception;
    // For a positional argument, the name is its placeholder in capitals.
    const name = error.externalFlagNameOrPlaceholder;
    return refuse(`${/^[A-Z]+$/.test(name) ? name : `--${name}`}: ${exception.found}`, exception.remedy);
  }
  if (error instanceof EnumValidationError) {
    return refuse(
      `--${error.externalFlagName} cannot be ${error.input}`,
      didYouMean(error.input, error.values) ?? `use ${error.values.join(" or ")}`,
    );
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
    const [least, found] = error.limit ?? [1, 0];
    const missing = least > 1 ? `${least} of ${error.placeholder} are needed, found ${found}` : null;
    return refuse(missing ?? `the argument ${error.placeholder} is missing`, help);
  }
  return refuse(error.message, help);
}

/**
 * Stricli prints its errors at once. Here they are only stored, so all errors are printed in the same way.
 */
export function notingText(
  outcome: Outcome,
  commands: readonly string[],
  options: readonly string[],
): ApplicationText {
  const note = (error: unknown): string => {
    outcome.error ??= error;
    return "";
  };
  return {
    ...text_en,
    noCommandRegisteredForInput: ({ input }) =>
      note(
        new Failure(
          EXIT.usage,
          `unknown command ${input}`,
          didYouMean(input, commands) ?? "see probe --help",
        ),
      ),
    exceptionWhileParsingArguments: (error) => note(usageFailure(error, options)),
    exceptionWhileLoadingCommandFunction: note,
    exceptionWhileLoadingCommandContext: note,
    exceptionWhileRunningCommand: note,
    commandErrorResult: note,
    exceptionWhileRunningIntegrationHook: ({ exception }) => note(exception),
    exceptionWhileRunningIntegrationFlag: ({ exception }) => note(exception),
  };
}
