/**
 * A machine behind OpenSSH's client as the VM of `probe ab`: this executable is copied there, run, and
 * removed.
 */

import { EXIT, Failure } from "../../analysis/failure.ts";
import type { RunbookSource } from "../../runbook/protocol/runbook_file.ts";
import { ownExecutable } from "../image/own_executable.ts";
import { type Doctored, requireMeasuring } from "./doctored.ts";
import { quoted } from "./quoted.ts";
import { copying, Remote } from "./remote.ts";
import { baseName, lastError, type Vm, type VmSession } from "./vm.ts";

export interface SshVmOptions {
  /** Its address as `ssh` takes it. */
  readonly ssh: string;
  /** Leave the executable and the result file there. */
  readonly keep: boolean;
  /** A runbook file to copy there. */
  readonly runbook: RunbookSource | null;
  /** Ends the preparation; nothing is left there then. */
  readonly interrupt: AbortSignal;
}

/**
 * Copies the executable and the runbook, and checks before the measurement that the machine can measure.
 *
 * @param tell is called with each progress line
 * @throws Failure with ssh's own words when that machine refuses, with the doctor's when it cannot measure
 */
export async function prepareSshVm(
  { ssh: destination, keep, runbook, interrupt }: SshVmOptions,
  tell: (line: string) => void,
): Promise<Vm> {
  if (destination.startsWith("-")) {
    throw new Failure(EXIT.usage, `--ssh ${destination} is not a destination`, "give one such as root@vm");
  }
  const executable = ownExecutable();
  const remote = new Remote(destination);
  tell(`copying probe to ${destination}`);
  const { size } = await Deno.stat(executable);
  const folder = await remote.store(copying(size), (await Deno.open(executable)).readable, interrupt);
  const remove = async () => {
    try {
      await remote.run(`rm -rf ${quoted(folder)}`);
    } catch (error) {
      // Must not replace the error that ended the measurement, which says more.
      if (!(error instanceof Failure)) throw error;
      tell(`probe and its file are left in ${destination}:${folder}: ${error.found}`);
    }
  };
  const runbooks: string[] = [];
  let report: Doctored;
  try {
    if (runbook !== null) {
      // The runbook gets a folder of its own, because its name may be that of another file.
      const path = `${folder}/runbook/${baseName(runbook.path)}`;
      const script = `mkdir ${quoted(`${folder}/runbook`)} && cat >${quoted(path)}`;
      await remote.store(script, new Blob([runbook.bytes]).stream(), interrupt);
      runbooks.push("--runbook", path);
    }
    const doctor = `${quoted(`${folder}/probe`)} doctor --json`;
    report = requireMeasuring(destination, await remote.run(doctor, { interrupt }));
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    description: `${destination}, over ssh`,
    who: destination,
    examine: () => Promise.resolve(report),
    notFollowed: null,
    start({ args, interrupt }): Promise<VmSession> {
      const result = `${folder}/vm.csv`;
      const argv = [`${folder}/probe`, "run", ...args, "--env", "vm", "--out", result, ...runbooks];
      const lines: string[] = [];
      const onLine = (line: string) => {
        lines.push(line);
        tell(`vm | ${line}`);
      };
      return Promise.resolve({
        async measure(more) {
          const command = [...argv, ...more].map(quoted).join(" ");
          const code = await remote.watch(command, interrupt, onLine).catch((error) => {
            if (!(error instanceof Failure)) throw error;
            // The connection broke, but the rows may be there nevertheless.
            return error;
          });
          const { code: found, stdout } = await remote.run(`cat ${quoted(result)}`);
          return { code, file: found === 0 ? stdout : undefined, error: lastError(lines) };
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      });
    },
    async [Symbol.asyncDispose]() {
      if (keep) return tell(`probe and its file are kept in ${destination}:${folder}`);
      await remove();
    },
  };
}
