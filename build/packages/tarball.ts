/** The tarball: one folder with bin/, share/ and the licences, for any machine with glibc. */

import { NOTICES } from "../parts/notices.ts";
import { below, completions, documents, manuals, PROGRAM, units } from "./contents.ts";
import { dateOf, type Release } from "./release.ts";
import { archive, compress, lay, type Tree } from "./tree.ts";

/** @returns the name of the archive that was written into `folder` */
export async function writeTarball(release: Release, folder: string): Promise<string> {
  const name = `probe-${release.version}-linux-${release.architecture}`;
  const manPages = [...await manuals(dateOf(release))].map(([path, content]) => [path, { content }] as const);
  const tree: Tree = new Map([
    ["bin/probe", PROGRAM],
    ["LICENSE", { content: { path: "LICENSE" } }],
    ["NOTICES", { content: { path: NOTICES } }],
    ...below("lib", units()),
    ...below("share", await completions()),
    ...below("share", new Map(manPages)),
    ...below("share/doc/probe", documents()),
  ]);
  const staged = await Deno.makeTempDir({ prefix: "probe-tarball-" });
  try {
    await lay(tree, `${staged}/${name}`, release.epoch);
    await archive(staged, [name], `${folder}/${name}.tar`, release.epoch);
  } finally {
    await Deno.remove(staged, { recursive: true });
  }
  await compress(`${folder}/${name}.tar`);
  return `${name}.tar.gz`;
}
