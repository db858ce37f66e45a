/**
 * TypeScript for use inside a guest: bundles the modules of a driver into one file that a Deno there can run.
 */

import assert from "node:assert/strict";

/** @param entry path of the driver's main module */
export async function bundled(entry: string): Promise<Uint8Array<ArrayBuffer>> {
  const path = await Deno.makeTempFile({ suffix: ".js" });
  try {
    const args = ["bundle", "--quiet", "--frozen", "--output", path, entry];
    const { success, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    return await Deno.readFile(path);
  } finally {
    await Deno.remove(path);
  }
}
