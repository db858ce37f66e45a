/**
 * Boots a throwaway guest that runs commands one after the other and contains only what they need (see
 * init.c). The guest is left alone while a command runs: no byte goes in, and only the command's output comes
 * out.
 */

import init from "../../build/out/init" with { type: "bytes" };
import { type GuestFile, writeInitramfs } from "../image/initramfs.ts";
import { keepingArguments, readKept } from "./kept_file.ts";
import { GuestProcess, type GuestProcessOptions } from "../qemu/guest_process.ts";
import { PortClosed, PortReader, TornTransfer } from "../qemu/port.ts";
import type { Accelerator } from "../qemu/qemu.ts";

export interface TurnGuestOptions extends GuestProcessOptions {
  accelerator: Accelerator;
  /** Folder for the guest's file system and its kept file; for this guest alone. */
  folder: string;
  files: readonly GuestFile[];
  libraries: readonly string[];
  /** An archive that the kernel unpacks before the guest's own. */
  before?: string;
  /** How long the guest may take until it takes commands. */
  bootTimeoutMs: number;
  /** Ends the guest. */
  interrupt: AbortSignal;
}

type Bytes = Uint8Array<ArrayBuffer>;

/** init.c assumes that its starter is dead after 60 s without a byte. */
const KEEP_ALIVE_MS = 10_000;

/** The path that requests no file. */
const NONE = "-";
/** Not in /, whose files are watched while a command runs. */
const PRINTED = "/tmp/printed";

/** The result of a command. */
export interface CommandEnd {
  /** Its exit code; 128 + n when signal n ended it. */
  code: number;
  /** The requested file; undefined when it does not exist. */
  file: Bytes | undefined;
}

export class TurnGuest implements AsyncDisposable {
  readonly #process: GuestProcess;
  readonly #keptPath: string;
  readonly #interrupt: AbortSignal;
  readonly #reader: PortReader;
  readonly #writer: WritableStreamDefaultWriter<Bytes>;
  readonly #stop = () => void this.#process.end();
  #keepAlive: ReturnType<typeof setInterval> | undefined;
  #busy = false;

  private constructor(options: TurnGuestOptions, initrd: string) {
    this.#keptPath = `${options.folder}/kept`;
    const qemuArgs = [
      ...options.qemuArgs ?? [],
      ...options.qemu.sharesMemory ? keepingArguments(this.#keptPath) : [],
    ];
    this.#process = new GuestProcess({ ...options, qemuArgs }, options.accelerator, initrd);
    this.#interrupt = options.interrupt;
    this.#reader = new PortReader(this.#process.fromGuest);
    this.#writer = this.#process.toGuest.getWriter();
    options.interrupt.addEventListener("abort", this.#stop, { once: true });
    if (options.interrupt.aborted) this.#stop();
  }

  /** QEMU's process. */
  get pid(): number {
    return this.#process.pid;
  }

  /** @throws Failure with the guest's last console lines when it does not boot */
  static async boot(options: TurnGuestOptions): Promise<TurnGuest> {
    const initrd = `${options.folder}/initrd`;
    await writeInitramfs(initrd, { ...options, init });
    const guest = new TurnGuest(options, initrd);
    try {
      const ready = await guest.#process.within(
        "boot of the guest",
        options.bootTimeoutMs,
        guest.#reader.line(),
      );
      if (ready !== "ready") throw new TornTransfer(`the guest's first line is "${ready}", not "ready"`);
    } catch (error) {
      await guest[Symbol.asyncDispose]();
      throw error;
    }
    guest.#keepAlive = setInterval(() => guest.#tellAlive(), KEEP_ALIVE_MS);
    return guest;
  }

  /**
   * Runs a command.
   *
   * @param argv an absolute path in the guest, and its arguments, all of them non-empty
   * @param path a file in /, the same in all calls, that is returned after the command; it must never get
   *   shorter
   * @throws Failure with the last console lines when the guest dies or the time is up. {@linkcode kept} then
   *   returns what had been written to the file.
   */
  async run(argv: readonly string[], timeoutMs: number, path = NONE): Promise<CommandEnd> {
    const what = `${argv.slice(0, 2).join(" ")} in the guest`;
    return await this.#process.within(what, timeoutMs, this.#ask([path, ...argv]));
  }

  /**
   * The same, but what the command prints on its standard output is returned as the file. The console shows
   * the rest.
   */
  async outputOf(argv: readonly string[], timeoutMs: number): Promise<CommandEnd> {
    return await this.run(argv, timeoutMs, `>${PRINTED}`);
  }

  /** @returns the content of a file in the guest; undefined when it does not exist */
  async readFile(path: string, timeoutMs: number): Promise<Bytes | undefined> {
    return (await this.#process.within(`reading ${path} in the guest`, timeoutMs, this.#ask([path]))).file;
  }

  /** @returns the lines that a dead guest had written to the file of its commands; undefined without any */
  kept(): Bytes | undefined {
    return readKept(this.#keptPath);
  }

  /** Ends the guest at once and removes what it kept. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#keepAlive);
    this.#interrupt.removeEventListener("abort", this.#stop);
    await this.#process.end();
    await Promise.allSettled([this.#writer.abort(), this.#reader.close(), Deno.remove(this.#keptPath)]);
  }

  async #ask(words: readonly string[]): Promise<CommandEnd> {
    this.#busy = true;
    try {
      await this.#send(`${words.join("\0")}\0\0`);
      const line = await this.#reader.line();
      const [, code, size, checksum] = /^done (\d+) (\d+|none) (\d+)$/.exec(line) ?? [];
      if (code === undefined) throw new TornTransfer(`the guest's answer is "${line}"`);
      if (size === "none") return { code: Number(code), file: undefined };
      const file = await this.#reader.bytes(Number(size));
      // Imported here: in the bundle every command would pay for it.
      const { crc32 } = await import("node:zlib");
      if (crc32(file) !== Number(checksum)) throw new TornTransfer("a file arrived with changed bytes");
      return { code: Number(code), file };
    } finally {
      this.#busy = false;
    }
  }

  /** Does not disturb a running command. If the guest died between two commands, the next one reports it. */
  #tellAlive(): void {
    if (!this.#busy) this.#send("\n").catch(() => undefined);
  }

  async #send(text: string): Promise<void> {
    try {
      await this.#writer.write(new TextEncoder().encode(text));
    } catch (cause) {
      throw new PortClosed("QEMU takes no more input", { cause });
    }
  }
}
