import assert from "node:assert/strict";
import { agreedSizes, SIZED_STRUCTS } from "../../../runbook/probes/types_file.ts";

const RELEASE = "6.6.31+rpt-rpi-v8";
const SIZES = new Map(SIZED_STRUCTS.map((name, at) => [name, 100 + 8 * at]));

/** A kernel that tells sizes, rounded up to whole pointers; those of the named caches are merged with others'. */
function agreed(path: string, sizes: ReadonlyMap<string, number>, merged: readonly string[] = []) {
  const objects = new Map([
    ["sighand_cache", 104],
    ["inode_cache", 112],
    ["dentry", 152],
  ]);
  const cacheIn = (folder: string) => /^\/sys\/kernel\/slab\/(\w+)/.exec(folder)?.[1] ?? "";
  return agreedSizes(
    { path },
    sizes,
    RELEASE,
    (file) => `${objects.get(cacheIn(file)) ?? ""}` || null,
    (folder) => merged.includes(cacheIn(folder)) ? ":A-0000152" : null,
  );
}

Deno.test("the file's sizes that the kernel tells are counted, those of merged caches are not", () => {
  assert.equal(agreed("types.btf", SIZES), 3);
  assert.equal(agreed("types.btf", SIZES, ["dentry"]), 2);
  assert.equal(agreed("types.btf", new Map()), 0);
});

Deno.test("a size that differs, and a release in the name that differs, say which", () => {
  const other = new Map([...SIZES, ["dentry", 160]]);
  assert.throws(
    () => agreed("/a/types.btf", other),
    /\/a\/types\.btf is of another kernel: struct dentry has 160 bytes there, 152 in 6\.6\.31\+rpt-rpi-v8; give --btf/,
  );
  assert.equal(agreed("types.btf", other, ["dentry"]), 2);
  for (const name of ["6.6.30+rpt-rpi-v8.btf", "vmlinux-6.6.31+rpt-rpi-v7", "6.6.3.btf", "6.6.311.btf"]) {
    assert.throws(
      () => agreed(name, SIZES),
      / by its name, and this one is 6\.6\.31\+rpt-rpi-v8; give --btf/,
      name,
    );
  }
  for (const name of [`${RELEASE}.btf`, "6.6.31.btf", `vmlinux-${RELEASE}`, "pi.btf", "pi-6.6.btf"]) {
    assert.equal(agreed(name, SIZES), 3, name);
  }
});
