import assert from "node:assert/strict";
import { VERDICTS } from "../../../analysis/compare/verdict.ts";
import { coloured, wantsColour } from "../../../commands/shell/colour.ts";
import { main } from "../../../main.ts";

const ESC = "\x1b";
const [A, B] = ["tests/answers/files/made_a.csv", "tests/answers/files/made_b.csv"];

async function printed(columns: number | null, ...args: string[]): Promise<string> {
  let text = "";
  const output = {
    stdout: (part: string | Uint8Array) => void (text += part),
    stderr: () => {},
    ...(columns === null ? {} : { columns }),
  };
  assert.equal(await main(["compare", ...args, A, B], output), 0);
  return text;
}

Deno.test("each verdict has a colour, whole words only, and no other word has one", () => {
  for (const verdict of VERDICTS) {
    const [before, code, after] = coloured(`it is ${verdict}: so`).split(ESC);
    assert.deepEqual([before, code?.slice(0, 2), after], ["it is ", "[3", "[0m: so"], verdict);
    assert.ok(code!.endsWith(`m${verdict}`), verdict);
    assert.equal(coloured(`X${verdict} ${verdict}_B -${verdict}`), `X${verdict} ${verdict}_B -${verdict}`);
  }
  assert.equal(coloured("DIFFERENT-WITHIN-MARGIN"), `${ESC}[33mDIFFERENT-WITHIN-MARGIN${ESC}[0m`);
});

Deno.test("colours are for terminals, unless NO_COLOR or --color says otherwise", () => {
  assert.deepEqual(
    [
      wantsColour("auto", true, false),
      wantsColour("auto", true, true),
      wantsColour("auto", false, false),
      wantsColour("always", false, true),
      wantsColour("never", true, false),
    ],
    [true, false, false, true, false],
  );
});

Deno.test("with colour the words are the same, and JSON never has any", async () => {
  const plain = await printed(80, "--color", "never");
  const colourful = await printed(80, "--color", "always");
  assert.notEqual(colourful, plain);
  const [first, ...rest] = colourful.split(ESC);
  assert.equal([first, ...rest.map((part) => part.replace(/^\[\d+m/, ""))].join(""), plain);
  const json = await printed(null, "--format", "json", "--color", "always");
  assert.ok(!json.includes(ESC) && !json.includes("u001b"));
});
