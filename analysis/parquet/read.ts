/**
 * A result file that `probe export` wrote as Parquet, as the text that it was made of: the reader of result files then
 * checks it as strictly as any other.
 */

import type { DecodedArray } from "hyparquet";
import { readColumn } from "hyparquet/src/column.js";
import { DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { parquetMetadata, parquetSchema } from "hyparquet/src/metadata.js";
import { getTreePath } from "hyparquet/src/schema.js";
import { EXIT, Failure } from "../failure.ts";
import { quoteText } from "../result/write.ts";
import { datasetCells } from "./dataset.ts";

/** Number of rows that are text at the same time. */
const PIECE_ROWS = 1024;

type Metadata = ReturnType<typeof parquetMetadata>;
type RowGroup = Metadata["row_groups"][number];

/**
 * @param name of the file, for messages
 * @param bytes all of it; they begin with PAR1
 * @returns the bytes of the result file, in pieces
 * @throws Failure, also while the pieces are taken, when it is broken or was not made of a result file
 */
export function* textOfParquet(name: string, bytes: Uint8Array<ArrayBuffer>): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  try {
    for (const piece of pieces(name, bytes)) yield encoder.encode(piece);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(
      EXIT.failed,
      `${name} is broken Parquet: ${wordsOf(error)}`,
      "export it again from the result file",
      { cause: error },
    );
  }
}

/** The library's own words; where it fell over what it had read, these are about its variables and help nobody. */
function wordsOf(error: unknown): string {
  const isOfTheFile = error instanceof Error && error.constructor === Error &&
    !/\bundefined\b/.test(error.message);
  return isOfTheFile ? error.message : "its contents contradict themselves";
}

function* pieces(name: string, { buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>) {
  const whole = byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength);
  const metadata = parquetMetadata(whole, { geoparquet: false });
  const facts = new Map(metadata.key_value_metadata?.map(({ key, value = "" }) => [key, value]));
  const version = facts.get("probe-result");
  const meta = facts.get("meta");
  if (version === undefined || meta === undefined) {
    throw new Failure(
      EXIT.failed,
      `${name} is Parquet without the facts of a result file in its metadata`,
      "give Parquet that `probe export` wrote, or the result file itself",
    );
  }
  const columns = metadata.schema.slice(1).map(({ name }) => name);
  const repeated: string[] = JSON.parse(facts.get("repeated") ?? "[]");
  const own = columns.filter((column) => !repeated.includes(column));
  const expected = repeated.length === 0 ? {} : datasetCells(JSON.parse(meta));
  yield `# probe-result ${version}\n# meta ${meta}\n${own.join(",")}\n`;
  const between: [number, string][] = JSON.parse(facts.get("lines") ?? "[]");
  let row = 0;
  let text = "";
  const lines = () => {
    for (; between.length > 0 && between[0]![0] <= row; between.shift()) text += `${between[0]![1]}\n`;
  };
  for (const group of metadata.row_groups) {
    const all = group.columns.map((_, column) => cellsOf(metadata, group, column, whole));
    for (const column of repeated) requireRepeated(column, all[columns.indexOf(column)]!, expected[column]);
    const cells = all.filter((_, column) => own.includes(columns[column]!));
    for (let at = 0; at < Number(group.num_rows); at++, row++) {
      lines();
      text += `${cells.map((column) => cellText(column[at])).join(",")}\n`;
      if (at % PIECE_ROWS === 0) {
        yield text;
        text = "";
      }
    }
  }
  lines();
  const end = facts.get("end");
  // Of a line that was cut off nothing is kept but that it was there.
  const cut = facts.get("line_cut_off") === "true" ? "?" : "";
  yield `${text}${end === undefined ? cut : `# end ${end}\n`}`;
}

/** A column of a data set must say what the metadata says, or a query's answer would be about another series. */
function requireRepeated(column: string, cells: DecodedArray, expected: string | bigint | undefined): void {
  for (const cell of cells) {
    if (cell !== expected) throw new Error(`its column ${column} says ${cell}, its metadata ${expected}`);
  }
}

/** The cells of one column in a group of rows. */
function cellsOf(metadata: Metadata, group: RowGroup, column: number, whole: ArrayBuffer): DecodedArray {
  const chunk = group.columns[column]!.meta_data;
  if (chunk === undefined) throw new Error(`column ${column + 1} has no metadata`);
  const schemaPath = getTreePath(parquetSchema(metadata), chunk.path_in_schema);
  const start = Number(chunk.dictionary_page_offset ?? chunk.data_page_offset);
  const { data } = readColumn(
    { view: new DataView(whole, start, Number(chunk.total_compressed_size)), offset: 0 },
    { groupStart: 0, selectStart: 0, selectEnd: Number(group.num_rows), groupRows: Number(group.num_rows) },
    {
      ...chunk,
      pathInSchema: chunk.path_in_schema,
      schemaPath,
      element: schemaPath.at(-1)!.element,
      parsers: DEFAULT_PARSERS,
    },
  );
  const cells = data.length === 1 ? data[0]! : data.flatMap((part) => Array.from<unknown>(part));
  if (cells.length !== Number(group.num_rows)) {
    throw new Error(
      `column ${chunk.path_in_schema.join(".")} has ${cells.length} of ${group.num_rows} cells`,
    );
  }
  return cells;
}

/** As the result file has it. */
function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return "";
  return typeof cell === "string" ? quoteText(cell) : String(cell);
}
