import assert from "node:assert/strict";
import { capture } from "../../build/process/command.ts";
import { EXECUTABLE } from "../../build/parts/executable.ts";
import { parseMeasurement } from "../harness/measurement.ts";

/** A shell that names itself anew once its second run is in the file. */
const SCRIPT = `
sh -c 'until grep -qs "^2," "$0"; do sleep 0.02; done; printf renamed >/proc/$$/comm; while :; do sleep 0.02; done' "$1" &
target=$!
trap 'kill $target' EXIT
"$2" run --require tracepoint --runs 6 --period 300ms --target pid:$target --out "$1"
`;

Deno.test("a target that takes another name is said to have, in the summary and the end line too", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "probe-names-" });
  try {
    const out = `${folder}/out.csv`;
    const { code, stdout, stderr } = await capture(["sh", "-c", SCRIPT, "sh", out, EXECUTABLE]);
    // A shell reads no clock: no run is complete, but every row has the name.
    assert.equal(code, 1, stderr);
    const { rows, end } = parseMeasurement(Deno.readTextFileSync(out));
    const first = rows.find(({ comm }) => comm === "renamed") ?? assert.fail(JSON.stringify(rows));
    const notice = `run ${first.run}: the target is named "renamed", it was "sh" when chosen`;
    assert.deepEqual(end?.notices, [notice]);
    assert.equal(stderr.split(`notice: ${notice}`).length, 2, stderr);
    assert.ok(stdout.replace(/\s+/g, " ").includes(notice), stdout);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
