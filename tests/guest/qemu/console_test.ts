import assert from "node:assert/strict";
import { GuestConsole } from "../../../guest/qemu/console.ts";

Deno.test("the console's lines arrive whole, however its bytes are cut, and the file takes every byte", async () => {
  const said = "first\r\nsecond é\n\nlast without an end";
  const bytes = new TextEncoder().encode(said);
  const consoleFile = await Deno.makeTempFile();
  for (const size of [1, 2, 7, bytes.length]) {
    const seen: string[] = [];
    const chunks = Array.from(
      { length: Math.ceil(bytes.length / size) },
      (_, i) => bytes.slice(i * size, (i + 1) * size),
    );
    const console = new GuestConsole(ReadableStream.from(chunks), {
      onConsole: (line) => seen.push(line),
      consoleFile,
    });
    await console.end();
    assert.deepEqual(seen, ["first", "second é", "", "last without an end"]);
    assert.deepEqual(console.lines, seen);
    assert.equal(await Deno.readTextFile(consoleFile), said);
  }
  await Deno.remove(consoleFile);
});
