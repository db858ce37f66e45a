/** The machine that `probe ab` uses as the VM, whatever it is. */

import type { Placement } from "../../analysis/result/columns.ts";
import type { Failure } from "../../analysis/failure.ts";
import type { Doctored } from "./doctored.ts";
import type { RunbookSource } from "../../runbook/protocol/runbook_file.ts";

export interface Vm extends AsyncDisposable {
  /** Describes it in one line on stderr. */
  readonly description: string;
  /** Names it in a message about one of the sides. */
  readonly who: string;
  /**
   * What it can measure, asked before anything is measured.
   *
   * @param stays whether it is wanted up from now on
   * @throws Failure when that machine cannot be started, or cannot measure
   */
  examine(request: VmRequest, stays: boolean): Promise<Doctored>;
  /** Why this machine cannot follow its vCPUs; null: it may. */
  readonly notFollowed: string | null;
  /**
   * Makes it ready to measure.
   *
   * @throws Failure when that machine cannot be started
   */
  start(request: VmRequest, boot: Boot): Promise<VmSession>;
}

/** One boot of a VM. */
export interface Boot {
  /** From 1. */
  readonly number: number;
  /** The VM's file with the rows of the boots before; null: it has none. */
  readonly file: Uint8Array<ArrayBuffer> | null;
}

export interface VmRequest {
  /** Arguments for `probe run`, without the paths of files. */
  readonly args: readonly string[];
  /** A runbook file to copy there under the same name. */
  readonly runbook: RunbookSource | null;
  /** Folder on this machine for what is to be kept. */
  readonly folder: string;
  /** Ends it at once. */
  readonly interrupt: AbortSignal;
}

/** A session stays up from the first of its boot's turns to the last. */
export interface VmSession extends AsyncDisposable {
  /** Its process on this machine, where that is known. */
  readonly process?: number;
  /**
   * Places its vCPUs on the CPUs of this machine; absent where probe has not started it.
   *
   * @throws Failure when that fails
   */
  place?(placement: Placement): Promise<void>;
  /**
   * Runs `probe run` there.
   *
   * @param more arguments for this turn only
   * @param expectedMs how long it takes on a fast machine
   * @returns also when that machine was lost but its rows were not
   * @throws Failure when it was lost together with all of its rows
   */
  measure(more: readonly string[], expectedMs: number): Promise<VmResult>;
}

export interface VmResult {
  /**
   * Exit code of probe there, 128 + n when signal n ended it; or why the machine, or the connection to it,
   * was lost.
   */
  readonly code: number | Failure;
  /** The result file with all rows so far; undefined when it does not exist. */
  readonly file: Uint8Array | undefined;
  /** The last error that probe printed there. */
  readonly error: string | undefined;
}

/** The last error among the lines that probe printed, without the program's name. */
export function lastError(lines: readonly string[]): string | undefined {
  return lines.findLast((line) => line.startsWith("probe: "))?.slice("probe: ".length);
}

/** The name of a file without its folders. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
