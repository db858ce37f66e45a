/**
 * Gathers the notices for everything inside the executable: what it is, under which licence, and where its
 * source is available.
 */

import { stdoutOf } from "../process/command.ts";
import { libbpfLibraries, type Library, packageOf } from "./libraries.ts";
import { OUT, replaceFile } from "./native.ts";

export const NOTICES = `${OUT}/notices.txt`;

/** Texts that Debian's copyright files refer to instead of repeating them. */
const COMMON_LICENSES = ["LGPL-2.1", "LGPL-3", "GPL-2", "GPL-3"];

const RULE = "=".repeat(78);

function section(title: string, ...paragraphs: readonly string[]): string {
  return [RULE, title, RULE, "", paragraphs.join("\n\n"), ""].join("\n");
}

async function librarySection(library: Library): Promise<string> {
  const { name, version, source, sourceVersion } = await packageOf(library.path);
  return section(
    `${library.name}, unmodified from the Debian package ${name} ${version}`,
    `Source: Debian's source package ${source} ${sourceVersion} (apt-get source ${source}=${sourceVersion}).`,
    (await Deno.readTextFile(`/usr/share/doc/${name}/copyright`)).trim(),
  );
}

async function runtimeSection(): Promise<string> {
  const { deno, v8 } = Deno.version;
  const mit = await Deno.readTextFile("LICENSE");
  return section(
    `Deno ${deno}, unmodified from the npm package deno ${deno}`,
    `Source: the tag v${deno} of the repository denoland/deno; its Cargo.lock names the Rust crates inside.`,
    `It holds V8 ${v8} (BSD-3-Clause, copyright the V8 project authors; source: v8/v8 and denoland/rusty_v8)
and ICU (Unicode License v3, copyright Unicode, Inc.; source: unicode-org/icu).`,
    `MIT License, copyright the Deno authors\n\n${mit.slice(mit.indexOf("Permission is hereby")).trim()}`,
  );
}

/**
 * Licence of each bundled npm package, and the repository of its source. The licence text is the package's
 * own file, or Debian's when it has none.
 */
const NPM_PACKAGES: Readonly<Record<string, { readonly license: string; readonly repository: string }>> = {
  "@stricli/core": { license: "Apache-2.0", repository: "bloomberg/stricli" },
  "d3-array": { license: "ISC", repository: "d3/d3-array" },
  "d3-color": { license: "ISC", repository: "d3/d3-color" },
  "d3-format": { license: "ISC", repository: "d3/d3-format" },
  "d3-interpolate": { license: "ISC", repository: "d3/d3-interpolate" },
  "d3-path": { license: "ISC", repository: "d3/d3-path" },
  "d3-scale": { license: "ISC", repository: "d3/d3-scale" },
  "d3-shape": { license: "ISC", repository: "d3/d3-shape" },
  "d3-time": { license: "ISC", repository: "d3/d3-time" },
  "d3-time-format": { license: "ISC", repository: "d3/d3-time-format" },
  "internmap": { license: "ISC", repository: "mbostock/internmap" },
  "hyparquet": { license: "MIT", repository: "hyparam/hyparquet" },
  "hyparquet-writer": { license: "MIT", repository: "hyparam/hyparquet-writer" },
  "smol-toml": { license: "BSD-3-Clause", repository: "squirrelchat/smol-toml" },
};

interface NpmPackage {
  readonly name: string;
  readonly version: string;
  readonly dependencies: readonly string[];
  /** Folder of its files. */
  readonly localPath: string;
}

/** The npm packages that the program imports, and those that they import. */
async function bundledPackages(): Promise<NpmPackage[]> {
  const info = JSON.parse(await stdoutOf([Deno.execPath(), "info", "--json", "main.ts"]));
  const all: Readonly<Record<string, NpmPackage>> = info.npmPackages;
  const found = new Set<string>();
  const visit = (id: string) => {
    if (found.has(id)) return;
    found.add(id);
    all[id]?.dependencies.forEach(visit);
  };
  for (const module of info.modules) if (module.kind === "npm") visit(module.npmPackage);
  // Only needed to check types, never bundled.
  for (const id of found) if (id.startsWith("@types/")) found.delete(id);
  return [...found].sort().map((id) => {
    const found = all[id];
    if (found === undefined) throw new RangeError(`deno info must describe ${id}, it does not`);
    return found;
  });
}

async function npmSection({ name, version, localPath }: NpmPackage, refers: boolean): Promise<string> {
  const known = NPM_PACKAGES[name];
  if (known === undefined) {
    throw new RangeError(`${name} is bundled and must have its licence in NPM_PACKAGES`);
  }
  const common = `/usr/share/common-licenses/${known.license}`;
  const isCommon = await Deno.stat(common).then(() => true, () => false);
  const text = refers && isCommon
    ? `Its text is in ${common}.`
    : await Deno.readTextFile(`${localPath}/LICENSE`).catch(() => Deno.readTextFile(common));
  return section(
    `${name} ${version}, from the npm package of that name`,
    `Source: the repository ${known.repository}. Licence: ${known.license}.`,
    text.trim(),
  );
}

/**
 * @param refers whether texts that every Debian system has are only referred to, as Debian demands of a
 *   package
 */
export async function notices(refers: boolean): Promise<string> {
  const sections = [
    section("probe", (await Deno.readTextFile("LICENSE")).trim()),
    await runtimeSection(),
    ...await Promise.all((await bundledPackages()).map((one) => npmSection(one, refers))),
  ];
  for (const library of await libbpfLibraries()) sections.push(await librarySection(library));
  if (refers) return sections.join("\n");
  for (const name of COMMON_LICENSES) {
    const text = await Deno.readTextFile(`/usr/share/common-licenses/${name}`);
    sections.push(section(`${name}, named above`, text.trim()));
  }
  return sections.join("\n");
}

/** Writes build/out/notices.txt. */
export async function gatherNotices(): Promise<void> {
  const text = await notices(false);
  await replaceFile(NOTICES, (temporary) => Deno.writeTextFile(temporary, text));
}
