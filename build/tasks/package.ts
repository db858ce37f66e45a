/**
 * `deno task package`: the executable for a distribution's users, in dist/packages or in the folder that is
 * given: a Debian package, a tarball, and their checksums. The same commit gives the same bytes.
 */

import { createHash } from "node:crypto";
import { writeDeb } from "../packages/deb.ts";
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
  const names = [await writeDeb(release, folder), await writeTarball(release, folder)];
  const sums = names.sort().map((name) => {
    const bytes = Deno.readFileSync(`${folder}/${name}`);
    return `${createHash("sha256").update(bytes).digest("hex")}  ${name}\n`;
  });
  await Deno.writeTextFile(`${folder}/SHA256SUMS`, sums.join(""));
  console.log(`packages in ${folder}: ${names.join(", ")}, SHA256SUMS`);
}

if (import.meta.main) await orExplain(() => writePackages(Deno.args[0]));
