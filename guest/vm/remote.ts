/**
 * Runs shell scripts on another machine through OpenSSH's client. What the login shell there prints is not
 * mistaken for their output.
 */

import { codeOfInterruption, EXIT, Failure } from "../../analysis/failure.ts";
import { GuestConsole } from "../qemu/console.ts";
import { notAllowed } from "../qemu/qemu.ts";
import { readMachineText } from "../../runbook/machine/machine.ts";
import { quoted } from "./quoted.ts";

/** Never prompts, because nobody would answer; notices a machine that is gone. */
const OPTIONS = ["-o", "BatchMode=yes", "-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=4", "-T"];
/** Exit code of ssh's own failures. A command there may end with it too, but probe does not. */
const SSH_FAILED = 255;
const INTERRUPTED_MS = 10_000;

export interface RemoteOutput {
  readonly code: number;
  readonly stdout: Uint8Array;
  /** The last line on stderr; empty without one. */
  readonly said: string;
}

export interface RemoteInput {
  readonly stdin?: ReadableStream<Uint8Array>;
  /** Ends ssh, and with it the script's input. */
  readonly interrupt?: AbortSignal;
}

export class Remote {
  constructor(private readonly destination: string) {}

  /** @throws Failure when ssh fails or is interrupted; the caller handles the script's exit code */
  async run(script: string, { stdin, interrupt }: RemoteInput = {}): Promise<RemoteOutput> {
    // Login shells print greetings on either stream, with or without a line end.
    const mark = `probe-${crypto.randomUUID()}`;
    const marking = `printf '\\n%s\\n' ${mark}; printf '\\n%s\\n' ${mark} >&2\n`;
    const child = this.#spawn(marking + script, stdin === undefined ? "null" : "piped");
    const stop = () => child.kill("SIGTERM");
    interrupt?.addEventListener("abort", stop, { once: true });
    if (interrupt?.aborted) stop();
    // A script that ends early closes the pipe: its exit code says more than the write error.
    const feeding = stdin?.pipeTo(child.stdin).catch(() => undefined);
    const { code, stdout, stderr } = await child.output();
    await feeding;
    interrupt?.removeEventListener("abort", stop);
    if (interrupt?.aborted) {
      const code = codeOfInterruption(interrupt);
      throw new Failure(code, "interrupted before anything was measured", "call probe ab again");
    }
    const errors = behind(mark, stderr);
    const said = lastLine(errors ?? stderr);
    if (code === SSH_FAILED) throw this.#failure(said);
    const own = behind(mark, stdout);
    if (own !== null) return { code, stdout: own, said };
    const why = lastLine(stdout) || said || `it ended with ${code}`;
    throw new Failure(
      EXIT.failed,
      `the login shell of ${this.destination} runs no command: ${why}`,
      `make this work first: ssh ${this.destination} true`,
    );
  }

  /**
   * Runs a script that reads `bytes`.
   *
   * @returns its output, without the line end
   * @throws Failure when it fails
   */
  async store(script: string, bytes: ReadableStream<Uint8Array>, interrupt?: AbortSignal): Promise<string> {
    const input = { stdin: bytes, ...(interrupt === undefined ? {} : { interrupt }) };
    const { code, stdout, said } = await this.run(script, input);
    if (code === 0) return new TextDecoder().decode(stdout).replace(/\n$/, "");
    if (code in UNUSABLE) {
      const { found, remedy } = UNUSABLE[code]!;
      throw new Failure(EXIT.cannotMeasure, `${this.destination} cannot run probe: ${found(said)}`, remedy);
    }
    const found = `cannot copy to ${this.destination}: ${said || `the shell there ended with ${code}`}`;
    throw new Failure(EXIT.failed, found, "make room there, or give another user");
  }

  /**
   * Runs a command to its end, line by line. When interrupted, or when this program is gone, the command is
   * told to end.
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

const LF = 0x0a;

/** The bytes after the line that is the mark; null without such a line. */
function behind(mark: string, bytes: Uint8Array): Uint8Array | null {
  const text = new TextDecoder("latin1").decode(bytes);
  const at = text.indexOf(`\n${mark}\n`);
  return at < 0 ? null : bytes.subarray(at + mark.length + 2);
}

function lastLine(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).trim().split(String.fromCharCode(LF)).at(-1)!.trim();
}

/**
 * The packed executable gives its runtime another HOME than the user's (build/parts/launcher.c); ssh gets the
 * user's.
 */
function homeOfUser(): Record<string, string> {
  const home = /(?:^|\0)PROBE_HOME=([^\0]*)/.exec(readMachineText("/proc/self/environ") ?? "")?.[1];
  return home === undefined ? {} : { HOME: home };
}

/** The command must end when its stdin ends. A background process gets another stdin, hence descriptor 3. */
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

interface Unusable {
  /** @param said the last line of stderr */
  found(said: string): string;
  readonly remedy: string;
}

const [NOTHING_RUNS, PROBE_FAILS, OTHER_MACHINE] = [70, 71, 72];

/** Exit codes of {@linkcode copying}. */
const UNUSABLE: Readonly<Record<number, Unusable>> = {
  [NOTHING_RUNS]: {
    found: (folder) =>
      `no program in ${folder} may be executed (its file system is mounted noexec, or a policy)`,
    remedy: "set TMPDIR there to a folder whose programs may be, or remount it",
  },
  [PROBE_FAILS]: {
    found: (said) => said,
    remedy: "see that it has the GNU C library of this architecture",
  },
  [OTHER_MACHINE]: {
    found: (machine) => `it is ${machine}, and this probe is for ${Deno.build.arch}`,
    remedy: "copy a probe for that machine there, measure each side with probe run, and compare the files",
  },
};

/**
 * A script that stores an executable from stdin in a folder of its own and runs it with --version. It prints
 * the folder; when it fails, or is ended before that, nothing is left.
 *
 * @param size of the executable: a connection that breaks ends stdin too
 * @param machine for which it is, as `uname -m` says it
 */
export function copying(size: number, machine: string = Deno.build.arch): string {
  return `trap 'rm -rf "$d"' EXIT
trap 'exit 1' HUP INT TERM PIPE
umask 077
d=$(mktemp -d) || exit 1
cat >"$d/probe" || exit 1
[ "$(($(wc -c <"$d/probe")))" -eq ${size} ] || { echo "the copy was cut off" >&2; exit 1; }
chmod 700 "$d/probe" || exit 1
version=$("$d/probe" --version 2>"$d/said")
code=$?
case $version in
"probe "*) ;;
*)
  printf '#!/bin/sh\\nexit 0\\n' >"$d/try" && chmod 700 "$d/try"
  "$d/try" 2>/dev/null || { dirname "$d" >&2; exit ${NOTHING_RUNS}; }
  [ "$(uname -m)" = ${machine} ] || { uname -m >&2; exit ${OTHER_MACHINE}; }
  tail -n 1 "$d/said" | grep . >&2 || echo "--version there ended with $code" >&2
  exit ${PROBE_FAILS}
esac
rm -f "$d/said"
echo "$d" && trap - EXIT
`;
}
