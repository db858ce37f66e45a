/** The tarball that `deno task package` has made, and the checksums beside it. */

import assert from "node:assert/strict";
import { releaseOf } from "../../build/packages/release.ts";
import { capture, run, stdoutOf } from "../../build/process/command.ts";

const { version, architecture, epoch } = await releaseOf();
const NAME = `probe-${version}-linux-${architecture}`;
const FOLDER = "dist/packages";

Deno.test("sha256sum agrees with the checksums, which name every file", async () => {
  const checked = await stdoutOf(["sha256sum", "--check", "--strict", "SHA256SUMS"], { cwd: FOLDER });
  const files =
    (await stdoutOf(["find", ".", "-type", "f", "!", "-name", "SHA256SUMS", "-printf", "%P: OK\n"], {
      cwd: FOLDER,
    })).trimEnd().split("\n");
  assert.ok(files.length > 3);
  assert.deepEqual(checked.trimEnd().split("\n").sort(), files.sort());
});

Deno.test("the tarball is one folder of root's with the date of the commit, and what is in it runs", async () => {
  const listed = await stdoutOf(
    [
      "tar",
      "--list",
      "--verbose",
      "--numeric-owner",
      "--utc",
      "--full-time",
      `--file=${FOLDER}/${NAME}.tar.gz`,
    ],
  );
  const date = new Date(epoch * 1000).toISOString().replace("T", " ").slice(0, 19);
  for (const line of listed.trimEnd().split("\n")) {
    assert.match(line, new RegExp(`^(-rw-r--r--|[-d]rwxr-xr-x) 0/0 +\\d+ ${date} ${NAME}/`), line);
  }
  const folder = await Deno.makeTempDir();
  try {
    await run(["tar", "--extract", `--file=${FOLDER}/${NAME}.tar.gz`, `--directory=${folder}`]);
    const { stdout } = await capture([`${folder}/${NAME}/bin/probe`, "--version"]);
    assert.equal(stdout, `probe ${version}\n`);
    for (
      const path of ["LICENSE", "NOTICES", "share/man/man1/probe.1", "share/zsh/vendor-completions/_probe"]
    ) {
      assert.ok(Deno.statSync(`${folder}/${NAME}/${path}`).size > 100, path);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
