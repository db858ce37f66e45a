/** A machine behind OpenSSH's client as the VM of `probe ab`: this executable is copied there, run, and removed. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { GuestConsole } from "../qemu/console.ts";
import { ownExecutable } from "../image/own_executable.ts";
import { notAllowed } from "../qemu/qemu.ts";
import { readMachineText } from "../../runbook/machine/machine.ts";
import { quoted } from "./quoted.ts";
import { baseName, lastError, type Vm, type VmSession } from "./vm.ts";

export interface SshVmOptions {
  /** As `ssh` takes it. */
  readonly ssh: string;
  /** Leave the executable and the result file there. */
  readonly keep: boolean;
}

/** Never a prompt, which would wait for ever; a machine that is gone is noticed. */
const OPTIONS = ["-o", "BatchMode=yes", "-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=4", "-T"];
/** ssh's own failures; what it ran there may end so too, but probe does not. */
const SSH_FAILED = 255;
const INTERRUPTED_MS = 10_000;

/**
 * Copies the executable, before anything is measured.
 *
 * @param tell is called with each progress line
 * @throws Failure with ssh's own words when that machine refuses
 */
export async function prepareSshVm(
  { ssh: destination, keep }: SshVmOptions,
  tell: (line: string) => void,
): Promise<Vm> {
  if (destination.startsWith("-")) {
    throw new Failure(EXIT.usage, `--ssh ${destination} is not a destination`, "give one such as root@vm");
  }
  const executable = ownExecutable();
  const remote = new Remote(destination);
  tell(`copying probe to ${destination}`);
  const folder = await remote.store(
    'umask 077 && d=$(mktemp -d) && cat >"$d/probe" && chmod 700 "$d/probe" && ' +
      'echo "$d"',
    (await Deno.open(executable)).readable,
  );
  return {
    description: `${destination}, over ssh`,
    async start({ args, runbook, interrupt }): Promise<VmSession> {
      const runbooks: string[] = [];
      if (runbook !== null) {
        const path = `${folder}/${baseName(runbook.path)}`;
        await remote.store(`cat >${quoted(path)}`, new Blob([runbook.bytes]).stream());
        runbooks.push("--runbook", path);
      }
      const result = `${folder}/vm.csv`;
      const argv = [`${folder}/probe`, "run", ...args, "--env", "vm", "--out", result, ...runbooks];
      const lines: string[] = [];
      const onLine = (line: string) => {
        lines.push(line);
        tell(`vm | ${line}`);
      };
      return {
        async measure(more) {
          const command = [...argv, ...more].map(quoted).join(" ");
          const code = await remote.watch(command, interrupt, onLine).catch((error) => {
            if (!(error instanceof Failure)) throw error;
            // The connection broke: the rows may be there all the same.
            return error;
          });
          const { code: found, stdout } = await remote.run(`cat ${quoted(result)}`);
          return { code, file: found === 0 ? stdout : undefined, error: lastError(lines) };
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      };
    },
    async [Symbol.asyncDispose]() {
      if (keep) return tell(`probe and its file are kept in ${destination}:${folder}`);
      try {
        await remote.run(`rm -rf ${quoted(folder)}`);
      } catch (error) {
        // What ended the measurement says more.
        if (!(error instanceof Failure)) throw error;
        tell(`probe and its file are left in ${destination}:${folder}: ${error.found}`);
      }
    },
  };
}

interface RemoteOutput {
  readonly code: number;
  readonly stdout: Uint8Array;
  readonly stderr: string;
}

/** Shell scripts on another machine. */
class Remote {
  constructor(private readonly destination: string) {}

  /** @throws Failure when ssh fails; what the script ends with is the caller's matter */
  async run(script: string, stdin?: ReadableStream<Uint8Array>): Promise<RemoteOutput> {
    const child = this.#spawn(script, stdin === undefined ? "null" : "piped");
    // A script that ends early closes the pipe: its exit code says more than that.
    const feeding = stdin?.pipeTo(child.stdin).catch(() => undefined);
    const { code, stdout, stderr } = await child.output();
    await feeding;
    const said = new TextDecoder().decode(stderr).trim();
    if (code === SSH_FAILED) throw this.#failure(said);
    return { code, stdout, stderr: said };
  }

  /**
   * Runs a script that takes `bytes`.
   *
   * @returns what it said, without the line's end
   * @throws Failure when it does not end well
   */
  async store(script: string, bytes: ReadableStream<Uint8Array>): Promise<string> {
    const { code, stdout, stderr } = await this.run(script, bytes);
    if (code === 0) return new TextDecoder().decode(stdout).trim();
    const found = `cannot copy to ${this.destination}: ${stderr || `the shell there ended with ${code}`}`;
    throw new Failure(EXIT.failed, found, "make room there, or give another user");
  }

  /**
   * Runs a command to its end, line by line; when interrupted, or when this program is gone, it is told to end.
   *
   * @returns its exit code
   */
  async watch(command: string, interrupt: AbortSignal, onLine: (line: string) => void): Promise<number> {
    const child = this.#spawn(WATCHED.replace("COMMAND", () => command), "piped");
    let late: ReturnType<typeof setTimeout> | undefined;
    const stop = () => {
      child.stdin.close().catch(() => undefined);
      late = setTimeout(() => child.kill("SIGKILL"), INTERRUPTED_MS);
    };
    interrupt.addEventListener("abort", stop, { once: true });
    if (interrupt.aborted) stop();
    const said: string[] = [];
    const take = (line: string) => {
      said.push(line);
      onLine(line);
    };
    try {
      const [{ code }] = await Promise.all([
        child.status,
        new GuestConsole(child.stdout, { onConsole: take }).end(),
        new GuestConsole(child.stderr, { onConsole: take }).end(),
      ]);
      if (code === SSH_FAILED) throw this.#failure(said.at(-1) ?? "");
      return code;
    } finally {
      clearTimeout(late);
      interrupt.removeEventListener("abort", stop);
      await child.stdin.close().catch(() => undefined);
    }
  }

  #spawn(script: string, stdin: "null" | "piped"): Deno.ChildProcess {
    const args = [...OPTIONS, "--", this.destination, `exec sh -c ${quoted(script)}`];
    try {
      return new Deno.Command("ssh", { args, env: homeOfUser(), stdin, stdout: "piped", stderr: "piped" })
        .spawn();
    } catch (cause) {
      if (!(cause instanceof Deno.errors.NotFound)) throw notAllowed("ssh", cause);
      const found = "--ssh needs OpenSSH's client, and ssh is not on PATH";
      throw new Failure(EXIT.cannotMeasure, found, "install the package openssh-client", { cause });
    }
  }

  #failure(said: string): Failure {
    const remedy = `make this work first: ssh -o BatchMode=yes ${this.destination} true`;
    return new Failure(EXIT.failed, `ssh to ${this.destination} failed: ${said}`, remedy);
  }
}

/** The runtime of the packed executable has another HOME than its user (build/parts/launcher.c); ssh gets the user's. */
function homeOfUser(): Record<string, string> {
  const home = /(?:^|\0)PROBE_HOME=([^\0]*)/.exec(readMachineText("/proc/self/environ") ?? "")?.[1];
  return home === undefined ? {} : { HOME: home };
}

/** The command ends when its stdin does: that of a background process is another one, hence the descriptor 3. */
const WATCHED = `exec 3<&0
COMMAND </dev/null 3<&- &
probe=$!
{ cat <&3; kill $probe; } >/dev/null 2>&1 &
watch=$!
exec 3<&-
wait $probe
code=$?
kill $watch
exit $code
`;
