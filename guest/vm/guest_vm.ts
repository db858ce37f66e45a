/** A throwaway guest as the VM of `probe ab`: a kernel image and this executable, nothing else. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import type { RunbookSource } from "../../runbook/protocol/runbook_file.ts";
import { readMachineText } from "../../runbook/machine/machine.ts";
import { openReadable, whyUnreadable } from "../../runbook/machine/named_file.ts";
import { ownExecutable, runtimeLibraries } from "../image/own_executable.ts";
import { guestArchitecture } from "../qemu/arch.ts";
import {
  type Accelerator,
  chooseAccelerator,
  installedQemu,
  type Qemu,
  SHARED_MEMORY,
} from "../qemu/qemu.ts";
import { checkPlacements, placeVcpus } from "../../runbook/vcpu/placement.ts";
import { requireMeasuring } from "./doctored.ts";
import { TurnGuest } from "./turn_guest.ts";
import { baseName, type Boot, lastError, type Vm, type VmRequest, type VmSession } from "./vm.ts";

export interface GuestVmOptions {
  /** Kernel image; default: that of the running kernel. */
  readonly kernel?: string;
  /** An archive that the kernel unpacks before probe's own. */
  readonly initrd?: string;
  /** Keep the console and the file system. */
  readonly keep: boolean;
}

/** Booting is slow under emulation, and slower still when the host is emulated too. */
const BOOT_LIMIT_MS = 900_000;
/** Emulation takes up to 50 times as long, but a run mostly waits. */
const START_LIMIT_MS = 600_000;
const SLOWEST = 20;
const TICK_MS = 10_000;

const PROBE = "/bin/probe";
const RESULT = "/vm.csv";

/**
 * Finds everything that a guest needs, before anything is measured.
 *
 * @param vcpus placements that its vCPUs will have, joined by commas
 * @param tell is called with each progress line
 * @throws Failure that names what is missing
 */
export async function prepareGuestVm(
  options: GuestVmOptions,
  vcpus: string,
  tell: (line: string) => void,
): Promise<Vm> {
  checkPlacements(vcpus);
  const executable = ownExecutable();
  const kernel = options.kernel === undefined ? runningKernel() : readable(options.kernel, "--kernel");
  const before = options.initrd === undefined ? undefined : readable(options.initrd, "--initrd");
  const qemu = await installedQemu();
  const accelerator = await chooseAccelerator(qemu);
  if (!qemu.sharesMemory) {
    tell(`this QEMU has no ${SHARED_MEMORY}: should the guest die, its rows are lost with it`);
  }
  const how = accelerator === "kvm" ? "under KVM" : `emulated: ${NO_KVM}`;
  const booting = { options, executable, kernel, before, qemu, accelerator, tell };
  /** The guest that was examined and is to measure next. */
  let waiting: BootedGuest | null = null;
  return {
    notFollowed: accelerator === "kvm" ? null : "the VM is emulated: KVM does not run it",
    description: `a throwaway guest with ${kernel} in QEMU ${qemu.version}, ${how}`,
    who: "the guest",
    async examine(request, stays) {
      tell("asking a guest what it can measure");
      const booted = await boot(booting, request, FIRST);
      if (stays) waiting = booted;
      try {
        const { code, file } = await booted.guest.outputOf([PROBE, "doctor", "--json"], START_LIMIT_MS);
        return requireMeasuring("the guest", {
          code,
          stdout: file ?? new Uint8Array(),
          said: lastError(booted.lines) ?? booted.lines.at(-1) ?? "",
        });
      } finally {
        if (!stays) await booted[Symbol.asyncDispose]();
      }
    },
    async start(request, which): Promise<VmSession> {
      const booted = waiting ?? await boot(booting, request, which);
      waiting = null;
      tell(which.number === 1 ? "the guest is up" : `the guest is up, boot ${which.number}`);
      const { guest, lines } = booted;
      const argv = [
        ...[PROBE, "run", ...request.args, "--env", "vm", "--out", RESULT],
        ...request.runbook === null ? [] : ["--runbook", runbookPath(request.runbook)],
      ];
      return {
        process: guest.pid,
        place: (placement) => placeVcpus(guest.pid, placement),
        async measure(more, expectedMs) {
          using _ticking = new Ticking(expectedMs, tell);
          try {
            const limitMs = START_LIMIT_MS + SLOWEST * expectedMs;
            return { ...await guest.run([...argv, ...more], limitMs, RESULT), error: lastError(lines) };
          } catch (error) {
            if (!(error instanceof Failure)) throw error;
            return { code: error, file: guest.kept(), error: undefined };
          }
        },
        [Symbol.asyncDispose]: () => booted[Symbol.asyncDispose](),
      };
    },
    // Each other guest ends with its session.
    async [Symbol.asyncDispose]() {
      await waiting?.[Symbol.asyncDispose]();
    },
  };
}

interface Booting {
  readonly options: GuestVmOptions;
  readonly executable: string;
  readonly kernel: string;
  readonly before: string | undefined;
  readonly qemu: Qemu;
  readonly accelerator: Accelerator;
  readonly tell: (line: string) => void;
}

interface BootedGuest extends AsyncDisposable {
  readonly guest: TurnGuest;
  /** What its console has shown. */
  readonly lines: readonly string[];
}

const FIRST: Boot = { number: 1, file: null };

async function boot(
  { options, executable, kernel, before, qemu, accelerator, tell }: Booting,
  { runbook, folder: beside, interrupt }: VmRequest,
  { number, file }: Boot,
): Promise<BootedGuest> {
  const folder = Deno.makeTempDirSync(
    options.keep ? { dir: beside, prefix: "guest-" } : { prefix: "probe-guest-" },
  );
  const end = () => {
    if (options.keep) tell(`the guest's console and file system are kept in ${folder}`);
    else Deno.removeSync(folder, { recursive: true });
  };
  const runbooks = runbook === null
    ? []
    : [{ path: runbookPath(runbook), source: runbook.bytes, mode: 0o644 }];
  const begun = file === null ? [] : [{ path: RESULT, source: file, mode: 0o644 }];
  const lines: string[] = [];
  const guest = await TurnGuest.boot({
    qemu,
    kernel,
    accelerator,
    folder,
    ...(before === undefined ? {} : { before }),
    ...(options.keep ? { consoleFile: `${folder}/console` } : {}),
    kernelArgs: kernelArguments(accelerator, number),
    files: [{ path: PROBE, source: executable }, ...runbooks, ...begun],
    libraries: runtimeLibraries(executable),
    bootTimeoutMs: BOOT_LIMIT_MS,
    interrupt,
    onConsole(line) {
      lines.push(line);
      tell(`guest | ${line}`);
    },
  }).catch((error) => {
    end();
    throw error;
  });
  return {
    guest,
    lines,
    async [Symbol.asyncDispose]() {
      await guest[Symbol.asyncDispose]();
      end();
    },
  };
}

function runbookPath({ path }: RunbookSource): string {
  return `/runbook/${baseName(path)}`;
}

const NO_KVM = "KVM does not run guests here; its times are not those of a VM";

/**
 * Reports from time to time that the guest is still running: the guest itself says nothing while it measures.
 */
class Ticking implements Disposable {
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(expectedMs: number, tell: (line: string) => void) {
    const seconds = (ms: number) => `${Math.round(ms / 1000)} s`;
    const began = performance.now();
    const tick = () =>
      tell(
        `the guest is busy for ${seconds(performance.now() - began)}; this machine took ${
          seconds(expectedMs)
        }`,
      );
    this.#timer = setInterval(tick, TICK_MS);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** Accelerator and boot are passed to the guest, which records them (see runbook/machine/machine.ts). */
function kernelArguments(accelerator: Accelerator, boot: number): string[] {
  const facts = [`probe.accelerator=${accelerator}`, `probe.boot=${boot}`];
  return accelerator === "kvm" ? facts : [...facts, ...guestArchitecture().clockArguments];
}

/** Where distributions keep the image of the running kernel. */
function runningKernel(): string {
  const release = readMachineText("/proc/sys/kernel/osrelease")?.trim() ?? "";
  const places = [`/boot/vmlinuz-${release}`, `/lib/modules/${release}/vmlinuz`];
  const found = places.find((path) => !unreadable(path)?.isMissing);
  if (found !== undefined) return readable(found, "the running kernel's image");
  throw new Failure(
    EXIT.cannotMeasure,
    `a guest needs the running kernel's image, and there is neither ${places.join(" nor ")}`,
    "give a kernel image with --kernel",
  );
}

function readable(path: string, what: string): string {
  const refusal = unreadable(path);
  if (refusal === null) return path;
  throw new Failure(
    EXIT.cannotMeasure,
    `a guest needs ${what}, and ${path} cannot be read: ${refusal.why}`,
    "give a file that this user may read",
  );
}

interface Unreadable {
  readonly isMissing: boolean;
  readonly why: string;
}

/** Why a file cannot be read; null: it can. */
function unreadable(path: string): Unreadable | null {
  try {
    using file = Deno.openSync(path);
    return file.statSync().isFile ? null : { isMissing: false, why: "it is not a file" };
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return unreadableGuarded(path);
    return { isMissing: error instanceof Deno.errors.NotFound, why: whyUnreadable(error) };
  }
}

/** The same below /dev, /proc and /sys, where only an attempt to read a file shows whether it can be read. */
function unreadableGuarded(path: string): Unreadable | null {
  try {
    using file = openReadable(path);
    file.readSync(new Uint8Array(1));
    return null;
  } catch (error) {
    return { isMissing: false, why: whyUnreadable(error) };
  }
}
