/** The project's own files, for tests of its layout. */

/** Made by the build or by tools, no sources. */
const NOT_SOURCES = [".git", "node_modules", "dist", "build/out", "build/cache"];

/** Paths of all files from the project's root. */
export function* projectPaths(folder = "."): Generator<string> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = folder === "." ? entry.name : `${folder}/${entry.name}`;
    if (NOT_SOURCES.includes(path)) continue;
    if (entry.isDirectory) yield* projectPaths(path);
    else yield path;
  }
}

/** Text of each TypeScript and C source by its path. */
export function projectSources(): Map<string, string> {
  const paths = [...projectPaths()].filter((path) => /\.(ts|c|h)$/.test(path));
  return new Map(paths.map((path) => [path, Deno.readTextFileSync(path)]));
}
