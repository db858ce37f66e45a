import assert from "node:assert/strict";
import { generate } from "../../../bench/generate.ts";
import { EXIT } from "../../../analysis/failure.ts";

const MAIN = new URL("../../../main.ts", import.meta.url).pathname;

/** The program with the permission to read files, like its executable. */
async function call(args: readonly string[], stdin: string) {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--no-prompt", "--allow-read", "--allow-ffi", MAIN, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
  await using process = command.spawn();
  const [output] = await Promise.all([process.output(), feed(process.stdin, stdin)]);
  const decoder = new TextDecoder();
  return { code: output.code, stdout: decoder.decode(output.stdout), stderr: decoder.decode(output.stderr) };
}

/** A call that refuses its arguments does not read standard input. */
async function feed(to: WritableStream<Uint8Array>, text: string): Promise<void> {
  await ReadableStream.from([new TextEncoder().encode(text)]).pipeTo(to).catch(() => {});
}

const FILE = [...generate({ rows: 30, seed: 1, env: "host" })].join("");

Deno.test("- and /dev/stdin are standard input for a command that reads result files", async () => {
  for (const name of ["-", "/dev/stdin"]) {
    const { code, stdout, stderr } = await call(["show", name], FILE);
    assert.deepEqual([code, stderr], [EXIT.done, ""]);
    assert.ok(stdout.startsWith(`${name}: host on `), stdout);
  }
});

Deno.test("standard input given twice is refused before it is read", async () => {
  const twice = [["compare", "-", "-"], ["show", "-", "/dev/stdin"], ["power", "-", "-"], [
    "compare",
    "--a",
    "-",
    "--b",
    "-",
  ]];
  for (const args of [...twice, ["report", "--out", "-", "-", "-"]]) {
    for (const text of [FILE, ""]) {
      const { code, stderr } = await call(args, text);
      assert.deepEqual([code, stderr], [
        EXIT.usage,
        "probe: standard input is given twice; give it once, the other as a file\n",
      ]);
    }
  }
});

Deno.test("- is standard input for every command that reads result files", async () => {
  const path = Deno.makeTempFileSync();
  try {
    Deno.writeTextFileSync(path, FILE);
    const calls = [["show", "-"], ["power", path, "-"], ["compare", "-", path], [
      "report",
      "--out",
      "-",
      "-",
      path,
    ]];
    for (const args of [...calls, ["export", "--format", "folded", "-"]]) {
      const { code, stdout, stderr } = await call(args, FILE);
      assert.deepEqual([code, stderr], [EXIT.done, ""], args.join(" "));
      assert.ok(stdout.length > 200);
    }
  } finally {
    Deno.removeSync(path);
  }
});

Deno.test("each command that reads files keeps the permission to read them wherever they lie", async () => {
  const path = Deno.makeTempFileSync({ dir: "/dev/shm" });
  try {
    Deno.writeTextFileSync(path, FILE);
    const calls = [["show", path], ["power", path], ["compare", path, path], ["report", "--out", "-", path]];
    for (const args of [...calls, ["export", "--format", "folded", path]]) {
      const { code, stderr } = await call(args, "");
      assert.deepEqual([code, stderr], [EXIT.done, ""], args[0]);
    }
  } finally {
    Deno.removeSync(path);
  }
});
