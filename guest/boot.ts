/**
 * Boots a kernel in a throwaway QEMU guest and runs commands in it. Needs QEMU, a kernel image and a static
 * busybox: no network, no disk image, no kernel module.
 */

import { EXIT, Failure } from "../analysis/failure.ts";
import { IDLE_LIMIT_S } from "./agent.ts";
import { GuestConsole } from "./console.ts";
import { type GuestFile, writeInitramfs } from "./initramfs.ts";
import { AgentPort, type Answer, LARGEST_REQUEST, PortClosed, sha256, TornTransfer } from "./port.ts";
import { type Accelerator, acceleratorArguments, chooseAccelerator, type Qemu } from "./qemu.ts";

export interface GuestOptions {
  qemu: Qemu;
  /** Path of a kernel image. */
  kernel: string;
  files?: readonly GuestFile[];
  /** Names of libraries that the files open at run time, such as `libgcc_s.so.1`. */
  libraries?: readonly string[];
  /** A statically linked busybox; this machine's own when not given. */
  busybox?: string;
  /** 1024 when not given. */
  memoryMiB?: number;
  /** 2 when not given. */
  cpus?: number;
  /** Further kernel arguments, for example `tsc=reliable`. */
  kernelArgs?: readonly string[];
  /** Further QEMU arguments, for example a device. */
  qemuArgs?: readonly string[];
  /** How long the guest may take until it serves commands; 300,000 when not given, for emulation is slow. */
  bootTimeoutMs?: number;
  /** Called with each line on the guest's console. */
  onConsole?: (line: string) => void;
  /** A file that takes everything said on the console. */
  consoleFile?: string;
}

export interface RunOptions {
  /** After this time the guest is taken for hung and is ended; 600,000 when not given. */
  timeoutMs?: number;
  /** Also show the command's stderr on the guest's console while it runs. */
  echo?: boolean;
}

export interface CommandResult {
  /** 128 + n when signal n ended the command. */
  code: number;
  stdout: string;
  stderr: string;
}

const KEEP_ALIVE_MS = IDLE_LIMIT_S * 1000 / 10;
const CHUNK = LARGEST_REQUEST / 2;

/** A running guest. It ends with its scope: `await using guest = await startGuest(...)`. */
export class Guest implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #port: AgentPort;
  readonly #console: GuestConsole;
  #keepAlive: ReturnType<typeof setInterval> | undefined;
  #ended: Promise<void> | undefined;

  private constructor(
    child: Deno.ChildProcess,
    console: GuestConsole,
    readonly accelerator: Accelerator,
  ) {
    this.#child = child;
    this.#port = new AgentPort(child.stdin, child.stdout);
    this.#console = console;
  }

  /** Starts QEMU and waits until the guest serves commands. */
  static async start(options: GuestOptions): Promise<Guest> {
    const accelerator = await chooseAccelerator(options.qemu);
    const folder = await Deno.makeTempDir({ prefix: "probe-guest-" });
    try {
      const initrd = `${folder}/initrd`;
      await writeInitramfs(initrd, { ...options, files: options.files ?? [] });
      const child = new Deno.Command(options.qemu.command, {
        args: qemuArguments(options, accelerator, initrd),
        env: options.qemu.env,
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const guest = new Guest(child, new GuestConsole(child.stderr, options), accelerator);
      await guest.#within("boot", options.bootTimeoutMs ?? 300_000, guest.#port.ready());
      guest.#startKeepAlive();
      return guest;
    } finally {
      // QEMU has read the image when the guest runs, and an interrupted caller leaves nothing behind this way.
      await Deno.remove(folder, { recursive: true });
    }
  }

  /** QEMU's process: a test can stop and continue it. */
  get pid(): number {
    return this.#child.pid;
  }

  /** All lines that the console has shown. */
  get console(): readonly string[] {
    return this.#console.lines;
  }

  /** Runs a command, after all earlier ones. A Failure when the guest dies or does not answer in time. */
  async run(argv: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
    const command = argv.map(quoted).join(" ");
    const answer = await this.#request(options.echo ? echoing(command) : `exec 3<&-\n${command}\n`, {
      what: argv.join(" "),
      ...options,
    });
    const decoder = new TextDecoder();
    return {
      code: answer.code,
      stdout: decoder.decode(answer.stdout),
      stderr: decoder.decode(answer.stderr),
    };
  }

  /** The content of a file in the guest. */
  async readFile(path: string): Promise<Uint8Array> {
    const answer = await this.#request(`cat ${quoted(path)}\n`, { what: `reading ${path}` });
    if (answer.code !== 0) {
      throw refused(`cannot read ${path} in the guest`, answer, "give a path that the guest has");
    }
    return answer.stdout;
  }

  /** Creates or replaces a file in the guest; its folder is made. For large files GuestOptions.files is faster. */
  async writeFile(path: string, bytes: Uint8Array<ArrayBuffer>, mode = 0o755): Promise<void> {
    const to = quoted(path);
    const what = `writing ${path}`;
    const failed = `cannot write ${path} in the guest`;
    const mkdir = `mkdir -p "$(dirname ${to})" && : >${to} && chmod ${mode.toString(8)} ${to}\n`;
    const made = await this.#request(mkdir, { what });
    if (made.code !== 0) throw refused(failed, made, WRITABLE);
    for (let at = 0; at < bytes.length; at += CHUNK) {
      const part = bytes.subarray(at, at + CHUNK);
      const append = `dd bs=${part.length} count=1 iflag=fullblock <&3 >>${to}\n`;
      const answer = await this.#request(append, { what, payload: part });
      if (answer.code !== 0) throw refused(failed, answer, WRITABLE);
    }
    const arrived = await this.#request(`sha256sum <${to}\n`, { what });
    if (!new TextDecoder().decode(arrived.stdout).startsWith(await sha256(bytes))) {
      throw new TornTransfer(`${path} arrived in the guest with changed bytes`);
    }
  }

  /** Ends QEMU at once and waits until it is gone. */
  close(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #startKeepAlive(): void {
    this.#keepAlive = setInterval(() => this.#port.keepAlive().catch(() => undefined), KEEP_ALIVE_MS);
    Deno.unrefTimer(this.#keepAlive);
  }

  #request(
    script: string,
    { what, timeoutMs = 600_000, payload }: { what: string; timeoutMs?: number; payload?: Uint8Array },
  ): Promise<Answer> {
    return this.#within(what, timeoutMs, this.#port.request(script, payload));
  }

  /** Waits for the guest; when it dies or the time is up, ends it and says what it said last. */
  async #within<T>(what: string, limitMs: number, answer: Promise<T>): Promise<T> {
    const deadline = Promise.withResolvers<never>();
    const timer = setTimeout(() => deadline.reject(new DeadlineReached()), limitMs);
    try {
      return await Promise.race([answer, deadline.promise]);
    } catch (cause) {
      await this.close();
      throw this.#failure(what, limitMs, cause);
    } finally {
      clearTimeout(timer);
    }
  }

  #failure(what: string, limitMs: number, cause: unknown): unknown {
    let found: string;
    if (cause instanceof DeadlineReached) found = `the guest did not answer within ${limitMs / 1000} s`;
    else if (cause instanceof PortClosed) found = panicOf(this.#console.lines) ?? "the guest ended";
    else if (cause instanceof TornTransfer) found = `the transfer from the guest broke: ${cause.message}`;
    else return cause;
    const telling = tellingLines(this.#console.lines).map((line) => `\n  ${line}`).join("");
    const said = telling === "" ? "; its console is empty" : `; on its console:${telling}\n`;
    return new Failure(EXIT.failed, `${what}: ${found}${said}`, "see the console and start again", { cause });
  }

  async #end(): Promise<void> {
    clearInterval(this.#keepAlive);
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended by itself
    }
    await this.#child.status;
    await this.#port.close();
    await this.#console.end();
  }
}

/** Boots a guest that takes commands until it is closed. */
export function startGuest(options: GuestOptions): Promise<Guest> {
  return Guest.start(options);
}

export interface BootResult {
  accelerator: Accelerator;
  /** Everything the console showed. */
  console: string;
  /** One for each command, in order. */
  results: CommandResult[];
  /** Content of each file of `collect`. */
  files: Map<string, Uint8Array>;
}

/** Boots a guest, runs `commands` in order whatever their exit codes, brings the files of `collect` back, ends it. */
export async function bootGuest(
  options: GuestOptions & { commands: readonly (readonly string[])[]; collect?: readonly string[] },
): Promise<BootResult> {
  await using guest = await startGuest(options);
  const results: CommandResult[] = [];
  for (const argv of options.commands) results.push(await guest.run(argv, { echo: true }));
  const files = new Map<string, Uint8Array>();
  for (const path of options.collect ?? []) files.set(path, await guest.readFile(path));
  await guest.close();
  return { accelerator: guest.accelerator, console: guest.console.join("\n"), results, files };
}

function panicOf(console: readonly string[]): string | undefined {
  const reason = console.map((line) => /Kernel panic - not syncing: (.*)$/.exec(line)?.[1]).find(Boolean);
  return reason === undefined ? undefined : `the guest's kernel panicked (${reason})`;
}

/** What a reader wants of a console: from the kernel's first complaint on, else its end. */
function tellingLines(console: readonly string[]): readonly string[] {
  const complaint = console.findIndex((line) => /\b(BUG|Oops|Kernel panic)\b/.test(line));
  return complaint < 0 ? console.slice(-TELLING) : console.slice(complaint, complaint + TELLING);
}

const TELLING = 25;

class DeadlineReached extends Error {}

/**
 * An oops ends the guest as a panic does: results after one would come from a damaged kernel. Without noirqdebug a
 * kernel that handles interrupts in threads (PREEMPT_RT) takes those of the serial port for spurious and turns it off.
 */
const KERNEL_ARGUMENTS = ["console=ttyS0", "quiet", "panic=-1", "oops=panic", "noirqdebug"];

function qemuArguments(options: GuestOptions, accelerator: Accelerator, initrd: string): string[] {
  const { cpus = 2, memoryMiB = 1024, kernelArgs = [], qemuArgs = [] } = options;
  return [
    ...options.qemu.args,
    ...acceleratorArguments(accelerator),
    ...["-machine", "q35", "-smp", `${cpus}`, "-m", `${memoryMiB}`],
    ...["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"],
    // The console leaves through stderr, where QEMU's own messages go too; the agent's port is stdin and stdout.
    ...["-chardev", "file,id=console,path=/dev/stderr", "-serial", "chardev:console"],
    ...["-chardev", "stdio,id=agent,signal=off", "-serial", "chardev:agent"],
    ...["-kernel", options.kernel, "-initrd", initrd],
    ...["-append", [...KERNEL_ARGUMENTS, ...kernelArgs].join(" ")],
    ...qemuArgs,
  ];
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The command's stderr goes to the console as well; its exit code comes through a file, not the pipe. */
function echoing(command: string): string {
  return `exec 3<&- 5>&1 6>&2
{ ${command} 2>&1 >&5 5>&- 6>&-; echo $? >/run/agent/code; } | tee /dev/console >&6
exit "$(cat /run/agent/code)"
`;
}

const WRITABLE = "give a path that the guest can write, and a guest more memory when it is full";

function refused(what: string, answer: Answer, remedy: string): Failure {
  return new Failure(EXIT.failed, `${what}: ${new TextDecoder().decode(answer.stderr).trim()}`, remedy);
}
