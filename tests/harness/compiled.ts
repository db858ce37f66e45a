/** Small C programs for use inside a guest. */

import assert from "node:assert/strict";

/** @param source path of the one C file */
export async function compiled(source: string): Promise<Uint8Array<ArrayBuffer>> {
  const path = await Deno.makeTempFile();
  try {
    const args = ["-O2", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", path, source];
    const { success, stderr } = await new Deno.Command("clang", { args }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    return await Deno.readFile(path);
  } finally {
    await Deno.remove(path);
  }
}
