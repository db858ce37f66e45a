/** `deno task build`: everything from sources to dist/probe, and to the executables for other machines. */

import { foreignLibraries, foreignRuntime } from "../debian/foreign.ts";
import { type BuildArchitecture, otherArchitectures } from "../parts/arch.ts";
import { buildExecutables, EXECUTABLE, foreignExecutable } from "../parts/executable.ts";
import { buildNative, makeParts } from "../parts/native.ts";
import { gatherNotices } from "../parts/notices.ts";
import { orExplain } from "./setup.ts";

export async function build(): Promise<void> {
  await buildNative();
  await gatherNotices();
  const runtimes = new Map<BuildArchitecture, string>();
  for (const machine of otherArchitectures()) {
    await makeParts(machine, await foreignLibraries(machine));
    runtimes.set(machine, await foreignRuntime(machine));
  }
  await buildExecutables(runtimes);
  for (const path of [EXECUTABLE, ...[...runtimes.keys()].map(foreignExecutable)]) {
    const { size } = await Deno.stat(path);
    console.log(`built ${path}, ${(size / 1e6).toFixed(0)} MB`);
  }
}

if (import.meta.main) await orExplain(build);
