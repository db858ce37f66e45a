/** A tree of files as it is packed: with the dates and modes that the sources give it, not this machine. */

import { dirname } from "node:path/posix";
import { run } from "../process/command.ts";

export interface PackedFile {
  /** A text, bytes, or the path of what is copied. */
  readonly content: string | Uint8Array | { readonly path: string };
  readonly executable?: true;
}

/** Files by their paths from the tree's root. */
export type Tree = ReadonlyMap<string, PackedFile>;

/**
 * Writes a tree into a new folder.
 *
 * @param epoch what every file and folder is dated, in seconds since 1970
 */
export async function lay(tree: Tree, root: string, epoch: number): Promise<void> {
  const folders = new Set([root]);
  for (const [path, { content, executable }] of tree) {
    const target = `${root}/${path}`;
    for (let folder = dirname(target); folder.length > root.length; folder = dirname(folder)) {
      folders.add(folder);
    }
    await Deno.mkdir(dirname(target), { recursive: true });
    if (typeof content === "string") await Deno.writeTextFile(target, content);
    else if (content instanceof Uint8Array) await Deno.writeFile(target, content);
    else await Deno.copyFile(content.path, target);
    await Deno.chmod(target, executable ? 0o755 : 0o644);
    await Deno.utime(target, epoch, epoch);
  }
  // Inner folders first: each file in one changes its date.
  for (const folder of [...folders].sort().reverse()) {
    await Deno.chmod(folder, 0o755);
    await Deno.utime(folder, epoch, epoch);
  }
}

/** What is in a folder that lay() wrote, as a tar archive: root's, sorted by name. */
export async function archive(
  root: string,
  paths: readonly string[],
  archive: string,
  epoch: number,
): Promise<void> {
  await run([
    "tar",
    "--create",
    `--file=${archive}`,
    "--format=ustar",
    "--sort=name",
    "--owner=0",
    "--group=0",
    "--numeric-owner",
    `--mtime=@${epoch}`,
    `--directory=${root}`,
    ...paths,
  ]);
}

/** `path`.gz in place of `path`, without its name and date. */
export async function compress(path: string): Promise<void> {
  await run(["gzip", "--no-name", "--force", path]);
}

/** Bytes as `gzip -9` packs them: Debian wants its documents so. */
export async function gzipped(text: string): Promise<Uint8Array> {
  const folder = await Deno.makeTempDir({ prefix: "probe-gzip-" });
  try {
    await Deno.writeTextFile(`${folder}/text`, text);
    await run(["gzip", "--no-name", "--best", `${folder}/text`]);
    return await Deno.readFile(`${folder}/text.gz`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
