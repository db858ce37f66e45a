/**
 * Links the bundled program to a runtime: one executable, dist/probe. When DENORT_BIN names a base runtime,
 * this is done by `deno compile`; otherwise by packing: the launcher, the Deno runtime that runs this build,
 * and the program in one file (see launcher.c).
 */

import { PACK_MAGIC, runtimeLibraries, TRAILER_BYTES } from "../../guest/image/own_executable.ts";
import { writeAll } from "../../system/write_all.ts";
import { capture, run, stdoutOf } from "../process/command.ts";
import { codeCacheOf } from "./code_cache.ts";
import { type BuildArchitecture, buildArchitecture } from "./arch.ts";
import { builtFor, embeddedFor, LAUNCHER, OUT, replaceFile } from "./native.ts";
import { PERMISSIONS, START_ENVIRONMENT } from "./permissions.ts";
import { asOneModule, type Chunks, ENTRY, inThreeParts, type Parts, reachedFrom } from "./program.ts";
import { settled } from "./settled.ts";

export const EXECUTABLE = "dist/probe";

/** Path of the executable for another machine than this one. */
export function foreignExecutable({ name }: BuildArchitecture): string {
  return `${EXECUTABLE}-${name}`;
}

/**
 * The runtime's segments are mapped from the file, so their offsets must be multiples of the page size, at
 * most 64 KiB.
 */
const ALIGNMENT = 65_536;

/** What a guest needs to run the executable: its shared libraries, and the path of their loader. */
export function executableLibraries(): readonly string[] {
  return runtimeLibraries(EXECUTABLE);
}

/** The program's chunks, from where it begins. */
async function bundled(): Promise<Chunks> {
  // The bundler's own messages name files of the cache, so they are shown only when it fails. Built for a
  // browser, the libraries leave out code that reads files through node, which every start would otherwise
  // load.
  const bundle = [
    Deno.execPath(),
    "bundle",
    "--quiet",
    "--frozen",
    "--platform",
    "browser",
    "--code-splitting",
  ];
  const folder = await Deno.makeTempDir({ prefix: "probe-bundle-" });
  try {
    await stdoutOf([...bundle, "--outdir", folder, `build/parts/${ENTRY.replace(".js", ".ts")}`]);
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    return settled(new Map(names.map((name) => [name, Deno.readTextFileSync(`${folder}/${name}`)])));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Layout of `struct trailer` in launcher.c. */
function trailer(...numbers: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(TRAILER_BYTES);
  bytes.set(new TextEncoder().encode(PACK_MAGIC));
  const view = new DataView(bytes.buffer);
  for (const [i, value] of numbers.entries()) view.setBigUint64(16 + 8 * i, BigInt(value), true);
  return bytes;
}

/**
 * Writes launcher, runtime and program into one file.
 *
 * @param cache V8's code cache of the near chunks
 * @param from paths of the launcher, and of the program that is given the module and the user's arguments
 */
export async function pack(
  { module: text, chunks: [near, far] }: Omit<Parts, "maker">,
  cache: Uint8Array,
  from: { readonly launcher: string; readonly runtime: string },
  path: string,
): Promise<void> {
  const [launcher, runtime] = await Promise.all([Deno.readFile(from.launcher), Deno.readFile(from.runtime)]);
  const module = new TextEncoder().encode(text);
  const runtimeOffset = Math.ceil(launcher.length / ALIGNMENT) * ALIGNMENT;
  using file = await Deno.open(path, { create: true, write: true, truncate: true, mode: 0o755 });
  const append = (bytes: Uint8Array) => writeAll(file, bytes);
  await append(launcher);
  await append(new Uint8Array(runtimeOffset - launcher.length));
  await append(runtime);
  await append(module);
  await append(near);
  await append(far);
  await append(cache);
  const sizes = [module, near, far, cache].map(({ length }) => length);
  await append(trailer(runtimeOffset, runtimeOffset + runtime.length, ...sizes));
}

/** What a comparison needs: its chunks, and those of the command line. Most other calls need some of them too. */
function nearOf(chunks: Chunks): ReadonlySet<string> {
  const names = [...chunks.keys()].filter((name) => /^(application|compare)-/.test(name));
  if (names.length !== 3) throw new Error(`the bundler names the chunks of compare otherwise: ${names}`);
  return reachedFrom([ENTRY, ...names], chunks);
}

/** @returns a Deno command that makes the executable at `path` from the program */
export function compiling(program: string, path: string): readonly string[] {
  // Without V8's code cache, which the executable would leave in /tmp.
  const bare = ["--quiet", "--no-check", "--no-config", "--no-lock", "--no-code-cache", "--ext=js"];
  const flags = [...bare, `--env-file=${START_ENVIRONMENT}`, ...PERMISSIONS];
  return [Deno.execPath(), "compile", ...flags, "--output", path, program];
}

/**
 * Runs what was built, in an empty environment and an empty folder. If the base runtime is really the `deno`
 * command, `deno compile` succeeds, but its result is plain deno.
 *
 * @throws {Error} when it does not behave like the program
 */
export async function verify(path: string, version: string): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "probe-verify-" });
  try {
    const options = { cwd: folder, env: {}, clearEnv: true };
    const { code, stdout, stderr } = await capture([await Deno.realPath(path), "--version"], options);
    if (code === 0 && stdout === `probe ${version}\n`) return;
    throw new Error(`it answers --version with exit code ${code} and ${JSON.stringify(stdout + stderr)}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function link(make: (path: string) => Promise<void>, version: string): Promise<void> {
  await replaceFile(EXECUTABLE, async (temporary) => {
    try {
      await make(temporary);
      await verify(temporary, version);
    } catch (error) {
      await Deno.remove(temporary).catch(() => {});
      throw error;
    }
  });
}

async function compile(chunks: Chunks, path: string): Promise<void> {
  const module = `${OUT}/probe.js`;
  await replaceFile(module, (temporary) => Deno.writeTextFile(temporary, asOneModule(chunks)));
  await run(compiling(module, path));
}

/**
 * Makes dist/probe and checks that it runs; and the executables for other machines, which cannot run here.
 *
 * @param runtimes paths of the Deno runtime for other machines, whose parts are built
 */
export async function buildExecutables(
  runtimes: ReadonlyMap<BuildArchitecture, string>,
): Promise<void> {
  const { version } = JSON.parse(await Deno.readTextFile("deno.json"));
  await Deno.mkdir("dist", { recursive: true });
  const chunks = await bundled();
  await buildOwn(chunks, version);
  for (const [machine, runtime] of runtimes) {
    const foreign = packedParts(await withPartsOf(machine, chunks));
    const launcher = builtFor(machine, LAUNCHER);
    // V8 takes no code cache of another machine.
    await replaceFile(
      foreignExecutable(machine),
      (path) => pack(foreign, new Uint8Array(), { launcher, runtime }, path),
    );
  }
}

function packedParts(chunks: Chunks): Parts {
  return inThreeParts(chunks, nearOf(chunks));
}

async function buildOwn(chunks: Chunks, version: string): Promise<void> {
  if (Deno.env.has("DENORT_BIN")) {
    try {
      return await link((path) => compile(chunks, path), version);
    } catch (error) {
      console.error(`deno compile gives no working executable, packing instead: ${(error as Error).message}`);
    }
  }
  const parts = packedParts(chunks);
  const cache = await codeCacheOf(parts);
  const from = { launcher: builtFor(buildArchitecture(), LAUNCHER), runtime: Deno.execPath() };
  await link((path) => pack(parts, cache, from, path), version);
}

/**
 * The chunks with another machine's parts in the place of this one's: the bundler writes bytes in Base64.
 *
 * @throws {Error} when a part of this machine is not found there once
 */
export async function withPartsOf(machine: BuildArchitecture, chunks: Chunks): Promise<Chunks> {
  const texts = new Map(chunks);
  const theirs = embeddedFor(machine);
  for (const [at, own] of embeddedFor(buildArchitecture()).entries()) {
    const text = (await Deno.readFile(own)).toBase64();
    const found = [...texts].filter(([, chunk]) => chunk.includes(text));
    if (found.length !== 1) throw new Error(`${own} is in ${found.length} chunks of the bundle, not in one`);
    const [name, chunk] = found[0]!;
    texts.set(name, chunk.replace(text, (await Deno.readFile(theirs[at]!)).toBase64()));
  }
  return texts;
}
