/**
 * Boots a kernel in a throwaway QEMU guest and runs commands in it. It needs QEMU, a kernel image and a
 * static busybox, but no network, disk image or kernel module.
 */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { IDLE_LIMIT_S } from "../image/agent.ts";
import { type GuestFile, writeInitramfs } from "../image/initramfs.ts";
import { GuestProcess, type GuestProcessOptions } from "../qemu/guest_process.ts";
import { AgentPort, LARGEST_REQUEST, type ScriptOutput, sha256, TornTransfer } from "../qemu/port.ts";
import { type Accelerator, chooseAccelerator } from "../qemu/qemu.ts";
import { quoted } from "./quoted.ts";

export interface GuestOptions extends GuestProcessOptions {
  files?: readonly GuestFile[];
  /** Names of libraries that the files open at run time, such as `libgcc_s.so.1`. */
  libraries?: readonly string[];
  /** A statically linked busybox; default: this machine's own. */
  busybox?: string;
  /** A folder with the libraries of a guest of another architecture, as `/` has them; then with busybox too. */
  root?: string;
  /** How long the guest may take until it serves commands; default 300,000, because emulation is slow. */
  bootTimeoutMs?: number;
}

export interface RunOptions {
  /** After this time the guest is considered hung and is ended; default 600,000. */
  timeoutMs?: number;
  /** Also shows the command's stderr on the guest's console while it runs. */
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
  readonly #process: GuestProcess;
  readonly #port: AgentPort;
  #keepAlive: ReturnType<typeof setInterval> | undefined;
  #ended: Promise<void> | undefined;

  private constructor(process: GuestProcess, readonly accelerator: Accelerator) {
    this.#process = process;
    this.#port = new AgentPort(process.toGuest, process.fromGuest);
  }

  /** Starts QEMU and waits until the guest serves commands. */
  static async start(options: GuestOptions): Promise<Guest> {
    const accelerator = await chooseAccelerator(options.qemu, options.architecture);
    const folder = await Deno.makeTempDir({ prefix: "probe-guest-" });
    try {
      const initrd = `${folder}/initrd`;
      await writeInitramfs(initrd, { ...options, files: options.files ?? [] });
      const guest = new Guest(new GuestProcess(options, accelerator, initrd), accelerator);
      await guest.#within("boot", options.bootTimeoutMs ?? 300_000, guest.#port.ready());
      guest.#startKeepAlive();
      return guest;
    } finally {
      // QEMU has read the image once the guest runs. Removing it now leaves nothing behind when the caller is
      // interrupted.
      await Deno.remove(folder, { recursive: true });
    }
  }

  /** QEMU's process, which a test can stop and continue. */
  get pid(): number {
    return this.#process.pid;
  }

  /** All lines that the console has shown. */
  get console(): readonly string[] {
    return this.#process.console;
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

  /**
   * Creates or replaces a file in the guest, and its folder if needed. GuestOptions.files is faster for large
   * files.
   */
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
  ): Promise<ScriptOutput> {
    return this.#within(what, timeoutMs, this.#port.request(script, payload));
  }

  async #within<T>(what: string, limitMs: number, answer: Promise<T>): Promise<T> {
    try {
      return await this.#process.within(what, limitMs, answer);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async #end(): Promise<void> {
    clearInterval(this.#keepAlive);
    await this.#process.end();
    await this.#port.close();
  }
}

/** Boots a guest that takes commands until it is closed. */
export function startGuest(options: GuestOptions): Promise<Guest> {
  return Guest.start(options);
}

/**
 * The command's stderr goes to the console too; its exit code comes through a file, because a pipe would hide
 * it.
 */
function echoing(command: string): string {
  return `exec 3<&- 5>&1 6>&2
{ ${command} 2>&1 >&5 5>&- 6>&-; echo $? >/run/agent/code; } | tee /dev/console >&6
exit "$(cat /run/agent/code)"
`;
}

const WRITABLE = "give a path that the guest can write, and a guest more memory when it is full";

function refused(what: string, answer: ScriptOutput, remedy: string): Failure {
  return new Failure(EXIT.failed, `${what}: ${new TextDecoder().decode(answer.stderr).trim()}`, remedy);
}
