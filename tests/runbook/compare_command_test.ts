import assert from "node:assert/strict";
import { EXIT, Failure } from "../../analysis/failure.ts";
import { generate } from "../../bench/generate.ts";
import { compareCommand, type CompareFlags } from "../../runbook/compare_command.ts";

function written(folder: string, name: string, seed: number, rows = 30): string {
  const path = `${folder}/${name}.csv`;
  Deno.writeTextFileSync(path, [...generate({ rows, seed, env: name })].join(""));
  return path;
}

function call(flags: CompareFlags, a: string, b: string): string {
  let output = "";
  assert.equal(compareCommand(flags, a, b, (text) => output += text), EXIT.done);
  return output;
}

Deno.test("compare reads two files, larger than one read, and prints text or JSON", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const [a, b] = [written(folder, "host", 1, 2000), written(folder, "vm", 2)];
    assert.match(call({ format: "text" }, a, b), /^EQUIVALENT {2}offset: .* n\s+2000 \+ 30/s);
    const json = JSON.parse(call({ format: "json", margin: 1000, alpha: 0.1 }, a, b));
    assert.deepEqual([json.margin_ns, json.margin_source, json.alpha], [1000, "option", 0.1]);
    assert.equal(json.sides[1].file, b);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("a file that cannot be read is named, with the reason", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const good = written(folder, "host", 1);
    for (
      const [path, reason] of [[`${folder}/none.csv`, "there is no such file"], [
        folder,
        "it is a folder",
      ]] as const
    ) {
      assert.throws(() => call({ format: "text" }, good, path), (error: unknown) => {
        assert.ok(error instanceof Failure);
        assert.equal(error.exitCode, EXIT.failed);
        assert.equal(error.found, `cannot read ${path}: ${reason}`);
        return true;
      });
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
