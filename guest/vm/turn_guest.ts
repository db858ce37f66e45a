/**
 * Boots a throwaway guest that carries out commands one after the other, with nothing in it but what they need (see
 * init.c). The guest is left alone while one runs: no byte goes in, and what comes out is what the command says.
 */

import init from "../../build/out/init" with { type: "bytes" };
import { type GuestFile, writeInitramfs } from "../image/initramfs.ts";
import { keepingArguments, readKept } from "./kept_file.ts";
import { GuestProcess, type GuestProcessOptions } from "../qemu/guest_process.ts";
import { PortClosed, PortReader, TornTransfer } from "../qemu/port.ts";
import type { Accelerator } from "../qemu/qemu.ts";

export interface TurnGuestOptions extends GuestProcessOptions {
  accelerator: Accelerator;
  /** Takes the guest's file system and its kept file; for this guest alone. */
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

/** init.c takes its starter for dead after 60 s without a byte. */
const KEEP_ALIVE_MS = 10_000;

/** No file is to be sent. */
const NONE = "-";

/** What a command came to. */
export interface CommandEnd {
  /** Its exit code; 128 + n when signal n ended it. */
  code: number;
  /** The file that was asked for; undefined when there is none. */
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

  /** @throws Failure when the guest does not boot: with its last console lines */
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
   * @param argv an absolute path in the guest, and its arguments: none of them empty
   * @param path a file in /, the same in all calls, that comes back with the command's end; nobody shortens it
   * @throws Failure when the guest dies or the time is up: with its last console lines. Then {@linkcode kept} has what
   * there was of the file.
   */
  async run(argv: readonly string[], timeoutMs: number, path = NONE): Promise<CommandEnd> {
    const what = `${argv.slice(0, 2).join(" ")} in the guest`;
    return await this.#process.within(what, timeoutMs, this.#ask([path, ...argv]));
  }

  /** @returns the content of a file in the guest; undefined when there is none */
  async readFile(path: string, timeoutMs: number): Promise<Bytes | undefined> {
    return (await this.#process.within(`reading ${path} in the guest`, timeoutMs, this.#ask([path]))).file;
  }

  /** @returns the lines that a guest, now dead, has written to the file of its commands; undefined: none */
  kept(): Bytes | undefined {
    return readKept(this.#keptPath);
  }

  /** Ends it at once; what it kept goes with it. */
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
      // Imported here: the bundle would make every command pay for it.
      const { crc32 } = await import("node:zlib");
      if (crc32(file) !== Number(checksum)) throw new TornTransfer("a file arrived with changed bytes");
      return { code: Number(code), file };
    } finally {
      this.#busy = false;
    }
  }

  /** A command that runs is not disturbed; whether a guest between two has died, the next one tells. */
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
