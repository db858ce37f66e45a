import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { EXIT, Failure } from "../../../analysis/failure.ts";
import { readResultFile } from "../../../analysis/result/file.ts";
import { fileText, read, rowOf } from "./result_fixture.ts";

const TEXT = fileText([rowOf(1), rowOf(2)]);

function utf16(text: string, mark: string): Uint8Array {
  return new Uint8Array(Uint16Array.from(mark + text, (char) => char.charCodeAt(0)).buffer);
}

Deno.test("a byte order mark and blank last lines are read, whatever the size of the chunks", () => {
  for (const chunkBytes of [1, 7, 1 << 16]) {
    for (const text of [`\ufeff${TEXT}`, `${TEXT}\n`, `${TEXT}\n\n`, `\ufeff${TEXT}\n`]) {
      const file = read(text, chunkBytes);
      assert.deepEqual([file.rows, file.end?.rows, file.notes], [2, 2, []]);
    }
  }
});

Deno.test("a blank line before the end is refused", () => {
  const text = TEXT.replace("# end", "\n# end");
  assert.throws(() => read(text), Failure);
});

Deno.test("a file in another form is named as what it is, with the remedy", () => {
  const encoder = new TextEncoder();
  const sheet = (change: (text: string) => string) => encoder.encode(change(TEXT));
  const cases: readonly (readonly [Uint8Array, RegExp])[] = [
    [gzipSync(TEXT), /^f\.csv is not a result file: it is compressed with gzip; unpack it with gunzip$/],
    [utf16(TEXT, "\ufeff"), /: it is UTF-16 text; convert it: iconv /],
    [utf16(TEXT, ""), /: it is UTF-16 text; /],
    [
      sheet((text) => text.replace("# probe-result 1", "# probe-result 1;;;;")),
      /: a spreadsheet has rewritten it; /,
    ],
    [
      sheet((text) => text.replace("# probe-result 1", "# probe-result 1,,,,")),
      /: a spreadsheet has rewritten it; /,
    ],
    [
      sheet((text) => text.replace("# probe-result 1", '"# probe-result 1"')),
      /: a spreadsheet has rewritten it; /,
    ],
    [
      sheet((text) => text.replace("# probe-result 1", "probe-result 1")),
      /: a spreadsheet has rewritten it; /,
    ],
    [sheet((text) => `\ufeff${text.replace("# probe-result 1", "# probe-result 1;;")}`), /: a spreadsheet /],
  ];
  for (const [bytes, message] of cases) {
    for (const chunks of [[bytes], Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))]) {
      assert.throws(() => readResultFile("f.csv", chunks), (error: unknown) => {
        assert.ok(error instanceof Failure);
        assert.equal(error.exitCode, EXIT.failed);
        assert.match(error.message, message);
        return true;
      });
    }
  }
});
