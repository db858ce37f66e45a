/** The same sources give the same bytes, in another folder, at another time, in another time zone. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { dirname } from "node:path/posix";
import { releaseOf } from "../../build/packages/release.ts";
import { capture, stdoutOf } from "../../build/process/command.ts";

const sha256 = (path: string) => createHash("sha256").update(Deno.readFileSync(path)).digest("hex");

/** The sources without what was built of them, and without their history. */
async function copySources(folder: string): Promise<void> {
  const listed = await stdoutOf(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
  for (const path of listed.split("\0").filter((path) => path !== "")) {
    // A file that was deleted and is still in the index.
    const info = await Deno.lstat(path).catch(() => null);
    if (info === null) continue;
    await Deno.mkdir(`${folder}/${dirname(path)}`, { recursive: true });
    await Deno.copyFile(path, `${folder}/${path}`);
  }
}

Deno.test("built again in another folder and time zone, every package and the executable are the same", async () => {
  const { epoch } = await releaseOf();
  const outer = await Deno.makeTempDir({ prefix: "probe-another-place-" });
  // Deeper than a checkout mostly is: the bundler writes ways from there to its cache.
  const folder = `${outer}/a/b/c/d`;
  try {
    await copySources(folder);
    const { code, stdout, stderr } = await capture([Deno.execPath(), "run", "-A", "build/tasks/package.ts"], {
      cwd: folder,
      env: { SOURCE_DATE_EPOCH: String(epoch), TZ: "Pacific/Kiritimati", LC_ALL: "C" },
    });
    assert.equal(code, 0, stdout + stderr);
    // Nothing was taken from the first build.
    assert.match(stdout, /^compiling build\/out\/chain\.bpf\.o$/m);
    assert.equal(sha256(`${folder}/dist/probe`), sha256("dist/probe"));
    const sums = (root: string) => Deno.readTextFileSync(`${root}/dist/packages/SHA256SUMS`);
    assert.equal(sums(folder), sums("."));
    assert.ok(sums(".").split("\n").length > 6);
  } finally {
    await Deno.remove(outer, { recursive: true });
  }
});
