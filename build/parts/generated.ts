/** TypeScript that is generated, but committed, so that the type check needs no build. */

import { stdoutOf } from "../process/command.ts";

/** Whether a generated file was current, or had to be written. */
export type Freshness = "current" | "renewed";

/** Writes a generated file, formatted, unless it holds the same already. */
export async function renew(path: string, source: string): Promise<Freshness> {
  const wanted = await stdoutOf([Deno.execPath(), "fmt", "--ext=ts", "-"], {
    stdin: new TextEncoder().encode(source),
  });
  const found = await Deno.readTextFile(path).catch((error: unknown) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  if (found === wanted) return "current";
  await Deno.writeTextFile(path, wanted);
  console.log(`renewed ${path}`);
  return "renewed";
}
