/** What every package has beside the executable. */

import { completionsCommand, type Shell } from "../../commands/completions.ts";
import { allRoutes } from "../../commands/line/table.ts";
import { EXECUTABLE } from "../parts/executable.ts";
import { manPages } from "./man_pages.ts";
import type { PackedFile, Tree } from "./tree.ts";

export const PROGRAM: PackedFile = { content: { path: EXECUTABLE }, executable: true };

/** Where a shell looks for completions of packages, below share/. */
const COMPLETIONS: Readonly<Record<Shell, string>> = {
  bash: "bash-completion/completions/probe",
  zsh: "zsh/vendor-completions/_probe",
  fish: "fish/vendor_completions.d/probe.fish",
};

/** The scripts for all shells, by their paths below share/. */
export async function completions(): Promise<Tree> {
  const routes = await allRoutes();
  return new Map((Object.keys(COMPLETIONS) as Shell[]).map((shell) => {
    let content = "";
    completionsCommand(shell, routes, (text) => content += text);
    return [COMPLETIONS[shell], { content }];
  }));
}

/** The manual pages, by their paths below share/. */
export async function manuals(date: Date): Promise<ReadonlyMap<string, string>> {
  const pages = Object.entries(await manPages(date));
  return new Map(pages.map(([name, text]) => [`man/man${name.at(-1)}/${name}`, text]));
}

/** What systemd reads, by the names below its folder system/. */
export function units(): Tree {
  const names = ["probe.service", "probe.timer"];
  return new Map(
    names.map((name) => [`systemd/system/${name}`, { content: { path: `packaging/systemd/${name}` } }]),
  );
}

/** Folders of the project that documents speak of. */
const EXAMPLES = ["packaging/ansible", "packaging/kubernetes"];

function filesBelow(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesBelow(`${folder}/${name}`) : [`${folder}/${name}`]
  ).sort();
}

/** The documents for users, by their names. */
export function documents(): Tree {
  const names = [...Deno.readDirSync("docs")].filter(({ name }) => name.endsWith(".md")).map(({ name }) =>
    `docs/${name}`
  );
  const paths = ["README.md", "CHANGELOG.md", ...names.sort(), ...EXAMPLES.flatMap(filesBelow)];
  return new Map(paths.map((path) => [path, { content: { path } }]));
}

/** The tree with each path below a folder. */
export function below(folder: string, tree: Tree): Tree {
  return new Map([...tree].map(([path, file]) => [`${folder}/${path}`, file]));
}
