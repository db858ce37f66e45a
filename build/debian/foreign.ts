/**
 * What an executable for another machine than this one consists of, and what its guests need: the Deno runtime from npm,
 * libraries and busybox from Debian. Unpacked into the cache, never installed.
 */

import { join } from "node:path";
import type { BuildArchitecture } from "../parts/arch.ts";
import { libbpfLibraries, type Library, packageOf } from "../parts/libraries.ts";
import { run, stdoutOf } from "../process/command.ts";
import { DebianArchive } from "./archive.ts";
import { cached, cacheDirectory } from "./cache.ts";

/** What every machine that runs the executable has: the runtime's own libraries, and what guests are made of. */
const GUEST_PACKAGES = ["libc6", "libgcc-s1", "busybox-static"];

/** Suites of the release that this machine runs, so that its libraries are as old as the headers here. */
async function suites(): Promise<string[]> {
  const release = await Deno.readTextFile("/etc/os-release");
  const name = /^VERSION_CODENAME=(\w+)$/m.exec(release)?.[1];
  if (name === undefined) {
    throw new Error("/etc/os-release names no Debian release; build on Debian 12 or 13");
  }
  return [name, `${name}-security`];
}

/**
 * A folder with the files of Debian's packages for the machine: libbpf, what it needs, and what its guests need.
 * Downloaded once.
 */
export async function foreignRoot({ debianName }: BuildArchitecture): Promise<string> {
  const from = await suites();
  const folder = join(cacheDirectory(), "foreign", `${debianName}-${from[0]}`);
  return await cached(folder, async (directory) => {
    const owners = await Promise.all((await libbpfLibraries()).map(({ path }) => packageOf(path)));
    const packages = [...new Set([...owners.map(({ name }) => name), ...GUEST_PACKAGES])];
    const lists = join(cacheDirectory(), "apt", `${from.join("+")}-${debianName}`);
    using archive = await DebianArchive.open(lists, from, debianName);
    await archive.unpack(packages, directory);
  });
}

/**
 * libbpf and what it needs, as libbpfLibraries() but for another machine.
 *
 * @throws {Deno.errors.NotFound} when a library of this machine has no counterpart there
 */
export async function foreignLibraries(machine: BuildArchitecture): Promise<Library[]> {
  const root = await foreignRoot(machine);
  const folders = [`usr/lib/${machine.name}-linux-gnu`, `lib/${machine.name}-linux-gnu`];
  return (await libbpfLibraries()).map(({ name }) => {
    for (const folder of folders) {
      try {
        return { name, path: Deno.realPathSync(join(root, folder, name)) };
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    throw new Deno.errors.NotFound(`${name} for ${machine.debianName} is not in ${root}; remove that folder`);
  });
}

/** Path of the Deno runtime for the machine, of the version that runs this. Downloaded once; npm checks it. */
export async function foreignRuntime({ npmName }: BuildArchitecture): Promise<string> {
  const name = `linux-${npmName}-glibc`;
  const { deno: version } = Deno.version;
  const folder = await cached(join(cacheDirectory(), "runtime", `${name}-${version}`), async (directory) => {
    const pack = ["npm", "pack", `@deno/${name}@${version}`, "--silent", "--pack-destination", directory];
    const archive = join(directory, (await stdoutOf(pack)).trim());
    await run(["tar", "--extract", "--file", archive, "--directory", directory, "package/deno"]);
    await Deno.remove(archive);
  });
  return join(folder, "package/deno");
}
