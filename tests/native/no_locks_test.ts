/**
 * A file system without locks, simulated by system calls that fail: rows are kept, and a notice says what is
 * missing.
 */

import assert from "node:assert/strict";
import { EXECUTABLE } from "../../build/parts/executable.ts";
import { capture } from "../../build/process/command.ts";
import { parseMeasurement } from "../harness/measurement.ts";
import { refusing } from "../harness/refusing.ts";

const ARGV = ["run", "--runs", "3", "--period", "50ms", "--out"];

for (const errno of ["ENOLCK", "EOPNOTSUPP", "ENOSYS"] as const) {
  Deno.test(`a file that cannot be locked (${errno}) gets its rows and can be resumed, with a notice`, async () => {
    using filter = await refusing({ flock: errno });
    const folder = Deno.makeTempDirSync({ prefix: "probe-locks-" });
    try {
      const path = `${folder}/a.csv`;
      const argv = [EXECUTABLE, ...ARGV, path];
      const first = await capture(filter.command([...argv, "--until", "2"]));
      assertNoticed(first, path);
      assert.equal(parseMeasurement(Deno.readTextFileSync(path)).rows.length, 2);
      const rest = await capture(filter.command([...argv, "--resume"]));
      assertNoticed(rest, path);
      const { rows, end } = parseMeasurement(Deno.readTextFileSync(path));
      assert.deepEqual(rows.map(({ run }) => run), ["1", "2", "3"]);
      assert.equal(end?.rows, 3);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  });
}

function assertNoticed({ code, stderr }: { code: number; stderr: string }, path: string): void {
  assert.equal(code, 0, stderr);
  assert.match(
    stderr,
    /^notice: .* cannot be locked \(.+\): see to it that no other probe writes it meanwhile$/m,
  );
  assert.ok(stderr.includes(path), stderr);
  assert.doesNotMatch(stderr, /internal error/);
}
