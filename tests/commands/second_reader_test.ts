import assert from "node:assert/strict";
import { generate } from "../../bench/generate.ts";
import { capture, type CommandOutput } from "../../build/process/command.ts";
import { main } from "../../main.ts";

/** The program in a process of its own, where it has a second thread. */
function alone(args: readonly string[]): Promise<CommandOutput> {
  return capture([Deno.execPath(), "run", "--no-check", "--quiet", "--allow-read", "main.ts", ...args]);
}

/** The program here, where it has none. */
async function here(args: readonly string[]): Promise<CommandOutput> {
  let [stdout, stderr] = ["", ""];
  const code = await main(args, { stdout: (text) => stdout += text, stderr: (text) => stderr += text });
  return { code, stdout, stderr };
}

Deno.test("files that are read on two CPUs give the answer, and the refusal, of files read one after the other", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    const paths = ["host", "vm", "again", "small"].map((env, seed) => {
      const path = `${folder}/${env}.csv`;
      const rows = env === "small" ? 30 : 30_000;
      // Half of the runs have no read: the more is read for what is computed.
      Deno.writeTextFileSync(path, [...generate({ rows, seed, env, wakers: 50, timeoutEvery: 2 })].join(""));
      if (env !== "small") {
        assert.ok(Deno.statSync(path).size > 16_000_000, "a second thread must have begun");
      }
      return path;
    });
    // Of two files the second thread also says what the first screen says of keys.
    const two = paths.slice(0, 2);
    for (
      const args of [
        ["compare", ...paths],
        ["compare", "--json", ...paths],
        ["compare", ...two],
        ["compare", "--margin", "1ns", "--alpha", "0.2", ...two],
        ["compare", "--details", ...two],
      ]
    ) {
      const answer = await here(args);
      assert.equal(answer.code, 0);
      assert.deepEqual(await alone(args), answer);
    }
    Deno.writeTextFileSync(paths[1]!, Deno.readTextFileSync(paths[1]!).replace("\n29999,", "\nnone,"));
    const refusal = await here(["compare", ...paths]);
    assert.match(refusal.stderr, /vm\.csv line \d+, column 1 \(run\): "none" is not an integer/);
    assert.deepEqual(await alone(["compare", ...paths]), refusal);
    assert.deepEqual(await alone(["compare", ...two]), await here(["compare", ...two]));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
