/** Stock Debian kernels for guests: downloaded and unpacked, never installed, kept between builds. */

import { join } from "node:path";
import { buildArchitecture } from "../parts/arch.ts";
import { cached, cacheDirectory } from "./cache.ts";
import { DebianArchive } from "./archive.ts";

/**
 * Each kernel: the suites that have it, and the meta package whose newest version is used: what stands before the
 * architecture in its name, and what after it.
 */
const KERNELS = {
  "bullseye-cloud": { suites: ["bullseye", "bullseye-security"], meta: "linux-image-cloud" },
  "bookworm-cloud": { suites: ["bookworm", "bookworm-security"], meta: "linux-image-cloud" },
  "bookworm-full": { suites: ["bookworm", "bookworm-security"], meta: "linux-image" },
  "trixie-cloud": { suites: ["trixie", "trixie-security"], meta: "linux-image-cloud" },
  "trixie-full": { suites: ["trixie", "trixie-security"], meta: "linux-image" },
  "trixie-16k": { suites: ["trixie", "trixie-security"], meta: "linux-image", flavour: "-16k" },
  "trixie-rt": { suites: ["trixie", "trixie-security"], meta: "linux-image-rt" },
  "trixie-backports-cloud": { suites: ["trixie-backports"], meta: "linux-image-cloud" },
} as const satisfies Record<
  string,
  { readonly suites: readonly string[]; readonly meta: string; readonly flavour?: string }
>;

export type KernelName = keyof typeof KERNELS;

/** A kernel on disk. All paths are absolute. */
export interface Kernel {
  name: KernelName;
  vmlinuz: string;
  /** The folder `modules/<release>` with `kernel/`, `modules.dep` not generated. */
  modulesDir: string;
  /** The release as `uname -r` prints it. */
  release: string;
}

/**
 * A kernel from the cache, or downloaded (about 30 to 130 MB) when the cache has none. `refresh` asks Debian
 * for a newer one. Error when it is unavailable: a test must not pass because its kernel was missing.
 */
export async function fetchKernel(
  name: KernelName,
  options: {
    refresh?: boolean;
    onProgress?: (message: string) => void;
    /** As Deno spells it; default: this machine's. */
    architecture?: string;
  } = {},
): Promise<Kernel> {
  const { suites, meta: before, flavour = "" }: {
    suites: readonly string[];
    meta: string;
    flavour?: string;
  } = KERNELS[name];
  const { debianName } = buildArchitecture(options.architecture);
  const meta = `${before}-${debianName}${flavour}`;
  const isForeign = debianName !== buildArchitecture().debianName;
  const suffix = isForeign ? `-${debianName}` : "";
  const root = await cached(join(cacheDirectory(), "kernels", `${name}${suffix}`), async (directory) => {
    const lists = join(cacheDirectory(), "apt", `${suites.join("+")}${suffix}`);
    using archive = await DebianArchive.open(lists, suites, isForeign ? debianName : undefined);
    const packages = await imagePackages(archive, meta);
    options.onProgress?.(`downloading ${packages.join(", ")}`);
    await archive.unpack(packages, directory);
    await locate(name, directory);
  }, options);
  return await locate(name, root);
}

/**
 * The packages that hold the image and its modules: one up to 7.1 (`linux-image-*`), and from 7.2 the packages
 * `linux-binary-*` and `linux-modules-*` that `linux-image-*` depends on.
 */
async function imagePackages(archive: DebianArchive, meta: string): Promise<string[]> {
  const found = new Set<string>();
  const follow = async (name: string) => {
    for (const part of (await archive.newest(name)).parts) {
      if (!/^linux-(image|binary|modules)-\d/.test(part) || found.has(part)) continue;
      found.add(part);
      await follow(part);
    }
  };
  await follow(meta);
  if (found.size === 0) throw new Error(`package ${meta} names no kernel image at its own version`);
  return [...found];
}

/** Finds the image and its modules in an unpacked tree; releases put them in different places. */
async function locate(name: KernelName, root: string): Promise<Kernel> {
  for (const modules of [join(root, "lib/modules"), join(root, "usr/lib/modules")]) {
    for (const release of await names(modules)) {
      const images = [join(root, "boot", `vmlinuz-${release}`), join(modules, release, "vmlinuz")];
      for (const vmlinuz of images) {
        if (await isFile(vmlinuz)) return { name, vmlinuz, modulesDir: join(modules, release), release };
      }
    }
  }
  throw new Error(`no kernel image with modules in ${root}; remove that folder and try again`);
}

async function names(directory: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(directory))).map((entry) => entry.name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
