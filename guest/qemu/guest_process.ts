/** The QEMU process with one guest in it, and its console. Talking with the guest is left to others. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { guestArchitecture } from "./arch.ts";
import { GuestConsole } from "./console.ts";
import { PortClosed, TornTransfer } from "./port.ts";
import { type Accelerator, acceleratorArguments, type Qemu } from "./qemu.ts";

export interface GuestProcessOptions {
  qemu: Qemu;
  /** Path of a kernel image. */
  kernel: string;
  /** The guest's architecture, as Deno spells it; default: this machine's. Another one is emulated. */
  architecture?: string;
  /** Default: 1024. */
  memoryMiB?: number;
  /** Default: 2. */
  cpus?: number;
  /** Further kernel arguments, for example clockArguments of arch.ts. */
  kernelArgs?: readonly string[];
  /** Further QEMU arguments, for example a device. */
  qemuArgs?: readonly string[];
  /** Called with each line on the guest's console. */
  onConsole?: (line: string) => void;
  /** A file that receives the whole console. */
  consoleFile?: string;
}

/** How a guest is lost: the words with which each message about it begins. */
export const LOSSES = {
  silent: "the guest did not answer",
  ended: "the guest ended",
  panicked: "the guest's kernel panicked",
  torn: "the transfer from the guest broke",
} as const;

export type GuestLoss = keyof typeof LOSSES;

/** The guest died, or did not answer in time. */
export class GuestLost extends Failure {
  /**
   * @param summary in one line: how it was lost, and during which request
   * @param console all lines that it has shown
   */
  constructor(
    readonly loss: GuestLoss,
    readonly summary: string,
    console: readonly string[],
    options?: ErrorOptions,
  ) {
    const telling = tellingLines(console).map((line) => `\n  ${line}`).join("");
    const said = telling === "" ? "; its console is empty" : `; on its console:${telling}\n`;
    super(EXIT.failed, `${summary}${said}`, "see the console and start again", options);
  }
}

export class GuestProcess {
  readonly #child: Deno.ChildProcess;
  readonly #console: GuestConsole;
  #ended: Promise<void> | undefined;

  /** Starts QEMU with the guest's file system at `initrd`, a file that must exist until the guest runs. */
  constructor(options: GuestProcessOptions, accelerator: Accelerator, initrd: string) {
    this.#child = new Deno.Command(options.qemu.command, {
      args: qemuArguments(options, accelerator, initrd),
      env: options.qemu.env,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#console = new GuestConsole(this.#child.stderr, options);
  }

  /** QEMU's process. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Input of the guest's second serial port. */
  get toGuest(): WritableStream<Uint8Array<ArrayBuffer>> {
    return this.#child.stdin;
  }

  /** Output of that port; it ends with QEMU. */
  get fromGuest(): ReadableStream<Uint8Array> {
    return this.#child.stdout;
  }

  /** All lines that the console has shown. */
  get console(): readonly string[] {
    return this.#console.lines;
  }

  /** Ends QEMU at once and waits until it is gone and its console has been read. */
  end(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  /**
   * Waits for the guest's answer. When the guest dies or the time is up, ends it and reports its last console
   * lines.
   *
   * @param what was asked of it, for the message
   * @throws {GuestLost} in these cases; any other error of `answer` unchanged
   */
  async within<T>(what: string, limitMs: number, answer: Promise<T>): Promise<T> {
    const deadline = Promise.withResolvers<never>();
    const timer = setTimeout(() => deadline.reject(new DeadlineReached()), limitMs);
    try {
      return await Promise.race([answer, deadline.promise]);
    } catch (cause) {
      const manner = cause instanceof PortClosed ? await this.#ownEnd() : "";
      await this.end();
      throw this.#failure(what, limitMs, cause, manner);
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * How QEMU ended by itself, in words to append; empty when it gave no reason, for example when the guest
   * powered off.
   */
  async #ownEnd(): Promise<string> {
    const waited = Promise.withResolvers<null>();
    const timer = setTimeout(() => waited.resolve(null), OWN_END_MS);
    const status = await Promise.race([this.#child.status, waited.promise]);
    clearTimeout(timer);
    if (status === null || status.success) return "";
    return status.signal === null ? `, QEMU with code ${status.code}` : `, QEMU by ${status.signal}`;
  }

  #failure(what: string, limitMs: number, cause: unknown, manner: string): unknown {
    const lost = (loss: GuestLoss, more: string) =>
      new GuestLost(loss, `${what}: ${LOSSES[loss]}${more}`, this.console, { cause });
    if (cause instanceof DeadlineReached) return lost("silent", ` within ${limitMs / 1000} s`);
    if (cause instanceof TornTransfer) return lost("torn", `: ${cause.message}`);
    if (!(cause instanceof PortClosed)) return cause;
    const panic = panicOf(this.console);
    return panic === undefined ? lost("ended", manner) : lost("panicked", ` (${panic})`);
  }

  async #end(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended by itself
    }
    await this.#child.status;
    await this.#console.end();
  }
}

/** Why the kernel panicked, in its own words; undefined when it did not panic. */
function panicOf(console: readonly string[]): string | undefined {
  return console.map((line) => /Kernel panic - not syncing: (.*)$/.exec(line)?.[1]).find(Boolean);
}

/** The part of a console worth reading: from the kernel's first complaint on, otherwise its end. */
function tellingLines(console: readonly string[]): readonly string[] {
  const complaint = console.findIndex((line) => /\b(BUG|Oops|Kernel panic)\b/.test(line));
  return complaint < 0 ? console.slice(-TELLING) : console.slice(complaint, complaint + TELLING);
}

const TELLING = 25;

/** QEMU closes its port when it ends, so its status follows at once. */
const OWN_END_MS = 5000;

class DeadlineReached extends Error {}

/**
 * An oops ends the guest as a panic does: results after it would come from a damaged kernel. Without
 * noirqdebug a kernel with threaded interrupts (PREEMPT_RT) takes those of the serial port for spurious and
 * disables them.
 */
const KERNEL_ARGUMENTS = ["quiet", "panic=-1", "oops=panic", "noirqdebug"];

function qemuArguments(options: GuestProcessOptions, accelerator: Accelerator, initrd: string): string[] {
  const { cpus = 2, memoryMiB = 1024, kernelArgs = [], qemuArgs = [] } = options;
  const { machine, console, kernelArguments } = guestArchitecture(options.architecture);
  const append = [`console=${console}`, ...KERNEL_ARGUMENTS, ...kernelArguments, ...kernelArgs];
  return [
    ...options.qemu.args,
    ...acceleratorArguments(accelerator),
    ...["-machine", machine, "-smp", `${cpus}`, "-m", `${memoryMiB}`],
    // Names the threads of its vCPUs, which runbook/vcpu looks for.
    ...["-name", "probe-guest,debug-threads=on"],
    ...["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"],
    // The console goes to stderr, like QEMU's own messages; the agent's port is stdin and stdout.
    ...["-chardev", "file,id=console,path=/dev/stderr", "-serial", "chardev:console"],
    ...["-chardev", "stdio,id=agent,signal=off", "-serial", "chardev:agent"],
    ...["-kernel", options.kernel, "-initrd", initrd],
    ...["-append", append.join(" ")],
    ...qemuArgs,
  ];
}
