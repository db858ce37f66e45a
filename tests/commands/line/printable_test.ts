import assert from "node:assert/strict";
import { generate } from "../../../bench/generate.ts";
import { main } from "../../../main.ts";
import { Progress } from "../../../runbook/run/progress.ts";

/** ESC, BEL, CR, DEL, a C1 control sequence, an override of the direction, a line separator. */
const HOSTILE = "a\x1b]0;pwn\x07\r\x7f\u009b2J\u202eb\u2028c";
// deno-lint-ignore no-control-regex
const ACTS = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\u2028\u2029]/;

/** A call on a terminal, or into a pipe. */
async function call(isTerminal: boolean, ...args: string[]) {
  const written = { stdout: "", stderr: "" };
  const code = await main(args, {
    stdout: (text) => void (written.stdout += text),
    stderr: (text) => void (written.stderr += text),
    ...(isTerminal ? { columns: 80 } : {}),
  });
  return { code, ...written };
}

/** A result file whose name, environment and host contain characters that a terminal acts upon. */
function hostileFile(folder: string): string {
  const path = `${folder}/${HOSTILE}.csv`;
  const text = [...generate({ rows: 30, seed: 1, env: "host" })].join("");
  const meta = /^# meta (.*)$/m.exec(text)![1]!;
  const hostile = { ...JSON.parse(meta), env: HOSTILE, host: HOSTILE, virtualization: HOSTILE };
  Deno.writeTextFileSync(path, text.replace(meta, JSON.stringify(hostile)));
  return path;
}

Deno.test("no name in a file, or of a file, acts upon the terminal, whichever command prints it", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    const path = hostileFile(folder);
    const texts = [["show", path], ["compare", "--color", "never", path, path], ["power", path]];
    const forms = texts.map((words) => [...words, "--format", "json"]);
    const machine = ["csv", "markdown", "html"].map((form) => ["compare", path, path, "--format", form]);
    for (const isTerminal of [true, false]) {
      // In a pipe, the formats for programs stay byte for byte as they are.
      for (const words of [...texts, ...forms, ...isTerminal ? machine : []]) {
        const { code, stdout, stderr } = await call(isTerminal, ...words);
        assert.deepEqual([code, stderr], [0, ""], words[0]);
        assert.doesNotMatch(stdout, ACTS, `${words.join(" ")}, terminal: ${isTerminal}`);
      }
    }
    const json = JSON.parse((await call(false, "show", path, "--format", "json")).stdout);
    assert.equal(json.files[0].env, HOSTILE);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("no name in an error acts upon the terminal, with its causes or without", async () => {
  for (
    const words of [
      ["show", HOSTILE],
      ["show", HOSTILE, "--verbose"],
      ["compare", HOSTILE, HOSTILE],
      ["run", "--runbook", HOSTILE],
      ["run", "--target", HOSTILE],
      [HOSTILE],
      ["show", `--${HOSTILE}`],
    ]
  ) {
    const { code, stderr } = await call(false, ...words);
    assert.notEqual(code, 0);
    assert.doesNotMatch(stderr, ACTS);
    assert.match(stderr, /^probe: .*\\x1b\]0;pwn/);
  }
});

Deno.test("no name in a message of progress acts upon the terminal", () => {
  for (const isTerminal of [true, false]) {
    let written = "";
    const output = { isTerminal, columns: () => null, write: (text: string) => void (written += text) };
    new Progress({ runs: 1, quiet: false, output, now: () => 0 }).say(`measuring ${HOSTILE}`);
    const text = written.replace(isTerminal ? "\r\x1b[K" : "", "");
    assert.doesNotMatch(text, ACTS);
    assert.equal(text, "measuring a\\x1b]0;pwn\\x07\\x0d\\x7f\\x9b2J\\u202eb\\u2028c\n");
  }
});
