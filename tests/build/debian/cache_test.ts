import assert from "node:assert/strict";
import { join } from "node:path";
import { cached, cacheDirectory } from "../../../build/debian/cache.ts";

function environment(variables: Record<string, string>) {
  return { get: (name: string) => variables[name] };
}

Deno.test("downloads go to PROBE_CACHE, else to the user's cache folder", () => {
  assert.equal(cacheDirectory(environment({ PROBE_CACHE: "/a", XDG_CACHE_HOME: "/b", HOME: "/c" })), "/a");
  assert.equal(cacheDirectory(environment({ XDG_CACHE_HOME: "/b", HOME: "/c" })), "/b/probe-build");
  assert.equal(cacheDirectory(environment({ HOME: "/c" })), "/c/.cache/probe-build");
  assert.throws(() => cacheDirectory(environment({ PROBE_CACHE: "a", HOME: "/c" })), /absolute path/);
  assert.throws(() => cacheDirectory(environment({})), /set PROBE_CACHE/);
});

Deno.test("a folder is filled once, again on request, and never by two at a time", async () => {
  const folder = join(await Deno.makeTempDir(), "deep", "thing");
  let fills = 0;
  const fill = async (partial: string) => {
    fills++;
    await Deno.writeTextFile(join(partial, "file"), `${fills}`);
  };
  const both = await Promise.all([cached(folder, fill), cached(folder, fill)]);
  assert.deepEqual(both, [folder, folder]);
  assert.equal(fills, 1);
  assert.equal(await Deno.readTextFile(join(folder, "file")), "1");
  await cached(folder, fill, { refresh: true });
  assert.equal(await Deno.readTextFile(join(folder, "file")), "2");
});

Deno.test("a download that failed leaves nothing that a later build would use", async () => {
  const folder = join(await Deno.makeTempDir(), "thing");
  const cutOff = async (partial: string) => {
    await Deno.writeTextFile(join(partial, "half"), "half");
    throw new Error("connection lost");
  };
  await assert.rejects(cached(folder, cutOff), /connection lost/);
  await assert.rejects(Deno.stat(folder), Deno.errors.NotFound);
  await cached(folder, (partial) => Deno.writeTextFile(join(partial, "whole"), "whole"));
  assert.deepEqual([...Deno.readDirSync(folder)].map((entry) => entry.name), ["whole"]);
});
