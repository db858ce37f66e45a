/** Busy threads on the CPUs allowed, see ffi/native/load.c. */

import { errnoName } from "../system/errno.ts";
import type { NativeLibrary } from "./native_library.ts";

/**
 * Starts pinned threads that only compute, and returns once each of them runs.
 *
 * @param threads from 1; more than there are CPUs share them
 * @returns its disposal ends them and waits for that
 * @throws {Error} naming the errno when one cannot be started; then none is left
 */
export function startBusyThreads({ symbols }: NativeLibrary, threads: number): Disposable {
  const errno = new Int32Array(1);
  const load = symbols.load_start(threads, new Uint8Array(errno.buffer));
  if (load === null) throw new Error(`${threads} busy threads cannot be started: ${errnoName(errno[0]!)}`);
  return { [Symbol.dispose]: () => symbols.load_stop(load) };
}
