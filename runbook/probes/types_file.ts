/**
 * The file that gives a kernel's types (BTF) where the kernel has none of its own, and whether it is of the running
 * kernel: offsets of another one would be read as facts.
 */

import { EXIT, Failure } from "../../analysis/failure.ts";
import type { ReadText } from "../machine/machine.ts";
import { readNamed } from "../machine/named_file.ts";
import type { ReadLink } from "../machine/namespaces.ts";
import { CannotLoad } from "../machine/preflight.ts";

export interface TypesFile {
  /** As the user named it. */
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A kernel's BTF has 2 to 10 MB; a vmlinux with debug information has hundreds. */
const MOST_BYTES = 64 * 1024 * 1024;

export const HOW_TO_MAKE = "pahole --btf_encode_detached FILE vmlinux, or btfhub's of this release, unpacked";

/** Names the file where no option does. */
const VARIABLE = "PROBE_BTF";

/**
 * The file of --btf, or of PROBE_BTF; null: neither names one.
 *
 * @throws Failure (failed) when the file cannot be read; (usage) when it is far too long
 */
export function typesFileOf(option: string | undefined): TypesFile | null {
  const path = option ?? Deno.env.get(VARIABLE);
  return path === undefined || path === "" ? null : readTypesFile(path);
}

function readTypesFile(path: string): TypesFile {
  const bytes = readNamed(path, "a file with the kernel's types (BTF)", MOST_BYTES);
  if (bytes.length > MOST_BYTES) {
    throw new Failure(
      EXIT.usage,
      `${path} is too long for a kernel's types`,
      `give BTF alone: ${HOW_TO_MAKE}`,
    );
  }
  return { path, bytes };
}

/**
 * Structs of which the kernel keeps a cache of their own, never merged with another (each has a constructor, or a part
 * that is copied to user space), and tells the size of its objects (5.10 to 7.3).
 */
const CACHES: readonly (readonly [cache: string, struct: string])[] = [
  ["sighand_cache", "sighand_struct"],
  ["inode_cache", "inode"],
  ["proc_inode_cache", "proc_inode"],
  ["shmem_inode_cache", "shmem_inode_info"],
  ["sock_inode_cache", "socket_alloc"],
  ["radix_tree_node", "xa_node"],
  ["dentry", "dentry"],
];

/** Where the kernel tells them. */
export const SIZES_OF_KERNEL = "/sys/kernel/slab";

export const SIZED_STRUCTS: readonly string[] = CACHES.map(([, struct]) => struct);

/**
 * How many struct sizes of the file are those of the running kernel; 0: the kernel tells none.
 *
 * @param sizes of {@linkcode SIZED_STRUCTS} in the file, in bytes
 * @param release of the running kernel
 * @throws CannotLoad when the file is of another kernel, by its name or by a size
 */
export function agreedSizes(
  { path }: Pick<TypesFile, "path">,
  sizes: ReadonlyMap<string, number>,
  release: string,
  read: ReadText,
  readLink: ReadLink,
): number {
  const named = releaseIn(path);
  if (named !== null && !isPartOf(named, release) && !isPartOf(release, named)) {
    throw new CannotLoad(
      `${path} is of kernel ${named} by its name, and this one is ${release}`,
      `give --btf the types of this kernel: ${HOW_TO_MAKE}`,
    );
  }
  let agreed = 0;
  for (const [cache, struct] of CACHES) {
    const folder = `${SIZES_OF_KERNEL}/${cache}`;
    // A link: merged with others, whose largest object then counts.
    const told = readLink(folder) === null ? read(`${folder}/object_size`) : null;
    const size = sizes.get(struct);
    if (told === null || size === undefined) continue;
    const here = Number(told);
    if (roundedUp(size) !== here) {
      throw new CannotLoad(
        `${path} is of another kernel: struct ${struct} has ${size} bytes there, ${here} in ${release}`,
        `give --btf the types of this kernel: ${HOW_TO_MAKE}`,
      );
    }
    agreed++;
  }
  return agreed;
}

/** kmem_cache_create() rounds up to whole pointers (5.10 to 7.3). */
function roundedUp(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

/** The release that a file's name contains, as btfhub names its files; null: none. */
function releaseIn(path: string): string | null {
  const name = path.slice(path.lastIndexOf("/") + 1).replace(/\.btf$/, "");
  return /\d+\.\d+\.\d+[\w.+~-]*/.exec(name)?.[0] ?? null;
}

/** Whether the release begins with that part, as 6.6.31+rpt-rpi-v8 with 6.6.31. */
function isPartOf(part: string, release: string): boolean {
  return release === part || (release.startsWith(part) && /^[^0-9a-zA-Z]/.test(release.slice(part.length)));
}
