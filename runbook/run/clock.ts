/** The program's own clock and sleeps, outside any native call. */

import type { LoopClock } from "./loop.ts";

/** Resolves after `ms`, or at once when `stop` aborts. */
export function sleep(ms: number, stop: AbortSignal): Promise<void> {
  if (stop.aborted) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = () => {
    clearTimeout(timer);
    stop.removeEventListener("abort", end);
    resolve();
  };
  const timer = setTimeout(end, ms);
  stop.addEventListener("abort", end);
  return promise;
}

/** Used before anything native is opened; ms precision is enough. */
export const WALL_CLOCK: LoopClock = { realtimeNow: () => BigInt(Date.now()) * 1_000_000n, sleep };
