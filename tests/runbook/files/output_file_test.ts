import assert from "node:assert/strict";
import { OutputFolder, whyNotWritten } from "../../../runbook/files/output_file.ts";

Deno.test("a folder for output is made with its parents, and refused when it holds one of the files", () => {
  const folder = Deno.makeTempDirSync();
  try {
    assert.equal(new OutputFolder(`${folder}/a/b`, true, ["host.csv"]).path, `${folder}/a/b`);
    assert.equal(new OutputFolder(`${folder}/a/b`, true, ["host.csv"]).path, `${folder}/a/b`);
    Deno.writeTextFileSync(`${folder}/a/b/host.csv`, "");
    assert.throws(() => new OutputFolder(`${folder}/a/b`, true, ["host.csv"]), {
      message: `cannot write ${folder}/a/b/host.csv: it exists already; choose another folder with --out-dir`,
    });
    assert.throws(() => new OutputFolder(`${folder}/a`, false, []), {
      message: `cannot make the folder ${folder}/a: it exists already; choose another folder with --out-dir`,
    });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("a new folder in which nothing was left goes, and no other", () => {
  const folder = Deno.makeTempDirSync();
  const names = () => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  try {
    Deno.mkdirSync(`${folder}/old`);
    {
      using _empty = new OutputFolder(`${folder}/empty`, false, []);
      using full = new OutputFolder(`${folder}/full`, false, []);
      using _old = new OutputFolder(`${folder}/old`, true, []);
      Deno.writeTextFileSync(`${full.path}/host.csv`, "");
      assert.deepEqual(names(), ["empty", "full", "old"]);
    }
    assert.deepEqual(names(), ["full", "old"]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("what the runtime guards is refused without its words, also where a folder is to be made", () => {
  const guarded = new Deno.errors.NotCapable(
    'Requires all access to "x", run again with the --allow-all flag',
  );
  assert.equal(whyNotWritten("/dev/shm/ab", guarded), "nothing is written below /dev, /proc and /sys");
});
