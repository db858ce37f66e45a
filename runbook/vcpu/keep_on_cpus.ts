import { cpuMask } from "../../ffi/attributes.ts";
import type { NativeLibrary } from "../../ffi/native_library.ts";

/**
 * Lets a thread, of whatever process, run on these CPUs alone.
 *
 * @param thread id of the thread
 * @returns 0, or the errno of sched_setaffinity(2)
 */
export function keepOnCpus(native: NativeLibrary, thread: number, cpus: readonly number[]): number {
  const mask = cpuMask(cpus);
  return native.symbols.keep_thread_on_cpus(thread, mask, mask.length);
}
