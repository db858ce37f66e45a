/**
 * `deno task package`: the executable for a distribution's users, in dist/packages or in the folder that is
 * given: a Debian package, a tarball, an OCI image, and their checksums. The same commit gives the same bytes.
 */

import { createHash } from "node:crypto";
import { writeDeb } from "../packages/deb.ts";
import { writeImage } from "../packages/image.ts";
import { releaseOf } from "../packages/release.ts";
import { writeTarball } from "../packages/tarball.ts";
import { build } from "./build.ts";
import { installPackages, orExplain, PACKAGING_PACKAGES } from "./setup.ts";

const FOLDER = "dist/packages";

/** @param folder is emptied first */
export async function writePackages(folder: string = FOLDER): Promise<void> {
  await installPackages(PACKAGING_PACKAGES);
  await build();
  const release = await releaseOf();
  await Deno.remove(folder, { recursive: true }).catch((error: unknown) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(folder, { recursive: true });
  const written = [
    await writeDeb(release, folder),
    await writeTarball(release, folder),
    await writeImage(release, folder),
  ];
  const sums = filesBelow(folder).map((path) => {
    const bytes = Deno.readFileSync(`${folder}/${path}`);
    return `${createHash("sha256").update(bytes).digest("hex")}  ${path}\n`;
  });
  await Deno.writeTextFile(`${folder}/SHA256SUMS`, sums.join(""));
  console.log(`packages in ${folder}: ${written.join(", ")}, SHA256SUMS`);
}

/** Paths from the folder, sorted. */
function filesBelow(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesBelow(`${folder}/${name}`).map((path) => `${name}/${path}`) : [name]
  ).sort();
}

if (import.meta.main) await orExplain(() => writePackages(Deno.args[0]));
