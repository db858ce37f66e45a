import assert from "node:assert/strict";
import { capture, CommandFailed, run, stdoutOf } from "../../../build/process/command.ts";

Deno.test("capture() gives exit code, stdout and stderr, and feeds stdin", async () => {
  const stdin = new TextEncoder().encode("in");
  const output = await capture(["sh", "-c", "cat; echo err >&2; exit 3"], { stdin });
  assert.deepEqual(output, { code: 3, stdout: "in", stderr: "err\n" });
});

Deno.test("capture() passes nothing but the given environment on when told to clear it", async () => {
  const options = { env: { ONLY: "this" }, clearEnv: true };
  assert.equal((await capture(["/usr/bin/env"], options)).stdout, "ONLY=this\n");
});

Deno.test("run() and stdoutOf() name the command, its exit code and what it said", async () => {
  await assert.rejects(run(["sh", "-c", "exit 4"]), /^CommandFailed: sh -c exit 4 ended with exit code 4$/);
  await assert.rejects(stdoutOf(["sh", "-c", "echo why >&2; exit 4"]), /ended with exit code 4:\nwhy$/);
});

Deno.test("a command that is not there says how to get it", async () => {
  await assert.rejects(stdoutOf(["no-such-command"]), (error: unknown) => {
    assert(error instanceof CommandFailed);
    assert.match(error.message, /no-such-command.*\n.*`deno task setup`/);
    return true;
  });
});
