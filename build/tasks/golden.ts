/**
 * `deno task golden`: makes the golden vectors again with R, in a copy, and compares them with the committed
 * ones. `Rscript tests/golden/make.R` renews the committed ones.
 */

import { capture, run } from "../process/command.ts";

const GOLDEN = "tests/golden";

/** Vectors that differ from the committed ones, are new, or are missing. */
async function renewed(folder: string): Promise<string[]> {
  const names = new Set([...Deno.readDirSync(GOLDEN), ...Deno.readDirSync(folder)].map(({ name }) => name));
  const read = (path: string) => Deno.readTextFile(path).catch(() => undefined);
  const different: string[] = [];
  for (const name of [...names].filter((name) => name.endsWith(".json")).sort()) {
    if (await read(`${GOLDEN}/${name}`) !== await read(`${folder}/${name}`)) different.push(name);
  }
  return different;
}

/** @returns whether the committed vectors are what R makes */
async function golden(): Promise<boolean> {
  const r = await capture(["Rscript", "--version"]).catch(() => undefined);
  if (r === undefined) {
    console.error(
      "golden: there is no Rscript; install it with: apt-get install -y --no-install-recommends " +
        "r-base-core r-cran-mclust r-cran-metafor",
    );
    return false;
  }
  const folder = await Deno.makeTempDir({ prefix: "probe-golden-" });
  try {
    for (const { name } of Deno.readDirSync(GOLDEN)) {
      if (name.endsWith(".R")) await Deno.copyFile(`${GOLDEN}/${name}`, `${folder}/${name}`);
    }
    await run(["Rscript", `${folder}/make.R`]);
    const different = await renewed(folder);
    if (different.length === 0) console.log(`golden vectors: as ${(r.stdout || r.stderr).trim()} makes them`);
    else console.error(`golden vectors that R makes otherwise: ${different.join(", ")}`);
    return different.length === 0;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) Deno.exitCode = await golden() ? 0 : 1;
