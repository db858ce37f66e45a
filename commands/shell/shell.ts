/** What the routes of all commands share with the program's shell. */

import type { CommandContext } from "@stricli/core";
import { EXIT, type ExitCode, Failure } from "../../analysis/failure.ts";

/** Where a call writes; tests supply their own. */
export interface Output {
  /** Bytes only when stdout is not a terminal. */
  stdout(text: string | Uint8Array): void;
  stderr(text: string): void;
  /** As stdout, with verdicts in colour; the shell adds it. */
  readonly coloured?: (text: string) => void;
  /** Width of the terminal that stdout is; absent when stdout is not a terminal. */
  readonly columns?: number;
  /** Module with which this program begins, for its other threads; absent: it may have none. */
  readonly program?: string;
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

/** For commands that have --format. */
export const JSON_TOO = {
  kind: "boolean",
  brief: "The same as --format json",
  default: false,
  withNegated: false,
} as const;

/** For commands that have --json. */
export const FORMAT_TOO = {
  kind: "enum",
  values: ["text", "json"],
  brief: "Form of the answer: text or json, as with --json",
  default: "text",
} as const;

/** Flags whose format is JSON where --json asks for it. */
export function withJson<F extends { readonly format: string; readonly json: boolean }>(flags: F): F {
  if (!flags.json) return flags;
  if (flags.format === "text" || flags.format === "json") return { ...flags, format: "json" };
  throw new Failure(EXIT.usage, `--json contradicts --format ${flags.format}`, "give one of them");
}

/** The same for a command that only knows --json. */
export function withFormat<F extends { readonly format: "text" | "json"; readonly json: boolean }>(
  flags: F,
): F {
  return flags.format === "json" ? { ...flags, json: true } : flags;
}

export const VERBOSE = { kind: "boolean", brief: "With an error, its causes too", default: false } as const;
