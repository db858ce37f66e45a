/** The machine that stands for the VM in `probe ab`, whatever it is. */

import type { Failure } from "../../analysis/failure.ts";
import type { RunbookSource } from "../../runbook/protocol/runbook_file.ts";

export interface Vm extends AsyncDisposable {
  /** What it is, for a line on stderr. */
  readonly description: string;
  /**
   * Makes it ready to measure.
   *
   * @throws Failure when that machine cannot be started
   */
  start(request: VmRequest): Promise<VmSession>;
}

export interface VmRequest {
  /** For `probe run`, without the paths of files. */
  readonly args: readonly string[];
  /** A runbook file to give it there, under the same name. */
  readonly runbook: RunbookSource | null;
  /** Folder here for what is to be kept. */
  readonly folder: string;
  /** Ends it at once. */
  readonly interrupt: AbortSignal;
}

/** It stays up from the first of its turns to the last. */
export interface VmSession extends AsyncDisposable {
  /**
   * Carries out `probe run` there.
   *
   * @param more arguments of this turn alone
   * @param expectedMs how long it takes where nothing is slow
   * @returns also when that machine was lost
   * @throws Failure when it was lost, and with it all of its rows
   */
  measure(more: readonly string[], expectedMs: number): Promise<VmResult>;
}

export interface VmResult {
  /** Of probe there; 128 + n when signal n ended it; why the machine, or the way to it, was lost meanwhile. */
  readonly code: number | Failure;
  /** The result file with all rows so far; undefined when there is none. */
  readonly file: Uint8Array | undefined;
  /** What probe has said there last, when it was an error. */
  readonly error: string | undefined;
}

/** The last error among lines that probe has written, without the program's name. */
export function lastError(lines: readonly string[]): string | undefined {
  return lines.findLast((line) => line.startsWith("probe: "))?.slice("probe: ".length);
}

/** The name of a file without its folders. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
