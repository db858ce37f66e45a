/**
 * Boots a throwaway guest that carries out one command and ends, with nothing in it but what the command needs
 * (see init.c). The guest is left alone meanwhile: no byte goes in, and what comes out is what the command says.
 */

import { crc32 } from "node:zlib";
import init from "../build/out/init" with { type: "bytes" };
import { type GuestFile, writeInitramfs } from "./initramfs.ts";
import { GuestMachine, type MachineOptions } from "./machine.ts";
import { PortReader, TornTransfer } from "./port.ts";
import type { Accelerator } from "./qemu.ts";

export interface OneCommand extends MachineOptions {
  accelerator: Accelerator;
  /** Takes the guest's file system; for this call alone. */
  folder: string;
  files: readonly GuestFile[];
  libraries: readonly string[];
  /** An archive that the kernel unpacks before the guest's own. */
  before?: string;
  /** The command: an absolute path in the guest, and its arguments. */
  argv: readonly string[];
  /** The file that the command writes. */
  result: string;
  /** How long the guest may take until it starts the command, and the command until its end. */
  bootTimeoutMs: number;
  timeoutMs: number;
  /** Called when the command starts. */
  onStart?: () => void;
  /** Ends the guest. */
  interrupt: AbortSignal;
}

export interface OneCommandResult {
  /** 128 + n when signal n ended the command. */
  code: number;
  /** What the command has left in its result file; undefined when there is none. */
  file: Uint8Array<ArrayBuffer> | undefined;
}

/** @throws Failure when the guest does not boot, dies, or does not end in time: with its last console lines */
export async function runInGuest(options: OneCommand): Promise<OneCommandResult> {
  const initrd = `${options.folder}/initrd`;
  const command = [options.result, ...options.argv].map((word) => `${word}\0`).join("");
  const files = [
    ...options.files,
    { path: "/command", source: new TextEncoder().encode(command), mode: 0o644 },
  ];
  await writeInitramfs(initrd, { ...options, files, init });
  const machine = new GuestMachine(options, options.accelerator, initrd);
  const stop = () => void machine.end();
  options.interrupt.addEventListener("abort", stop, { once: true });
  try {
    if (options.interrupt.aborted) stop();
    const port = new PortReader(machine.fromGuest);
    const ready = await machine.within("boot of the guest", options.bootTimeoutMs, port.line());
    if (ready !== "ready") throw new TornTransfer(`the guest's first line is "${ready}", not "ready"`);
    options.onStart?.();
    const what = `${options.argv.slice(0, 2).join(" ")} in the guest`;
    return await machine.within(what, options.timeoutMs, answerOf(port));
  } finally {
    options.interrupt.removeEventListener("abort", stop);
    await machine.end();
  }
}

async function answerOf(port: PortReader): Promise<OneCommandResult> {
  const line = await port.line();
  const [, code, size, checksum] = /^done (\d+) (\d+|none) (\d+)$/.exec(line) ?? [];
  if (code === undefined) throw new TornTransfer(`the guest's last line is "${line}"`);
  if (size === "none") return { code: Number(code), file: undefined };
  const file = await port.bytes(Number(size));
  if (crc32(file) !== Number(checksum)) throw new TornTransfer("the result file arrived with changed bytes");
  return { code: Number(code), file };
}
