/**
 * Namespaces by which this process's pids and clock differ from the kernel's own: a container has its own
 * pids, and may have its own CLOCK_MONOTONIC.
 */

import { EXIT, Failure } from "../../analysis/failure.ts";
import type { ReadText } from "./machine.ts";

/** Target of a symbolic link in /proc; null when it does not exist. */
export type ReadLink = (path: string) => string | null;

/** PROC_PID_INIT_INO and PROC_TIME_INIT_INO, include/linux/proc_ns.h (5.10 to 7.3). */
const INITIAL_PID = 4026531836;
const INITIAL_TIME = 4026531834;
/** PROC_USER_INIT_INO, in the same header. */
const INITIAL_USER = 4026531837;

export interface Namespaces {
  /** Inode of the pid namespace; null: the initial one, whose pids are the kernel's. */
  readonly pid: number | null;
  /** This process's CLOCK_MONOTONIC minus the kernel's own, ns; 0 in the initial time namespace. */
  readonly monotonicOffsetNs: bigint;
}

/** What could not be determined, and what to do about it. */
export class NamespaceUnknown extends Error {
  override readonly name = "NamespaceUnknown";

  constructor(readonly found: string, readonly remedy: string) {
    super(`${found}; ${remedy}`);
  }
}

/** @throws {NamespaceUnknown} when this process's pids or times cannot be converted to the kernel's own */
export function readNamespaces(read: ReadText, readLink: ReadLink): Namespaces {
  const pid = inodeOf(readLink, "pid");
  if (pid === null) throw new NamespaceUnknown("/proc/self/ns/pid cannot be read", "mount /proc");
  return { pid: pid === INITIAL_PID ? null : pid, monotonicOffsetNs: monotonicOffsetNs(read, readLink) };
}

/** The same, as a refusal of `probe run`. @throws Failure (cannot measure) */
export function checkNamespaces(read: ReadText, readLink: ReadLink): Namespaces {
  try {
    return readNamespaces(read, readLink);
  } catch (error) {
    if (!(error instanceof NamespaceUnknown)) throw error;
    throw new Failure(EXIT.cannotMeasure, `cannot measure: ${error.found}`, error.remedy, { cause: error });
  }
}

/**
 * Whether /proc counts pids as this process does. The one of a parent's namespace may still be mounted; then
 * a pid that a user reads there names another task here.
 *
 * @param pid of this process, as the process itself sees it
 */
export function procCountsOwnPids(readLink: ReadLink, pid: number): boolean {
  return readLink("/proc/self") === `${pid}`;
}

const UID_MAP = "/proc/self/uid_map";
const ALL_USERS = /^\s*0\s+0\s+4294967295\s*$/;

/**
 * Whether this process's capabilities hold for the machine. Those of another user namespace look the same,
 * but bpf() (bpf_capable(), 5.8 to 7.3) requires those of the initial one.
 *
 * @returns null when /proc does not say
 */
export function isInitialUserNamespace(read: ReadText, readLink: ReadLink): boolean | null {
  const inode = inodeOf(readLink, "user");
  if (inode !== null) return inode === INITIAL_USER;
  const map = read(UID_MAP);
  return map === null ? null : ALL_USERS.test(map);
}

function inodeOf(readLink: ReadLink, kind: "pid" | "time" | "time_for_children" | "user"): number | null {
  const inode = /^\w+:\[(\d+)\]$/.exec(readLink(`/proc/self/ns/${kind}`) ?? "")?.[1];
  return inode === undefined ? null : Number(inode);
}

/** Kernels before 5.6, and those without CONFIG_TIME_NS, have one time for all processes. */
function monotonicOffsetNs(read: ReadText, readLink: ReadLink): bigint {
  const time = inodeOf(readLink, "time");
  if (time === null || time === INITIAL_TIME) return 0n;
  // /proc/self/timens_offsets describes the namespace of the children (proc_timens_show_offsets(), 5.10 to
  // 7.3).
  if (time !== inodeOf(readLink, "time_for_children")) {
    throw new NamespaceUnknown(
      "this process is in a time namespace whose offsets cannot be read, as its children's is another one",
      "start it after the new time namespace was entered (unshare --time --fork)",
    );
  }
  const offsets = /^\s*monotonic\s+(-?\d+)\s+(\d+)\s*$/m.exec(read("/proc/self/timens_offsets") ?? "");
  if (offsets === null) {
    throw new NamespaceUnknown(
      "this process is in a time namespace, and /proc/self/timens_offsets cannot be read",
      "mount /proc, or run it in the host's time namespace",
    );
  }
  return BigInt(offsets[1]!) * 1_000_000_000n + BigInt(offsets[2]!);
}
