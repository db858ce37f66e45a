/** The native tables of wakes and triggers have the same names as runbook/protocol/wakes.ts. */

import assert from "node:assert/strict";
import { THREAD_WAKES, TRIGGERS, WAKES } from "../../runbook/protocol/wakes.ts";

Deno.test("each wake is in both tables, and has a waker where the trigger does not wake the target itself", async () => {
  const text = await Deno.readTextFile("ffi/native/wakes.c");
  const [, table = ""] = /\bWAKES\[\] = \{\n(.*?)\n\};/s.exec(text) ?? [];
  const rows = [...table.matchAll(/\{ "(\w+)"([^}]*)\}/g)].map(([, name, rest]) => ({ name, rest: rest! }));
  assert.deepEqual(rows.map(({ name }) => name), WAKES.map(({ name }) => name));
  const byThread = rows.filter(({ rest }) => /\bwake_\w+/.test(rest)).map(({ name }) => name);
  assert.deepEqual(byThread, THREAD_WAKES.map(({ name }) => name));
});

Deno.test("each trigger is in both tables", async () => {
  const texts = ["triggers", "pps", "rtc"].map((name) => Deno.readTextFile(`ffi/native/${name}.c`));
  const text = (await Promise.all(texts)).join("");
  const [, table = ""] = /\bTRIGGERS\[\] = \{(.*?)\};/s.exec(text) ?? [];
  const names = [...table.matchAll(/&(\w+)/g)].map(([, variable]) =>
    new RegExp(`\\b${variable} = \\{\\s*\\.name = "(\\w+)"`).exec(text)?.[1]
  );
  assert.deepEqual(names, TRIGGERS);
});
