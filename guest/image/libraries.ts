/** Finds the shared libraries that executables need, as this machine's dynamic loader would (ld.so(8)). */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { type Elf, readElf } from "./elf.ts";

const CACHE = "/etc/ld.so.cache";

/** Debian's folder for files of this architecture, in /usr/lib and /usr/include. */
export const MULTIARCH = `${Deno.build.arch}-linux-gnu`;

/** In a folder with the files of another machine there is one that is named after it. */
function standardDirectories(root: string): string[] {
  const lib = ["/lib", "/usr/lib"];
  const named = root === "" ? [MULTIARCH] : lib.flatMap((folder) => multiarchIn(`${root}${folder}`));
  const both = named.flatMap((triplet) => lib.map((folder) => `${folder}/${triplet}`));
  return [...both, "/lib64", "/usr/lib64", ...lib];
}

function multiarchIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) =>
      name.endsWith("-linux-gnu")
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/**
 * Absolute paths of everything the loader opens for `executables`, their loader included, and for `extra`:
 * names that are opened at run time and therefore stand in no header (such as `libgcc_s.so.1`), or paths that
 * must exist as given (such as the loader of a runtime inside a static executable). Each path is the one at
 * which the guest's loader will look. A Failure when one is not on this machine.
 *
 * @param root a folder with another machine's files, as its `/` has them; empty: this machine's own
 */
export function librariesOf(
  executables: readonly Elf[],
  extra: readonly string[] = [],
  root = "",
): string[] {
  const first = executables[0];
  if (first === undefined && extra.length === 0) return [];
  const loader = extra.find(isPath);
  const machine = root === "" || loader === undefined
    ? first?.machine ?? readElf(Deno.execPath())!.machine
    : readElf(`${root}${loader}`)!.machine;
  const known = root === "" ? loaderCache() : new Map<string, string[]>();
  const folders = standardDirectories(root);
  const paths = new Map<string, string>();
  const visit = (name: string, neededBy: string) => {
    if (paths.has(name)) return;
    const candidates = [...known.get(name) ?? [], ...folders.map((folder) => `${folder}/${name}`)];
    const path = firstFor(machine, candidates, root);
    if (path === undefined) {
      throw new Failure(
        EXIT.cannotMeasure,
        `cannot give the guest the library ${name}, needed by ${neededBy}: it is not on this machine`,
        "install its package",
      );
    }
    paths.set(name, path);
    for (const next of readElf(`${root}${path}`)!.needed) visit(next, name);
  };
  for (const executable of executables) {
    const loader = executable.interpreter;
    if (loader !== undefined) paths.set(loader.slice(loader.lastIndexOf("/") + 1), loader);
    for (const name of executable.needed) visit(name, "the executable");
  }
  for (const path of extra.filter(isPath)) paths.set(path.slice(path.lastIndexOf("/") + 1), path);
  for (const name of extra) if (!isPath(name)) visit(name, "the caller");
  return [...paths.values()];
}

function isPath(extra: string): boolean {
  return extra.startsWith("/");
}

/** The first file for this machine type. */
function firstFor(machine: number, candidates: readonly string[], root: string): string | undefined {
  return candidates.find((path) => {
    try {
      return readElf(`${root}${path}`)?.machine === machine;
    } catch {
      return false;
    }
  });
}

/**
 * The loader's cache: name to paths. Layout: struct cache_file_new in glibc's sysdeps/generic/dl-cache.h: a header
 * of 48 bytes, then entries of 24 bytes (flags, key, value, OS version, hardware capabilities).
 */
function loaderCache(): Map<string, string[]> {
  const paths = new Map<string, string[]>();
  let bytes: Uint8Array;
  try {
    bytes = Deno.readFileSync(CACHE);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return paths;
    throw error;
  }
  // Before glibc 2.32 an older table comes first; the new one is always last.
  const start = new TextDecoder("latin1").decode(bytes).lastIndexOf("glibc-ld.so.cache1.1");
  if (start < 0) return paths;
  const view = new DataView(bytes.buffer, bytes.byteOffset + start);
  const string = (offset: number) => {
    const from = start + offset;
    return new TextDecoder().decode(bytes.subarray(from, bytes.indexOf(0, from)));
  };
  for (let index = 0; index < view.getUint32(20, true); index++) {
    const entry = 48 + 24 * index;
    // An entry for newer processors only: the guest's processor may lack what it needs.
    if (view.getBigUint64(entry + 16, true) !== 0n) continue;
    const name = string(view.getUint32(entry + 4, true));
    paths.set(name, [...paths.get(name) ?? [], string(view.getUint32(entry + 8, true))]);
  }
  return paths;
}
