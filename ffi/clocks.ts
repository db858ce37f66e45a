/** Where the clocks of this machine stand, see ffi/native/clocks.c. */

import type { NativeLibrary } from "./native_library.ts";

/** The clocks at about the same instant; CLOCK_MONOTONIC as this process sees it. */
export interface Clocks {
  /** CLOCK_MONOTONIC, ns. */
  readonly mono_ns: bigint;
  /** The machine's own counter. */
  readonly counter: bigint;
  /** How far apart the two can be, ns. */
  readonly uncertainty_ns: number;
  /** CLOCK_REALTIME less CLOCK_MONOTONIC, ns. */
  readonly realtime_ns: bigint;
  readonly realtime_uncertainty_ns: number;
}

export function readClocks(native: NativeLibrary): Clocks {
  const out = new BigInt64Array(5);
  native.symbols.clock_pairs(new Uint8Array(out.buffer));
  const [mono_ns = 0n, counter = 0n, uncertainty, realtime_ns = 0n, unsure] = out;
  return {
    mono_ns,
    counter,
    uncertainty_ns: Number(uncertainty),
    realtime_ns,
    realtime_uncertainty_ns: Number(unsure),
  };
}

/** CLOCK_REALTIME of the host that this machine is a guest of, beside CLOCK_MONOTONIC; null: no host tells it. */
export function readHostClock(
  native: NativeLibrary,
): { readonly real_ns: bigint; readonly mono_ns: bigint } | null {
  const out = new BigInt64Array(3);
  native.symbols.host_pair(new Uint8Array(out.buffer));
  const [real_ns = 0n, mono_ns = 0n, uncertainty = -1n] = out;
  return uncertainty < 0n ? null : { real_ns, mono_ns };
}
