import assert from "node:assert/strict";
import { permissionsOf } from "../../../commands/line/table.ts";

Deno.test("a reading command keeps ffi only where an argument names a file below /dev, /proc or /sys", () => {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.writeTextFileSync(`${folder}/a.csv`, "");
    Deno.symlinkSync("/proc/self/status", `${folder}/link.csv`);
    for (const path of [`${folder}/a.csv`, `${folder}/none.csv`, "-", "--json"]) {
      assert.deepEqual(permissionsOf(["show", path]), [], path);
      assert.deepEqual(permissionsOf(["report", path]), ["write"], path);
    }
    for (const path of [`${folder}/link.csv`, "/dev/stdin", "/proc/self/fd/7", "/sys/none"]) {
      assert.deepEqual(permissionsOf(["show", path]), ["ffi"], path);
      assert.deepEqual(permissionsOf(["compare", `${folder}/a.csv`, path]), ["ffi"], path);
      assert.deepEqual(permissionsOf(["report", "--out", "-", path]), ["write", "ffi"], path);
      assert.deepEqual(permissionsOf(["run", "--runbook", path]), ["ffi", "write", "env"], path);
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
  assert.deepEqual(permissionsOf([]), []);
  assert.deepEqual(permissionsOf(["none", "/dev/stdin"]), ["ffi"]);
});
