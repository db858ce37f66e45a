/**
 * Paths below /dev, /proc and /sys, and in a deleted folder: the runtime guards them, so the program has its
 * own words.
 */

import assert from "node:assert/strict";
import { EXIT } from "../../../analysis/failure.ts";
import { generate } from "../../../bench/generate.ts";
import { callAll } from "../../harness/calls.ts";

/** A result file and a runbook on disk and in /dev/shm. */
class Place implements Disposable {
  readonly folder = Deno.makeTempDirSync();
  readonly shm = Deno.makeTempDirSync({ dir: "/dev/shm" });
  readonly csv = `${this.folder}/host.csv`;

  constructor() {
    for (const folder of [this.folder, this.shm]) {
      Deno.writeTextFileSync(
        `${folder}/host.csv`,
        [...generate({ rows: 30, seed: 1, env: "host" })].join(""),
      );
      Deno.writeTextFileSync(`${folder}/lab.toml`, "version = 1\nruns = 0\n");
      Deno.writeTextFileSync(`${folder}/policy.toml`, 'version = 1\n[questions]\noffset = "10 %"\n');
    }
  }

  [Symbol.dispose](): void {
    for (const folder of [this.folder, this.shm]) Deno.removeSync(folder, { recursive: true });
  }
}

/** Every command that reads files, reading this one. */
function readers(path: string, other: string): string[][] {
  return [
    ["show", path],
    ["compare", other, path],
    ["compare", "--format", "html", path, other],
    ["power", path],
    ["history", path],
    ["report", "--out", "-", path],
    ["export", "--format", "folded", path],
    ["export", "--format", "parquet", "--out", "-", path],
  ];
}

/** Every command that writes, writing below this folder. */
function writers(folder: string, input: string): string[][] {
  return [
    ["report", "--out", `${folder}report.html`, input],
    ["export", "--format", "folded", "--out", `${folder}host.folded`, input],
    ["export", "--format", "parquet", "--out", `${folder}host.parquet`, input],
    ["run", "--runs", "1", "--out", `${folder}run.csv`],
    ["run", "--runs", "1", "--resume", "--out", `${folder}run.csv`],
    ["ab", "--runs", "1", "--out-dir", `${folder}ab`],
    ["gate", "--policy", input.replace("host.csv", "policy.toml"), "--out", `${folder}gate`, input, input],
  ];
}

Deno.test("a result file in /dev/shm and behind a descriptor in /proc is read by every command as one on disk", async () => {
  using place = new Place();
  const { csv, shm, folder } = place;
  const onDisk = await callAll(readers(csv, csv), folder);
  const elsewhere = [`${shm}/host.csv`, `/proc/self/fd/7`, "/dev/fd/7"];
  for (const path of elsewhere) {
    const found = await callAll(readers(path, csv), folder, `exec "$@" 7<${csv}`);
    for (const { code, stdout, stderr } of found) {
      assert.deepEqual([code, stderr, stdout !== ""], [EXIT.done, "", true]);
    }
    // The other commands name the path: only the exports are the same.
    assert.deepEqual(found.slice(-2), onDisk.slice(-2));
  }
});

Deno.test("a runbook in /dev/shm, from a process substitution and on standard input is read", async () => {
  using place = new Place();
  const { folder, shm } = place;
  const names = [`${shm}/lab.toml`, "-", "/dev/stdin", "/proc/self/fd/7"];
  for (const name of names) {
    const args = ["run", "--runbook", name];
    const [output] = await callAll([args], folder, `exec "$@" <${folder}/lab.toml 7<${folder}/lab.toml`);
    assert.equal(output!.code, EXIT.usage);
    assert.ok(output!.stderr.includes(`${name} line 2: runs`), output!.stderr);
  }
});

Deno.test("no message about any path names a flag of the runtime", async () => {
  using place = new Place();
  const { csv, shm, folder } = place;
  const paths = [
    `${shm}/none.csv`,
    shm,
    "/dev/shm",
    "/proc/version",
    "/proc/self/mem",
    "/proc/1/root/none",
    "/sys/kernel",
    "/sys/none",
    "/dev/full/none",
    "/dev/null",
    "/proc/self/fd/99",
  ];
  const folders = [
    `${shm}/`,
    `${shm}/none/`,
    "/proc/self/",
    "/proc/",
    "/sys/",
    "/dev/",
    "/dev/null/",
    "/dev/fd/",
  ];
  const calls = [
    ...paths.flatMap((path) => [
      ...readers(path, csv),
      ["run", "--runs", "1", "--runbook", path, "--out", `${shm}/run.csv`],
      ["gate", "--policy", path, "--out", `${folder}/gate`, csv, csv],
      ["gate", "--policy", `${folder}/policy.toml`, "--out", `${folder}/gate`, "--force", csv, path],
      ["gate", "--policy", `${folder}/policy.toml`, "--backtest", path],
      ["ab", "--runs", "1", "--runbook", path],
      ["ab", "--runs", "1", "--kernel", path],
      ["ab", "--runs", "1", "--kernel", csv, "--initrd", path],
    ]),
    ...folders.flatMap((to) => writers(to, csv)),
  ];
  const gone = [...readers("host.csv", csv), ...writers("", csv), [
    "run",
    "--runs",
    "1",
    "--runbook",
    "lab.toml",
  ]];
  const where = (await callAll(calls, folder)).map((output, i) => ({ ...output, call: calls[i] }));
  // As build/parts/launcher.c leaves a deleted folder.
  const inGone = (await callAll(gone, "/proc/self/fdinfo")).map((output, i) => ({
    ...output,
    call: gone[i],
  }));
  for (const { call, code, stderr } of [...where, ...inGone]) {
    assert.doesNotMatch(stderr, /--allow|all access|NotCapable/, `${call}`);
    assert.ok(code !== EXIT.done, `${call} ended well`);
    assert.match(stderr, /^probe: [^\n]+; [^\n]+\n$/, `${call}`);
  }
  const said = (call: readonly string[]) =>
    [...where, ...inGone].find((output) => output.call === call)?.stderr;
  assert.equal(
    said(calls.find(([command, , out]) => command === "report" && out === `${shm}/report.html`)!),
    `probe: cannot create ${shm}/report.html: nothing is written below /dev, /proc and /sys; ` +
      "choose another path with --out\n",
  );
  assert.equal(
    said(gone[0]!),
    "probe: cannot read host.csv: there is no such file; " +
      "give the path of a result file of `probe run`\n",
  );
  assert.equal(
    said(gone.find(([command, , out]) => command === "report" && out === "report.html")!),
    "probe: cannot create report.html: the current folder was deleted; choose another path with --out\n",
  );
});
