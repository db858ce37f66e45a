import assert from "node:assert/strict";
import { answerTo, CASES, EXPECTED, onPaper } from "./cases.ts";

const RENEW = "if it is meant: deno run -A tests/answers/record.ts, and read the difference";

function expected(name: string): string {
  return Deno.readTextFileSync(`${EXPECTED}/${name}`);
}

for (const one of CASES) {
  Deno.test(`probe ${one.args.join(" ")} prints what is kept in ${one.name}`, async () => {
    assert.ok(await answerTo(one) === expected(one.name), `${one.name} differs; ${RENEW}`);
  });
}

Deno.test("what is said of machines and files on paper is what is kept", () => {
  for (const [name, text] of onPaper()) assert.ok(text === expected(name), `${name} differs; ${RENEW}`);
});

Deno.test("nothing is kept that no call prints", () => {
  const kept = [...Deno.readDirSync(EXPECTED)].map(({ name }) => name).sort();
  assert.deepEqual(kept, [...CASES.map(({ name }) => name), ...onPaper().map(([name]) => name)].sort());
});
