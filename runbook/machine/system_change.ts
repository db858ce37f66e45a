/**
 * Changes settings of the kernel for a while. Their old values are first written to a file that only root can
 * access and that stays locked as long as the process lives. A file without its lock therefore comes from a
 * call that was killed, and the next call restores what that one left changed.
 */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { holdKernelFile, readKernelFile, writeKernelFile } from "../../ffi/kernel_file.ts";
import { writeAllSync } from "../../system/write_all.ts";
import { readMachineText, type ReadText } from "./machine.ts";

/** How settings of the system are read and written; tests supply their own. */
export interface SystemAccess {
  readonly read: ReadText;
  /** A file that is not text; null when it is absent or not readable. */
  readBytes(path: string): Uint8Array | null;
  /** Whether the kernel accepted the write. */
  write(path: string, text: string): boolean;
  /** Writes into a file whose setting holds while the file is open; null when the kernel refuses it. */
  hold(path: string, bytes: Uint8Array<ArrayBuffer>): Disposable | null;
  /** Folder of the state, created when missing, on a file system that is empty after a boot. */
  readonly folder: string;
  /** Uid that must own the folder. */
  readonly owner: number;
  say(message: string): void;
}

/** @param say receives messages for the user */
export function realSystemAccess(say: (message: string) => void): SystemAccess {
  return {
    read: readMachineText,
    readBytes: readKernelFile,
    write: writeKernelFile,
    hold: holdKernelFile,
    folder: "/run/probe",
    owner: 0,
    say,
  };
}

export interface Setting {
  readonly path: string;
  readonly from: string;
  readonly to: string;
}

const BOOT_ID = "/proc/sys/kernel/random/boot_id";

/**
 * none: nothing was left; undone: it is restored; kept: some settings cannot be; held: its process still
 * lives.
 */
export type Abandoned = "none" | "undone" | "kept" | "held";

/** Restores the settings that a process left changed when it ended. */
export function undoAbandoned(access: SystemAccess): Abandoned {
  const path = statePath(access);
  if (!isPrivate(access)) return "none";
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path, { read: true, write: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return "none";
    throw error;
  }
  using _file = file;
  if (!file.tryLockSync(true)) return "held";
  // Its owner removed it between our opening and locking it: nothing is left to undo.
  if (!isAt(file, path)) return "none";
  const settings = parseState(readAll(file), access.read(BOOT_ID));
  if (settings === null) {
    Deno.removeSync(path);
    return "none";
  }
  const undone = restore(settings, access);
  if (undone === null) return "kept";
  Deno.removeSync(path);
  for (const { from, to, which } of alike(undone)) {
    access.say(
      `notice: ${which.text} ${which.was} left at ${to} by a probe run that was killed; ${which.is} ${from} again`,
    );
  }
  return "undone";
}

/** Changes settings until disposed. */
export class SystemChange implements Disposable {
  readonly #settings: readonly Setting[];
  readonly #access: SystemAccess;
  readonly #file: Deno.FsFile;

  /** @throws Failure when the old values cannot be written down, or the kernel refuses a new value */
  constructor(settings: readonly Setting[], access: SystemAccess) {
    this.#settings = settings;
    this.#access = access;
    this.#file = writeDown(settings, access);
    for (const { path, from, to } of settings) {
      const taken = access.write(path, to);
      if (taken && current(path, access) === to) continue;
      this[Symbol.dispose]();
      throw new Failure(
        EXIT.cannotMeasure,
        `cannot set ${path} to ${to}: ${taken ? `it is still ${from}` : "it cannot be written"}`,
        "run as root, where /sys is writable, or set it before",
      );
    }
  }

  [Symbol.dispose](): void {
    using _file = this.#file;
    if (restore(this.#settings, this.#access) !== null) Deno.removeSync(statePath(this.#access));
  }
}

/**
 * Restores all settings, the last change first, except those that somebody else has set since.
 *
 * @returns the settings that were restored; null: some cannot be restored yet
 */
function restore(settings: readonly Setting[], access: SystemAccess): Setting[] | null {
  const undone: Setting[] = [];
  const stuck: Setting[] = [];
  for (const setting of settings.toReversed()) {
    const { path, from, to } = setting;
    const found = current(path, access);
    if (found === from) continue;
    if (found !== null && found !== to) {
      access.say(
        `notice: ${path} is ${found}, which somebody else has set: it is left so, not set to ${from}`,
      );
    } else if (access.write(path, from) && current(path, access) === from) undone.push(setting);
    else stuck.push(setting);
  }
  for (const { from, which, paths } of alike(stuck)) {
    const command = paths.length === 1
      ? `echo ${from} >${paths[0]}`
      : `echo ${from} | tee ${paths.join(" ")}`;
    access.say(`notice: ${which.text} cannot be set back to ${from}; do it by hand: ${command}`);
  }
  return stuck.length === 0 ? undone : null;
}

/** Groups settings whose change is alike: one path stands for hundreds of files. */
function alike(settings: readonly Setting[]) {
  const ways = Map.groupBy(settings, ({ from, to }) => JSON.stringify([from, to]));
  return [...ways.values()].map((sharing) => {
    const { path, from, to } = sharing[0]!;
    const which = sharing.length === 1
      ? { text: path, was: "was", is: "it is" }
      : { text: `${path} and ${sharing.length - 1} more`, was: "were", is: "they are" };
    return { from, to, which, paths: sharing.map((setting) => setting.path) };
  });
}

function current(path: string, { read }: SystemAccess): string | null {
  return read(path)?.trim() ?? null;
}

function statePath({ folder }: SystemAccess): string {
  return `${folder}/changed`;
}

/** Whether only we can access the folder: then its contents come from earlier calls of ours. */
function isPrivate({ folder, owner }: SystemAccess): boolean {
  try {
    const { isDirectory, uid, mode } = Deno.lstatSync(folder);
    return isDirectory && uid === owner && ((mode ?? 0o777) & 0o077) === 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function writeDown(settings: readonly Setting[], access: SystemAccess): Deno.FsFile {
  const path = statePath(access);
  const state = { boot_id: access.read(BOOT_ID), settings };
  const file = creating(access.folder, () => {
    Deno.mkdirSync(access.folder, { recursive: true, mode: 0o700 });
    if (!isPrivate(access)) throw new Error("others may enter it");
    return Deno.openSync(path, { read: true, write: true, createNew: true, mode: 0o600 });
  });
  try {
    // Before we had the lock, another call may have taken the empty file for an abandoned one.
    if (!file.tryLockSync(true) || !isAt(file, path)) throw busy();
    const bytes = new TextEncoder().encode(JSON.stringify(state));
    writeAllSync(file, bytes);
    file.syncSync();
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}

function creating<T>(folder: string, create: () => T): T {
  try {
    return create();
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) throw busy();
    throw new Failure(
      EXIT.cannotMeasure,
      `cannot write down in ${folder} what is to be changed: ${
        error instanceof Error ? error.message : error
      }`,
      "run as root, or make the change before, without --allow-system-changes",
      { cause: error },
    );
  }
}

function busy(): Failure {
  return new Failure(
    EXIT.failed,
    "another probe run is changing this machine, or has left a change that cannot be undone",
    "start again when it has ended",
  );
}

/** Whether the path still names the open file. */
function isAt(file: Deno.FsFile, path: string): boolean {
  try {
    return Deno.lstatSync(path).ino === file.statSync().ino;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function readAll(file: Deno.FsFile): string {
  const bytes = new Uint8Array(file.statSync().size);
  for (let length = 0; length < bytes.length;) {
    const count = file.readSync(bytes.subarray(length));
    if (count === null) break;
    length += count;
  }
  return new TextDecoder().decode(bytes);
}

/** null: nothing had been changed when the file was written, or it is from another boot. */
function parseState(text: string, bootId: string | null): Setting[] | null {
  try {
    const state = JSON.parse(text);
    if (state.boot_id !== bootId) return null;
    // The older form, with only one setting: it stood next to the boot's id.
    const settings: unknown[] = Array.isArray(state.settings) ? state.settings : [state];
    return settings.every(isSetting) ? settings : null;
  } catch {
    return null;
  }
}

function isSetting(value: unknown): value is Setting {
  const { path, from, to } = value as Readonly<Record<string, unknown>>;
  return [path, from, to].every((text) => typeof text === "string");
}
