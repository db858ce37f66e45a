/** What is no result file as `probe run` writes it, and what it is instead: by how it begins. */

export interface ForeignForm {
  readonly found: string;
  readonly remedy: string;
}

const SPREADSHEET: ForeignForm = {
  found: "a spreadsheet has rewritten it",
  remedy: "use the file as `probe run` wrote it, and give the spreadsheet a copy",
};

/**
 * @param start the first bytes of a file, at least 20 of them where it has as many
 * @returns null: it is none of the known ones
 */
export function foreignFormOf(start: Uint8Array): ForeignForm | null {
  const [first, second] = start;
  if (first === 0x1f && second === 0x8b) {
    return { found: "it is compressed with gzip", remedy: "unpack it with gunzip" };
  }
  if (first === 0x28 && second === 0xb5) {
    return { found: "it is compressed with zstd", remedy: "unpack it with unzstd" };
  }
  const isUtf16 = first === 0xff && second === 0xfe || first === 0xfe && second === 0xff ||
    first === 0x23 && second === 0;
  if (isUtf16) {
    return { found: "it is UTF-16 text", remedy: "convert it: iconv -f UTF-16 -t UTF-8 FILE >NEW" };
  }
  const text = new TextDecoder().decode(start);
  // In quotes, without its number sign, or with a separator for each column.
  return /^(?:"# ?|"? ?)probe-result |^# probe-result \d+[;,\t"]/.test(text) ? SPREADSHEET : null;
}
