/**
 * One setting of the kernel, changed for a while. What it was is written down before, in a file that only root may
 * enter, and locked as long as the process lives: a call that was killed is recognised by the lock it no longer
 * holds, and the next one sets back what it has left.
 */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { writeKernelFile } from "../../ffi/kernel_file.ts";
import { writeAllSync } from "../../system/write_all.ts";
import { readMachineText, type ReadText } from "./machine.ts";

/** How settings of the system are read and written; a test has its own. */
export interface SystemAccess {
  readonly read: ReadText;
  /** Whether the file took it. */
  write(path: string, text: string): boolean;
  /** Folder of the state, made when it is missing; on a file system that a boot empties. */
  readonly folder: string;
  /** Uid that must own the folder. */
  readonly owner: number;
  say(message: string): void;
}

/** @param say takes messages for the user */
export function realSystemAccess(say: (message: string) => void): SystemAccess {
  return { read: readMachineText, write: writeKernelFile, folder: "/run/probe", owner: 0, say };
}

interface Setting {
  readonly path: string;
  readonly from: string;
  readonly to: string;
}

const BOOT_ID = "/proc/sys/kernel/random/boot_id";

/** none: nothing was left; undone: it is set back; kept: it cannot be; held: by a process that lives. */
export type Abandoned = "none" | "undone" | "kept" | "held";

/** Sets back what a process that is gone has left changed. */
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
  // Removed by its owner between the opening and the lock: then there is nothing left to undo.
  if (!isAt(file, path)) return "none";
  const setting = parseState(readAll(file), access.read(BOOT_ID));
  if (setting === null) {
    Deno.removeSync(path);
    return "none";
  }
  if (!restore(setting, access)) return "kept";
  Deno.removeSync(path);
  access.say(
    `notice: ${setting.path} was left at ${setting.to} by a probe run that was killed; it is ${setting.from} again`,
  );
  return "undone";
}

/** Changes a setting until disposed. */
export class SystemChange implements Disposable {
  readonly #setting: Setting;
  readonly #access: SystemAccess;
  readonly #file: Deno.FsFile;

  /** @throws Failure when what it was cannot be written down, or the kernel does not take the new value */
  constructor(setting: Setting, access: SystemAccess) {
    this.#setting = setting;
    this.#access = access;
    this.#file = writeDown(setting, access);
    const { path, from, to } = setting;
    const taken = access.write(path, to);
    if (taken && current(setting, access) === to) return;
    this[Symbol.dispose]();
    throw new Failure(
      EXIT.cannotMeasure,
      `cannot set ${path} to ${to}: ${taken ? `it is still ${from}` : "it cannot be written"}`,
      "run as root, where /sys is writable, or set it before",
    );
  }

  [Symbol.dispose](): void {
    using _file = this.#file;
    if (restore(this.#setting, this.#access)) Deno.removeSync(statePath(this.#access));
  }
}

/** @returns whether the setting needs no more care: it is what it was, or what somebody else has made of it */
function restore(setting: Setting, access: SystemAccess): boolean {
  const { path, from, to } = setting;
  const found = current(setting, access);
  if (found === from) return true;
  if (found !== to) {
    access.say(
      `notice: ${path} is ${found}, which somebody else has set: it is left so, not set to ${from}`,
    );
    return true;
  }
  if (access.write(path, from) && current(setting, access) === from) return true;
  access.say(`notice: ${path} cannot be set back to ${from}; do it by hand: echo ${from} >${path}`);
  return false;
}

function current({ path }: Setting, { read }: SystemAccess): string | null {
  return read(path)?.trim() ?? null;
}

function statePath({ folder }: SystemAccess): string {
  return `${folder}/changed`;
}

/** Whether nobody else may enter: what it holds is what an earlier call of ours has written. */
function isPrivate({ folder, owner }: SystemAccess): boolean {
  try {
    const { isDirectory, uid, mode } = Deno.lstatSync(folder);
    return isDirectory && uid === owner && ((mode ?? 0o777) & 0o077) === 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function writeDown(setting: Setting, access: SystemAccess): Deno.FsFile {
  const path = statePath(access);
  const state = { boot_id: access.read(BOOT_ID), ...setting };
  const file = creating(access.folder, () => {
    Deno.mkdirSync(access.folder, { recursive: true, mode: 0o700 });
    if (!isPrivate(access)) throw new Error("others may enter it");
    return Deno.openSync(path, { read: true, write: true, createNew: true, mode: 0o600 });
  });
  try {
    // Another call may have taken the empty file for one that was left, in the moment before this lock.
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

/** Whether the open file is still the one of that path. */
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
  const length = file.readSync(bytes) ?? 0;
  return new TextDecoder().decode(bytes.subarray(0, length));
}

/** null: nothing was changed yet when it was written, or in another boot. */
function parseState(text: string, bootId: string | null): Setting | null {
  try {
    const state = JSON.parse(text);
    return state.boot_id === bootId ? { path: state.path, from: state.from, to: state.to } : null;
  } catch {
    return null;
  }
}
