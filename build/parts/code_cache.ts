/**
 * V8's code cache of the program's near chunks (program.ts): the bytecode of what a comparison runs. A call to which it is
 * given compiles none of it.
 */

import { stdoutOf } from "../process/command.ts";
import type { Parts } from "./program.ts";

/**
 * Leaves V8's best compiler out of short calls (short_calls.h). The code cache is theirs: V8 takes it from the same runtime
 * with the same flags alone, and compiles the text otherwise.
 */
export const SHORT_CALL_FLAGS = "--v8-flags=--no-turbofan";

/** Small files whose comparison runs what other comparisons run: groups, keys that split them, long tails. */
const COMPARED = ["tests/answers/files/made_a.csv", "tests/answers/files/made_b.csv"];

/** How the launcher begins a short call, as far as it concerns V8. */
const RUN = [
  "run",
  "--quiet",
  "--ext=js",
  "--no-config",
  "--no-lock",
  "--no-code-cache",
  "--unstable-raw-imports",
];

/** Compares files with the program, in which V8 then has the code. */
export async function codeCacheOf({ maker, chunks: [near, far] }: Parts): Promise<Uint8Array<ArrayBuffer>> {
  const folder = await Deno.makeTempDir({ prefix: "probe-cache-" });
  try {
    await Deno.writeTextFile(`${folder}/0`, maker);
    await Deno.writeFile(`${folder}/1`, near);
    await Deno.writeFile(`${folder}/2`, far);
    const permissions = ["--allow-read", `--allow-write=${folder}`];
    await stdoutOf([
      Deno.execPath(),
      ...RUN,
      ...permissions,
      SHORT_CALL_FLAGS,
      `${folder}/0`,
      "compare",
      ...COMPARED,
    ]);
    return await Deno.readFile(`${folder}/cache`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
