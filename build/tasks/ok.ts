/** `deno task ok`: everything that can be checked without root, kernel or guest. Run before every commit. */

import { CommandFailed, exitCode } from "../process/command.ts";
import { add, type Counts, denoTest } from "../process/deno_test.ts";
import { buildNative, OUT } from "../parts/native.ts";
import { gatherNotices } from "../parts/notices.ts";

/** Folders of tests/ that need a kernel, a guest, a browser or the built executable; `deno task test` runs them. */
export const HEAVY_TESTS = ["executable", "browser", "native", "walkthrough", "kernels"] as const;

/** Test data, no tests. */
const DATA = ["golden"];

/** Made by the build or by tools, no sources. */
const MADE = ["dist", "node_modules"];

function unitTests(): string[] {
  const skipped: readonly string[] = [...HEAVY_TESTS, ...DATA];
  return [...Deno.readDirSync("tests")]
    .filter((entry) => entry.isDirectory ? !skipped.includes(entry.name) : entry.name.endsWith("_test.ts"))
    .map((entry) => `tests/${entry.name}`)
    .sort();
}

/** Where comments may have examples: all but tests/, whose tests would run along with them. */
function placesOfExamples(): string[] {
  return [...Deno.readDirSync(".")]
    .filter(({ name, isDirectory }) => isDirectory ? !name.startsWith(".") : name.endsWith(".ts"))
    .map(({ name }) => name)
    .filter((name) => name !== "tests" && !MADE.includes(name))
    .sort();
}

/** One check, passed when the command ends with exit code 0. */
async function checkBy(name: string, argv: readonly string[]): Promise<Counts> {
  console.log(`\n== ${name}`);
  try {
    if (await exitCode(argv) === 0) return { passed: 1, failed: 0 };
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    console.error(error.message);
  }
  return { passed: 0, failed: 1 };
}

/** The same by deno. */
async function check(name: string, args: readonly string[]): Promise<Counts> {
  return await checkBy(name, [Deno.execPath(), ...args]);
}

function cFiles(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return path === OUT ? [] : cFiles(path);
    return /\.[ch]$/.test(name) ? [path] : [];
  });
}

/** `clang-format -i` mends what this finds. */
async function formatOfC(): Promise<Counts> {
  const files = ["bench", "bpf", "build", "ffi", "guest", "tests"].flatMap(cFiles);
  return await checkBy("format of C", ["clang-format", "--dry-run", "--Werror", ...files]);
}

/** What TypeScript imports as bytes, text and layout: without it nothing can be checked. */
async function nativeParts(): Promise<Counts> {
  console.log("\n== native parts");
  try {
    const generated = await buildNative();
    await gatherNotices();
    if (generated === "current") return { passed: 1, failed: 0 };
    console.error("generated sources were not current; commit the renewed ones");
    return { passed: 0, failed: 1 };
  } catch (error) {
    console.error(error);
    return { passed: 0, failed: 1 };
  }
}

export async function ok(): Promise<Counts> {
  let counts = await nativeParts();
  counts = add(counts, await check("format", ["fmt", "--check"]));
  counts = add(counts, await formatOfC());
  counts = add(counts, await check("lint", ["lint", "--quiet"]));
  counts = add(counts, await check("types", ["check", "."]));
  console.log("\n== unit tests");
  counts = add(counts, await denoTest(unitTests(), navigator.hardwareConcurrency));
  console.log("\n== examples in comments");
  return add(counts, await denoTest(["--doc", ...placesOfExamples()]));
}

/** Prints what a task has counted, and sets the exit code. */
export function finish({ passed, failed }: Counts): void {
  console.log(`\n${passed} passed, ${failed} failed`);
  Deno.exitCode = failed === 0 ? 0 : 1;
}

if (import.meta.main) finish(await ok());
