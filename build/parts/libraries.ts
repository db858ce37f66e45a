/**
 * libbpf and the libraries it needs, unmodified from Debian's packages. The list differs between releases:
 * Debian 13's libelf needs libzstd, Debian 12's does not.
 */

import { readElf } from "../../guest/image/elf.ts";
import { MULTIARCH } from "../../guest/image/libraries.ts";
import { capture, stdoutOf } from "../process/command.ts";

/** What every machine that can run the Deno runtime has. */
const EVERYWHERE = /^(ld-linux.*|libc|libm|libdl|libpthread|librt)\.so\.\d+$/;

export interface Library {
  /** SONAME, the name by which the loader looks for it. */
  readonly name: string;
  readonly path: string;
}

/** libbpf and what it needs beyond glibc, each after the libraries it needs itself. */
export async function libbpfLibraries(): Promise<Library[]> {
  const cache = await stdoutOf(["ldconfig", "-p"]);
  const found = new Map<string, Library>();
  const visit = (name: string) => {
    if (found.has(name) || EVERYWHERE.test(name)) return;
    const path = libraryPath(cache, name);
    for (const needed of readElf(path)?.needed ?? []) visit(needed);
    found.set(name, { name, path });
  };
  visit("libbpf.so.1");
  return [...found.values()];
}

function libraryPath(cache: string, name: string): string {
  for (const line of cache.split("\n")) {
    const [, found, path = ""] = line.match(/^\s*(\S+) \([^)]*\) => (\S+)$/) ?? [];
    if (found === name && path.includes(MULTIARCH)) return Deno.realPathSync(path);
  }
  throw new Deno.errors.NotFound(`${name} is not installed; run \`deno task setup\``);
}

/** The libraries as one file, in their order: see `unpacked()` of ffi/embedded.ts. */
export function packed(libraries: readonly Library[]): Uint8Array<ArrayBuffer> {
  const contents = libraries.map(({ path }) => Deno.readFileSync(path));
  const index = libraries.map(({ name }, i) => ({ name, size: contents[i]?.length }));
  const parts = [new TextEncoder().encode(`${JSON.stringify(index)}\n`), ...contents];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  readonly source: string;
  readonly sourceVersion: string;
}

/** The installed Debian package that owns the file at `path`. */
export async function packageOf(path: string): Promise<DebianPackage> {
  const architecture = (await stdoutOf(["dpkg", "--print-architecture"])).trim();
  // On a merged /usr the package may list the file without the leading /usr of its real path.
  for (const candidate of [path, path.replace(/^\/usr/, "")]) {
    const owner = await capture(["dpkg", "-S", candidate]);
    const [name = ""] = owner.stdout.split(":");
    if (owner.code !== 0) continue;
    const format = "-f=${Version} ${source:Package} ${source:Version}";
    const fields = (await stdoutOf(["dpkg-query", "-W", format, `${name}:${architecture}`])).split(" ");
    const [version = "", source = "", sourceVersion = ""] = fields;
    return { name, version, source, sourceVersion };
  }
  throw new Deno.errors.NotFound(`No Debian package owns ${path}`);
}
