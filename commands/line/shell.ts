/** What every command's route shares with the program's shell. */

import type { CommandContext } from "@stricli/core";
import { EXIT, type ExitCode } from "../../analysis/failure.ts";

/** Where a call writes; a test gives its own. */
export interface Output {
  /** Bytes only where it is no terminal. */
  stdout(text: string | Uint8Array): void;
  stderr(text: string): void;
  /** Width of the terminal that stdout is; absent when it is none. */
  readonly columns?: number;
}

/** What a call of the program came to; commands and stricli's callbacks fill it. */
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

/** Options that every command has and that the shell reads itself. */
export interface ShellFlags {
  readonly verbose: boolean;
}

export const VERBOSE = { kind: "boolean", brief: "With an error, its causes too", default: false } as const;
