/** `deno task build`: everything from sources to dist/probe. */

import { buildExecutable, EXECUTABLE } from "../parts/executable.ts";
import { buildNative } from "../parts/native.ts";
import { gatherNotices } from "../parts/notices.ts";
import { orExplain } from "./setup.ts";

export async function build(): Promise<void> {
  await buildNative();
  await gatherNotices();
  await buildExecutable();
  const { size } = await Deno.stat(EXECUTABLE);
  console.log(`built ${EXECUTABLE}, ${(size / 1e6).toFixed(0)} MB`);
}

if (import.meta.main) await orExplain(build);
