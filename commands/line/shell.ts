/** What the routes of all commands share with the program's shell. */

import type { CommandContext } from "@stricli/core";
import { EXIT, type ExitCode } from "../../analysis/failure.ts";

/** Where a call writes; tests supply their own. */
export interface Output {
  /** Bytes only when stdout is not a terminal. */
  stdout(text: string | Uint8Array): void;
  stderr(text: string): void;
  /** Width of the terminal that stdout is; absent when stdout is not a terminal. */
  readonly columns?: number;
}

/** The result of a call of the program; commands and stricli's callbacks fill it. */
export class Outcome {
  exitCode: ExitCode = EXIT.done;
  error: unknown = undefined;
}

export interface Context extends CommandContext {
  readonly outcome: Outcome;
  readonly output: Output;
  /** What the user wrote after `probe`. */
  readonly args: readonly string[];
}

/** Options that every command has; the shell reads them itself. */
export interface ShellFlags {
  readonly verbose: boolean;
}

export const VERBOSE = { kind: "boolean", brief: "With an error, its causes too", default: false } as const;
