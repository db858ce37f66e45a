import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { EXIT, Failure } from "../../../analysis/failure.ts";
import { readResultFile } from "../../../analysis/result/file.ts";
import { fileText, read, rowOf } from "./result_fixture.ts";

const TEXT = fileText([rowOf(1), rowOf(2)]);

function utf16BigEndian(text: string): Uint8Array {
  const bytes = utf16(text, "");
  return bytes.map((_, at) => bytes[at ^ 1]!);
}

function withoutComments(text: string): string {
  return text.split("\n").filter((line) => !line.startsWith("#")).join("\n");
}

function quotedNames(text: string): string {
  return text.replace(/^.*/, (line) => line.split(",").map((name) => `"${name}"`).join(","));
}

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
    [utf16BigEndian(TEXT), /: it is UTF-16 text; /],
    [
      encoder.encode("PAR1..............................."),
      /: it is Parquet, as `probe export` writes it; give the /,
    ],
    [
      encoder.encode("PK\x03\x04..............................."),
      /: it is a zip archive or a spreadsheet's own form; /,
    ],
    [
      new Uint8Array([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, ...Array(30).fill(1)]),
      /: it is compressed with xz; unpack it with unxz$/,
    ],
    // pandas.read_csv(FILE, comment="#").to_csv(), without and with its index, and R's write.csv().
    [
      sheet(withoutComments),
      /: its lines that begin with # are gone; use the file as `probe run` wrote it, and give /,
    ],
    [sheet((text) => `,${withoutComments(text)}`), /: its lines that begin with # are gone; /],
    [sheet((text) => `"",${quotedNames(withoutComments(text))}`), /: its lines that begin with # are gone; /],
    [sheet((text) => withoutComments(text).replaceAll(",", ";")), /: a spreadsheet has rewritten it; /],
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

/** TEXT with this line (from 1) changed; rows begin with the fourth line that is not a stack's. */
function changed(line: number, change: (line: string) => string): string {
  return TEXT.split("\n").map((text, at) => at === line - 1 ? change(text) : text).join("\n");
}

const LINES = TEXT.split("\n");
const ROW_LINE = LINES.findIndex((line) => line.startsWith("1,")) + 1;
const STACK_LINE = LINES.findIndex((line) => line.startsWith("# stack ")) + 1;
const END_LINE = LINES.findIndex((line) => line.startsWith("# end ")) + 1;
const NAMES = LINES[2]!.split(",");

/** The first row with this cell. */
function withCell(name: string, change: (cell: string) => string): string {
  return changed(
    ROW_LINE,
    (line) => line.split(",").map((cell, at) => NAMES[at] === name ? change(cell) : cell).join(","),
  );
}

const toSemicolons = (line: string) => line.replaceAll(",", ";");

const REWRITTEN: readonly (readonly [text: string, line: number, what: string])[] = [
  [changed(2, (line) => `"${line.replaceAll('"', '""')}"`), 2, "the line is in quotes"],
  [changed(2, (line) => `${line},,,,`), 2, "empty cells were added to the line"],
  [changed(3, toSemicolons), 3, "semicolons separate its cells"],
  [changed(3, (line) => line.replaceAll(",", "\t")), 3, "tabs separate its cells"],
  [changed(3, quotedNames), 3, "the names of its columns are in quotes"],
  [changed(STACK_LINE, (line) => `${line},,,,`), STACK_LINE, "empty cells were added to the line"],
  [changed(STACK_LINE, (line) => `${line};;;;`), STACK_LINE, "empty cells were added to the line"],
  [changed(STACK_LINE, (line) => `"${line}"`), STACK_LINE, "the line is in quotes"],
  [changed(ROW_LINE, toSemicolons), ROW_LINE, "semicolons separate its cells"],
  [changed(END_LINE, (line) => `${line};`), END_LINE, "empty cells were added to the line"],
  [withCell("edge_ns", () => "9.1E+15"), ROW_LINE, '"9.1E+15" is a rounded number'],
  [withCell("edge_ns", () => '"9,1E+15"'), ROW_LINE, '"9,1E+15" is a rounded number'],
  [withCell("correlation_id", () => "1.23457E+15"), ROW_LINE, '"1.23457E+15" is a rounded number'],
  [
    withCell("correlation_id", () => "12345678901234"),
    ROW_LINE,
    '"12345678901234" is a number, whose leading zeros are lost',
  ],
  [withCell("pid", (cell) => `${cell}.0`), ROW_LINE, '"101.0" is a whole number with a decimal point'],
  [withCell("tgid", () => "1.000"), ROW_LINE, '"1.000" is a whole number with a decimal point'],
  [
    withCell("ttwu_ns", () => '"9,100,001,000,001,000"'),
    ROW_LINE,
    '"9,100,001,000,001,000" has separators between its thousands',
  ],
  [withCell("prev_cpu", () => "01/02/2026"), ROW_LINE, '"01/02/2026" is a date'],
  [withCell("prev_cpu", () => "02-Jan"), ROW_LINE, '"02-Jan" is a date'],
  [withCell("migrated", (cell) => cell.toUpperCase()), ROW_LINE, '"FALSE" is in capitals'],
  [withCell("lost_events", () => "#REF!"), ROW_LINE, '"#REF!" is an error of a formula'],
];

for (const [text, line, what] of REWRITTEN) {
  Deno.test(`of a spreadsheet's rewriting, line and what it did are named: line ${line}, ${what}`, () => {
    assert.throws(() => read(text), (error: unknown) => {
      assert.ok(error instanceof Failure);
      assert.match(error.found, new RegExp(`^f\\.csv line ${line}(, column \\d+ \\(\\w+\\))?: `));
      assert.ok(error.found.endsWith(`: a spreadsheet has rewritten it: ${what}`), error.found);
      assert.equal(error.remedy, "use the file as `probe run` wrote it, and give the spreadsheet a copy");
      return true;
    });
  });
}

Deno.test("a line that is wrong in another way is said to be wrong, and nothing of a spreadsheet", () => {
  for (
    const text of [
      withCell("pid", () => "x"),
      withCell("migrated", () => "no"),
      withCell("status", () => "done"),
    ]
  ) {
    assert.throws(
      () => read(text),
      (error: unknown) => error instanceof Failure && !/spreadsheet/.test(error.message),
    );
  }
});
