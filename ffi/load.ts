/** Busy threads on the allowed CPUs, see ffi/native/load.c. */

import { errnoName } from "../system/errno.ts";
import type { NativeLibrary } from "./native_library.ts";

/**
 * Starts pinned threads that only compute, and returns once each of them runs.
 *
 * @param threads at least 1; with more threads than CPUs, several share one
 * @returns disposing it ends the threads and waits for them to end
 * @throws {Error} with the errno when a thread cannot be started; no thread is left running then
 */
export function startBusyThreads({ symbols }: NativeLibrary, threads: number): Disposable {
  const errno = new Int32Array(1);
  const load = symbols.load_start(threads, new Uint8Array(errno.buffer));
  if (load === null) throw new Error(`${threads} busy threads cannot be started: ${errnoName(errno[0]!)}`);
  return { [Symbol.dispose]: () => symbols.load_stop(load) };
}
