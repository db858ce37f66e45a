import assert from "node:assert/strict";
import { QUESTIONS } from "../../analysis/compare/questions.ts";
import { capture } from "../../build/process/command.ts";
import { EXECUTABLE } from "../../build/parts/executable.ts";
import { readFile } from "../../runbook/files/result_in.ts";
import type { ResultFile } from "../../analysis/result/file.ts";

/** Margins beyond any shift that this machine can show: only runs that are alike leave the answer open. */
const WIDE = QUESTIONS.map(({ name }) => `${name}_margin = "1s"\n`).join("");
const LOOKS = 3;

class Place implements Disposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "probe-looks-" });

  constructor(runs: number) {
    Deno.writeTextFileSync(
      `${this.folder}/lab.toml`,
      `runs = ${runs}\nperiod = "10ms"\nlooks = ${LOOKS}\nrequire = "tracepoint"\n${WIDE}`,
    );
  }

  path(name: string): string {
    return `${this.folder}/${name}.csv`;
  }

  async run(name: string, ...args: string[]): Promise<{ file: ResultFile; stdout: string; stderr: string }> {
    const argv = ["run", "--runbook", `${this.folder}/lab.toml`, "--out", this.path(name), ...args];
    const { code, stdout, stderr } = await capture([EXECUTABLE, ...argv]);
    assert.equal(code, 0, stderr);
    return { file: readFile(this.path(name)), stdout, stderr };
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

Deno.test("--until-decided ends at a look where the answer is plain, and the file has the counts", async () => {
  using place = new Place(180);
  await place.run("a");
  const looking = ["--against", place.path("a"), "--until-decided"];
  const { file, stdout, stderr } = await place.run("b", ...looking, "--env", "vm");
  const look = Number(/^decided at look ([12]) of 3$/m.exec(stderr)?.[1]);
  const rows = 60 * look;
  assert.match(
    stderr,
    new RegExp(`^look ${look} of 3, 180 and ${rows} runs: offset \\S+, ttwu_to_tkread `, "m"),
  );
  assert.match(stderr, new RegExp(`^${rows} of 180 runs written to .*b\\.csv$`, "m"));
  assert.doesNotMatch(stderr, new RegExp(`^look ${look + 1} `, "m"));
  assert.deepEqual([file.rows, file.meta.looks, file.end?.looks], [rows, LOOKS, look]);
  assert.match(stdout, new RegExp(`^ {2}looks +${look} of 3 planned$`, "m"));
  const { stdout: said } = await capture([
    EXECUTABLE,
    "compare",
    "--details",
    place.path("a"),
    place.path("b"),
  ]);
  assert.match(said, /^ +looks +3 were planned \(Pocock\)/m);
  assert.doesNotMatch(said, /declared/);
});

Deno.test("a measurement that was cut off goes on with its looks, and only with them", async () => {
  // No look at fewer than 6 runs settles anything.
  using place = new Place(6);
  const { file: a } = await place.run("a");
  assert.deepEqual([a.meta.looks, a.end?.looks, a.meta.runbook.looks], [undefined, undefined, undefined]);
  const looking = ["--against", place.path("a"), "--until-decided"];
  const { file: part } = await place.run("b", "--until", "3", "--until-decided", "--env", "vm");
  assert.deepEqual([part.meta.looks, part.end], [LOOKS, null]);
  const without = await capture([
    EXECUTABLE,
    "run",
    ...["--runbook", `${place.folder}/lab.toml`, "--out", place.path("b"), "--resume", "--env", "vm"],
  ]);
  assert.equal(without.code, 1, without.stderr);
  assert.match(without.stderr, /its number of planned looks is 3, here it is none; give --until-decided/);
  const { file, stderr } = await place.run("b", ...looking, "--env", "vm", "--resume");
  assert.doesNotMatch(stderr, /^look 1 of 3/m);
  assert.match(stderr, /^look 2 of 3, 6 and 4 runs: /m);
  assert.match(stderr, /^look 3 of 3, 6 runs a side: /m);
  assert.deepEqual([file.rows, file.meta.looks, file.end?.looks], [6, LOOKS, LOOKS]);
});

Deno.test("a file of another runbook is refused before anything is measured", async () => {
  using place = new Place(6);
  await place.run("a", "--wake", "pipe");
  const { code, stderr } = await capture([
    EXECUTABLE,
    "run",
    ...["--runbook", `${place.folder}/lab.toml`, "--out", place.path("b")],
    ...["--against", place.path("a"), "--until-decided"],
  ]);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /a\.csv was measured by another runbook: its wake is pipe, here it is timer; give the options/,
  );
  assert.throws(() => Deno.statSync(place.path("b")), Deno.errors.NotFound);
});
