/**
 * Where downloads live between builds: kernels, QEMU. Not inside the checkout, because CI starts from a fresh
 * clone each time; PROBE_CACHE sets another folder.
 */

import { dirname, isAbsolute, join } from "node:path";

/** Absolute folder of the downloads: $PROBE_CACHE, else probe-build below $XDG_CACHE_HOME or ~/.cache. */
export function cacheDirectory(environment: { get(name: string): string | undefined } = Deno.env): string {
  const chosen = environment.get("PROBE_CACHE");
  if (chosen) {
    if (!isAbsolute(chosen)) throw new Error(`PROBE_CACHE is "${chosen}"; give it an absolute path`);
    return chosen;
  }
  const perUser = environment.get("XDG_CACHE_HOME");
  if (perUser && isAbsolute(perUser)) return join(perUser, "probe-build");
  const home = environment.get("HOME");
  if (!home) throw new Error("cannot place the download cache: HOME is not set; set PROBE_CACHE to a folder");
  return join(home, ".cache", "probe-build");
}

/**
 * Fills `directory` once. An existing folder is returned unchanged; otherwise `fill` writes into a temporary
 * folder that takes its place only when complete, so a download that was cut off is never used. Builds at the
 * same time wait for each other. `refresh` fills it again and replaces it.
 */
export async function cached(
  directory: string,
  fill: (partial: string) => Promise<void>,
  options: { refresh?: boolean } = {},
): Promise<string> {
  if (!options.refresh && await exists(directory)) return directory;
  await Deno.mkdir(dirname(directory), { recursive: true });
  using lock = await Deno.open(`${directory}.lock`, { create: true, write: true });
  await lock.lock(true);
  if (!options.refresh && await exists(directory)) return directory;
  const partial = `${directory}.partial`;
  await removeTree(partial);
  await Deno.mkdir(partial);
  await fill(partial);
  await removeTree(directory);
  await Deno.rename(partial, directory);
  return directory;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function removeTree(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
