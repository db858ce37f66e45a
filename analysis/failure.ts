/** The program's exit codes. Whatever ends the program uses one of these. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  cannotMeasure: 3,
  gate: 4,
  /** As shells say it: 128 and the number of the signal. */
  hangup: 129,
  interrupt: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The exit code of a program that a signal ended, given as the reason of the abort; that of Ctrl-C without one. */
export function codeOfInterruption({ reason }: AbortSignal): ExitCode {
  return Object.values(EXIT).find((code) => code === reason) ?? EXIT.interrupt;
}

/**
 * An end of the program on which its user can act: one line that says what was attempted, what was found and
 * what to do. `cause` is only shown with --verbose.
 */
export class Failure extends Error {
  override readonly name = "Failure";

  constructor(
    readonly exitCode: ExitCode,
    /** What was attempted and what was found, for example `cannot write host.csv: the file exists`. */
    readonly found: string,
    /** What to do: an imperative without a full stop. */
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(`${found}; ${remedy}`, options);
  }
}
