import assert from "node:assert/strict";
import { createOutputFolder, whyNotWritten } from "../../../runbook/files/output_file.ts";

Deno.test("a folder for output is made with its parents, and refused when it holds one of the files", () => {
  const folder = Deno.makeTempDirSync();
  try {
    createOutputFolder(`${folder}/a/b`, true, ["host.csv"]);
    createOutputFolder(`${folder}/a/b`, true, ["host.csv"]);
    Deno.writeTextFileSync(`${folder}/a/b/host.csv`, "");
    assert.throws(() => createOutputFolder(`${folder}/a/b`, true, ["host.csv"]), {
      message: `cannot write ${folder}/a/b/host.csv: it exists already; choose another folder with --out-dir`,
    });
    assert.throws(() => createOutputFolder(`${folder}/a`, false, []), {
      message: `cannot make the folder ${folder}/a: it exists already; choose another folder with --out-dir`,
    });
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
