import assert from "node:assert/strict";
import { EXIT, Failure } from "../../../analysis/failure.ts";
import { generate } from "../../../bench/generate.ts";
import { readFile } from "../../../runbook/files/result_in.ts";

function inFile(action: (path: string) => void): void {
  const path = Deno.makeTempFileSync({ suffix: ".csv" });
  try {
    Deno.writeTextFileSync(path, [...generate({ rows: 50, seed: 1, env: "host" })].join(""));
    action(path);
  } finally {
    Deno.removeSync(path);
  }
}

/** What a file larger than memory causes: this is the runtime's message. */
function exhausted(): never {
  return new Float64Array(2 ** 46) as never;
}

Deno.test("a file whose rows do not fit into memory is refused, and the user told what to do", () => {
  inFile((path) => {
    let rows = 0;
    const read = () => readFile(path, () => ++rows === 40 ? exhausted() : undefined);
    assert.throws(read, (error: unknown) => {
      assert.ok(error instanceof Failure && error.cause instanceof RangeError);
      assert.equal(error.exitCode, EXIT.failed);
      assert.match(error.message, /^cannot read .*\.csv: its rows need more memory than there is; /);
      return true;
    });
  });
});

Deno.test("a mistake of the program's own is not taken for a lack of memory", () => {
  inFile((path) => {
    const mistake = new RangeError("key x: is not one of y");
    assert.throws(() =>
      readFile(path, () => {
        throw mistake;
      }), (error: unknown) => error === mistake);
  });
});
