import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { EXIT, Failure } from "../../../analysis/failure.ts";
import { formatHeader, formatRow } from "../../../analysis/result/write.ts";
import { generatedMeta } from "../../../bench/generate.ts";
import { openOutput } from "../../../runbook/files/output.ts";
import { headerText, rowOf } from "../../analysis/result/result_fixture.ts";

function inFolder(use: (path: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    use(`${folder}/host.csv`);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("a new file in which nothing was written leaves nothing behind", () => {
  inFolder((path) => {
    {
      using output = openOutput(path, false, "each row", () => {});
      assert.equal(output.begun, null);
      assert.ok(existsSync(path));
    }
    assert.ok(!existsSync(path));
  });
});

Deno.test("a new file with a header stays", () => {
  inFolder((path) => {
    {
      using output = openOutput(path, false, "each row", () => {});
      output.file.writeHeader(generatedMeta("host"));
    }
    assert.match(Deno.readTextFileSync(path), /^# probe-result 1\n# meta /);
  });
});

Deno.test("a file to go on with is read, and stays as it is when nothing is added", () => {
  inFolder((path) => {
    const text = headerText() + formatRow(rowOf(1)) + formatRow(rowOf(2));
    Deno.writeTextFileSync(path, text);
    {
      using output = openOutput(path, true, "in background", () => {});
      assert.equal(output.begun?.lastRun, 2);
    }
    assert.equal(Deno.readTextFileSync(path), text);
  });
});

Deno.test("a file that is not a result file is refused, stays, and is not kept locked", () => {
  inFolder((path) => {
    Deno.writeTextFileSync(path, "precious\n");
    for (let attempt = 1; attempt <= 2; attempt++) {
      assert.throws(() => openOutput(path, true, "each row", () => {}), { message: /is not a result file/ });
    }
    assert.equal(Deno.readTextFileSync(path), "precious\n");
  });
});

Deno.test("- takes whole lines to standard output, and what failed there is said as it was", () => {
  for (const name of ["-", "/dev/stdout"]) {
    const written: string[] = [];
    using output = openOutput(name, false, "each row", (text) => written.push(text));
    assert.equal(output.begun, null);
    output.file.writeHeader(generatedMeta("host"));
    output.file.writeRow(rowOf(1), []);
    assert.deepEqual(written, [formatHeader(generatedMeta("host")), formatRow(rowOf(1))]);
  }
  const full = new Failure(EXIT.failed, "cannot write to standard output: full", "free space");
  using output = openOutput("-", false, "each row", () => {
    throw full;
  });
  assert.throws(() => output.file.writeHeader(generatedMeta("host")), full);
});
