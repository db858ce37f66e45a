/** Going on with a file that was cut off: the command that does, and the protocol that it takes from the file. */

import type { Placement } from "../analysis/result/columns.ts";
import { quoted } from "../guest/vm/quoted.ts";
import { isStandardOutput } from "../runbook/files/output_file.ts";
import { readFile } from "../runbook/files/result_in.ts";
import { type Foreseen, foreseenText } from "../runbook/protocol/foreseen.ts";
import type { RunbookFile } from "../runbook/protocol/runbook_file.ts";
import { CHECKS, type Settings } from "../runbook/protocol/settings.ts";
import type { SlowLimit } from "../runbook/slow/limit.ts";
import type { PartOptions } from "../runbook/run/part.ts";

/** Options that no file knows. */
export interface CallOptions extends Omit<PartOptions, "resume" | "out" | "until"> {
  readonly env: string;
  readonly "no-wait": boolean;
  readonly "allow-system-changes": boolean;
  /** How the vCPUs of this machine are placed. */
  readonly placement?: Placement;
  /** When the pulses of this machine's host come. */
  readonly foreseen?: Foreseen;
  /** Hooks to leave out, joined by commas. */
  readonly "without-hooks"?: string;
  /** The file that gives the kernel's types. */
  readonly btf?: string;
  /** Keep what happened around runs above it. */
  readonly "on-slow"?: SlowLimit;
}

/** What a file declares in place of options and a runbook file. */
export interface FileProtocol {
  readonly file: RunbookFile;
  /** As --trigger takes it: with the device, which is no part of the protocol. */
  readonly trigger?: string;
  /** As --target takes it: with the number of the process, which is not either. */
  readonly target?: string;
}

/** @throws Failure when it cannot be read, or is not a result file */
export function protocolOfFile(path: string): FileProtocol {
  const { runbook, looks, trigger_device: device, task } = readFile(path).meta;
  const known = Object.entries(runbook).filter(([name]) => name in CHECKS);
  return {
    file: {
      settings: { ...Object.fromEntries(known), ...(looks === undefined ? {} : { looks }) } as Settings,
      named: (field) => `${path}: ${field}`,
    },
    ...(runbook.trigger === "pps" && device !== undefined ? { trigger: `pps:${device}` } : {}),
    ...(runbook.target === "pid" && task !== undefined ? { target: `pid:${task.pid}` } : {}),
  };
}

/**
 * The whole command that goes on with a file, for a shell.
 *
 * @returns null when nothing can go on with it
 */
export function resumeCommand(path: string, flags: CallOptions): string | null {
  if (isStandardOutput(path) || flags["measure-overhead"]) return null;
  const words = ["probe", "run", "--resume", "--out", path];
  if (flags.env !== "host") words.push("--env", flags.env);
  if (flags["until-decided"]) words.push("--until-decided");
  if (flags.against !== undefined) words.push("--against", flags.against);
  if (flags["no-wait"]) words.push("--no-wait");
  if (flags["allow-system-changes"]) words.push("--allow-system-changes");
  if (flags.placement !== undefined) words.push("--placement", flags.placement);
  if (flags.foreseen !== undefined) words.push("--foreseen", foreseenText(flags.foreseen));
  if (flags["without-hooks"] !== undefined) words.push("--without-hooks", flags["without-hooks"]);
  if (flags.btf !== undefined) words.push("--btf", flags.btf);
  if (flags["on-slow"] !== undefined) words.push("--on-slow", flags["on-slow"].text);
  if (flags["stop-on-slow"]) words.push("--stop-on-slow");
  return words.map((word) => /^[\w./:=@%+,-]+$/.test(word) ? word : quoted(word)).join(" ");
}
