/**
 * Recognises files that are not a result file as `probe run` writes it, and what they are instead, by their
 * first bytes.
 */

/** What a result file begins with, before the version of its form. */
export const MAGIC = "# probe-result ";

/** Whether a file that begins with these bytes is meant as a result file, of whatever version. */
export function beginsAsResult(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes).startsWith(MAGIC);
}

export interface ForeignForm {
  readonly found: string;
  readonly remedy: string;
}

export const SPREADSHEET: ForeignForm = {
  found: "a spreadsheet has rewritten it",
  remedy: "use the file as `probe run` wrote it, and give the spreadsheet a copy",
};

const PARQUET: ForeignForm = {
  found: "it is Parquet, as `probe export` writes it",
  remedy: "give the result file it was made of",
};

const WORKBOOK: ForeignForm = {
  found: "it is a zip archive or a spreadsheet's own form",
  remedy: "unpack it with unzip, or use the file as `probe run` wrote it",
};

const UTF16: ForeignForm = {
  found: "it is UTF-16 text",
  remedy: "convert it: iconv -f UTF-16 -t UTF-8 FILE >NEW",
};

const WITHOUT_COMMENTS: ForeignForm = {
  found: "its lines that begin with # are gone",
  remedy: "use the file as `probe run` wrote it, and give other programs a copy",
};

function compressed(by: string, unpacker: string): ForeignForm {
  return { found: `it is compressed with ${by}`, remedy: `unpack it with ${unpacker}` };
}

const PARQUET_BEGINNING = [0x50, 0x41, 0x52, 0x31];

/** Whether a file that begins with these bytes is Parquet. */
export function isParquet(start: Uint8Array): boolean {
  return PARQUET_BEGINNING.every((byte, at) => start[at] === byte);
}

/** First bytes of files of other programs. */
const BEGINNINGS: readonly (readonly [bytes: readonly number[], form: ForeignForm])[] = [
  [[0x1f, 0x8b], compressed("gzip", "gunzip")],
  [[0x28, 0xb5, 0x2f, 0xfd], compressed("zstd", "unzstd")],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], compressed("xz", "unxz")],
  [[0x42, 0x5a, 0x68], compressed("bzip2", "bunzip2")],
  [[0x50, 0x4b, 0x03, 0x04], WORKBOOK],
  [PARQUET_BEGINNING, PARQUET],
  [[0xff, 0xfe], UTF16],
  [[0xfe, 0xff], UTF16],
];

/**
 * The form of a binary file, given instead of a result file or a runbook.
 *
 * @param start the first bytes of a file
 * @returns null: not a known form
 */
export function binaryFormOf(start: Uint8Array): ForeignForm | null {
  const known = BEGINNINGS.find(([bytes]) => bytes.every((byte, at) => start[at] === byte));
  if (known !== undefined) return known[1];
  // UTF-16 without a mark: text in UTF-8 has no NUL, but one of the two bytes of an ASCII character in UTF-16
  // is NUL.
  const [first, second] = start;
  return second !== undefined && (first === 0) !== (second === 0) ? UTF16 : null;
}

/**
 * @param start the first bytes of a file, at least 20 if it has that many
 * @returns null: not a known form
 */
export function foreignFormOf(start: Uint8Array): ForeignForm | null {
  const binary = binaryFormOf(start);
  if (binary !== null) return binary;
  const text = new TextDecoder().decode(start);
  // In quotes, without its number sign, or with separators for further columns.
  if (/^(?:"# ?|"? ?)probe-result |^# probe-result \d+[;,\t"]/.test(text)) return SPREADSHEET;
  if (/^"?run"?[;\t]/.test(text)) return SPREADSHEET;
  // As programs write it that skip comments; some put a column of their own first.
  return /^(?:"?\w*"?,)?"?run"?,"?correl/.test(text) ? WITHOUT_COMMENTS : null;
}
