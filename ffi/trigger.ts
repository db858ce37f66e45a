/** Triggers as the native target knows them, and their devices: see ffi/native/triggers.h. */

import { errnoName } from "../system/errno.ts";
import type { NativeLibrary } from "./native_library.ts";

/** What the target waits for. */
export interface NativeTrigger {
  /** Index in the table of triggers. */
  readonly index: number;
  /** Descriptor of its device; -1: it has none. */
  readonly fd: number;
}

/** The device's latest edge. */
export interface LatestEdge {
  /** CLOCK_REALTIME, ns. */
  readonly realNs: bigint;
  readonly sequence: number;
}

/** The device cannot be opened, or gives no edges. */
export class TriggerError extends Error {
  override readonly name = "TriggerError";

  constructor(readonly path: string, readonly errno: number) {
    super(`Opening ${path} failed with ${errnoName(errno)}`);
  }
}

function indexOf(native: NativeLibrary, name: string): number {
  const index = native.symbols.trigger_index(new TextEncoder().encode(`${name}\0`));
  if (index < 0) throw new RangeError(`A trigger must be in the table of triggers, got ${name}`);
  return index;
}

/** The kernel's own timer. */
export function nativeTimer(native: NativeLibrary): NativeTrigger {
  return { index: indexOf(native, "timer"), fd: -1 };
}

/** An open device that gives edges. */
export class TriggerDevice implements NativeTrigger, Disposable {
  readonly index: number;
  readonly fd: number;
  readonly #native: NativeLibrary;

  /**
   * @param name of the trigger: `pps` or `rtc`
   * @throws {TriggerError} EOPNOTSUPP: a PPS device that does not stamp assert edges, or does not let callers
   *   wait for one
   */
  constructor(native: NativeLibrary, name: string, readonly path: string) {
    this.#native = native;
    this.index = indexOf(native, name);
    this.fd = native.symbols.trigger_open(this.index, new TextEncoder().encode(`${path}\0`));
    if (this.fd < 0) throw new TriggerError(path, -this.fd);
  }

  /** The latest edge, without waiting; null: no edge yet, or the device has gone. */
  latest(): LatestEdge | null {
    const latest = new BigInt64Array(2);
    const errno = this.#native.symbols.trigger_latest(this.index, this.fd, new Uint8Array(latest.buffer));
    const [realNs = 0n, sequence = 0n] = latest;
    return errno !== 0 || realNs === 0n ? null : { realNs, sequence: Number(sequence) };
  }

  [Symbol.dispose](): void {
    this.#native.symbols.close_descriptor(this.fd);
  }
}
