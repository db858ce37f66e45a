/** The Debian package that `deno task package` has made: what lintian says, and its life in a Debian system. */

import assert from "node:assert/strict";
import { MAN_PAGES } from "../../build/packages/man_pages.ts";
import { releaseOf } from "../../build/packages/release.ts";
import { capture } from "../../build/process/command.ts";
import { DebianSystem } from "./debian_system.ts";

const { version, architecture } = await releaseOf();
const DEB = `dist/packages/probe_${version}_${architecture}.deb`;

Deno.test("lintian has no error and no warning of the package", async () => {
  const { stdout, stderr } = await capture(["lintian", "--allow-root", "--show-overrides", DEB]);
  const found = stdout.split("\n").filter((line) => /^[EW]:/.test(line));
  assert.deepEqual(found, [], stderr);
  // It has read the package: what is overridden is there.
  assert.match(stdout, /^O: probe: statically-linked-binary/m);
});

Deno.test("the package says what it needs: a C library as new as the runtime's symbols", async () => {
  const { stdout } = await capture(["dpkg-deb", "--field", DEB, "Depends", "Architecture", "Version"]);
  assert.match(stdout, /^Depends: libc6 \(>= 2\.\d+\), libgcc-s1 \(>= [\d.]+\)$/m);
  assert.match(stdout, new RegExp(`^Architecture: ${architecture}$`, "m"));
  assert.match(stdout, new RegExp(`^Version: ${version}$`, "m"));
});

/** What dpkg and man write for themselves. */
const OTHERS = /^(var\/(lib\/dpkg|log|cache\/man)|usr\/share\/man\/index|proc)(\/|$)/;

Deno.test("in a Debian system it is installed, runs, shows its manual, and leaves nothing after a purge", async () => {
  await using system = await DebianSystem.make();
  await Deno.copyFile(DEB, `${system.root}/probe.deb`);
  const before = (await system.paths()).filter((path) => !OTHERS.test(path));
  const installed = await system.run("dpkg", "--install", "/probe.deb");
  assert.equal(installed.code, 0, installed.stdout + installed.stderr);

  assert.deepEqual(await system.run("probe", "--version"), {
    code: 0,
    stdout: `probe ${version}\n`,
    stderr: "",
  });
  assert.match((await system.run("probe", "licenses")).stdout, /libbpf/);
  for (const page of MAN_PAGES) {
    const [name, section] = page.split(".");
    const { code, stdout } = await system.run("man", "-w", section!, name!);
    assert.deepEqual([code, stdout], [0, `/usr/share/man/man${section}/${page}.gz\n`]);
  }
  assert.deepEqual(await system.run("dpkg", "--verify", "probe"), { code: 0, stdout: "", stderr: "" });
  const completed = await system.run(
    "bash",
    "-c",
    "source /usr/share/bash-completion/completions/probe && complete -p probe",
  );
  assert.equal(completed.code, 0, completed.stderr);

  const purged = await system.run("dpkg", "--purge", "probe");
  assert.equal(purged.code, 0, purged.stderr);
  assert.deepEqual((await system.paths()).filter((path) => !OTHERS.test(path)), before);
  assert.notEqual((await system.run("dpkg-query", "-W", "probe")).code, 0);
});
