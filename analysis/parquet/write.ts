/**
 * A result file as Parquet: the columns of the file under their names. Integers are INT64, true and false
 * BOOLEAN, all others STRING; a cell that was not observed is null. Version, meta, end and stacks are
 * key-value metadata, and so is what read.ts needs besides: the lines between the rows, whether one was cut off, and
 * which columns of a data set repeat the metadata.
 */

import type { SchemaElement } from "hyparquet";
import { ByteWriter } from "hyparquet-writer/src/bytewriter.js";
import { ParquetWriter } from "hyparquet-writer/src/parquet-writer.js";
import { type Column, type ColumnName, EACH_COLUMN } from "../result/columns.ts";
import type { ResultFile } from "../result/file.ts";
import type { Meta } from "../result/meta.ts";
import { RESULT_VERSION } from "../result/write.ts";
import type { RowView } from "../result/row_view.ts";
import { datasetCells } from "./dataset.ts";

/** Number of rows in memory at the same time. */
const GROUP_ROWS = 65_536;

type Cell = bigint | boolean | string | null;

function element(name: string, kind: "int" | "bool" | "text", isRequired: boolean): SchemaElement {
  const repetition_type = isRequired ? "REQUIRED" : "OPTIONAL";
  if (kind === "int") return { name, type: "INT64", repetition_type };
  if (kind === "bool") return { name, type: "BOOLEAN", repetition_type };
  return {
    name,
    type: "BYTE_ARRAY",
    converted_type: "UTF8",
    logical_type: { type: "STRING" },
    repetition_type,
  };
}

/** @param repeated what every row has besides, by the name of its column */
function schemaOf(repeated: Readonly<Record<string, Cell>>): SchemaElement[] {
  const columns = [
    ...EACH_COLUMN.map(({ name, kind, required }) =>
      element(name, kind === "int" || kind === "bool" ? kind : "text", required === true)
    ),
    ...Object.entries(repeated).map(([name, cell]) =>
      element(name, typeof cell === "bigint" ? "int" : "text", true)
    ),
  ];
  return [{ name: "root", num_children: columns.length }, ...columns];
}

/** Passes its bytes on after every row group. */
class HandingOn extends ByteWriter {
  readonly #write: (bytes: Uint8Array) => void;

  constructor(write: (bytes: Uint8Array) => void) {
    super(1 << 20);
    this.#write = write;
  }

  flush(): void {
    this.#write(this.getBytes());
    this.index = 0;
  }

  override finish(): void {
    this.flush();
  }
}

/** Writes Parquet while the rows are read. */
export class ParquetRows {
  readonly #parquet: ParquetWriter;
  /** What every row of a data set has besides the file's columns. */
  readonly #repeated: Readonly<Record<string, Cell>>;
  #cells: Cell[][] = EACH_COLUMN.map(() => []);

  /**
   * @param write receives the bytes piece by piece; a piece is overwritten after the call
   * @param meta of the file, when it is to be part of a data set
   */
  constructor(write: (bytes: Uint8Array) => void, meta: Meta | null = null) {
    this.#repeated = meta === null ? {} : datasetCells(meta);
    const schema = schemaOf(this.#repeated);
    this.#parquet = new ParquetWriter({ writer: new HandingOn(write), schema, createdBy: "probe" });
  }

  visit(row: RowView): void {
    for (const [index, { name, kind }] of EACH_COLUMN.entries()) {
      this.#cells[index]!.push(cellOf(row, name, kind));
    }
    if (this.#cells[0]!.length === GROUP_ROWS) this.#writeGroup();
  }

  /** @param file the file whose rows were visited */
  finish(file: ResultFile): void {
    if (this.#cells[0]!.length > 0) this.#writeGroup();
    const facts: Readonly<Record<string, unknown>> = {
      "probe-result": RESULT_VERSION,
      meta: file.meta,
      ...file.end === null ? {} : { end: file.end },
      stacks: Object.fromEntries(file.stacks),
      lines: file.linesBetween,
      ...Object.keys(this.#repeated).length === 0 ? {} : { repeated: Object.keys(this.#repeated) },
      ...file.notes.some(({ code }) => code === "line_cut_off") ? { line_cut_off: true } : {},
    };
    this.#parquet.kvMetadata = Object.entries(facts).map(([key, value]) => ({
      key,
      value: JSON.stringify(value),
    }));
    this.#parquet.finish();
  }

  #writeGroup(): void {
    const rows = this.#cells[0]!.length;
    const columnData = [
      ...EACH_COLUMN.map(({ name }, index) => ({ name, data: this.#cells[index]! })),
      ...Object.entries(this.#repeated).map(([name, cell]) => ({
        name,
        data: new Array<Cell>(rows).fill(cell),
        encoding: "RLE_DICTIONARY" as const,
      })),
    ];
    this.#parquet.write({ columnData, rowGroupSize: GROUP_ROWS });
    this.#cells = EACH_COLUMN.map(() => []);
  }
}

function cellOf(row: RowView, name: ColumnName, kind: Column["kind"]): Cell {
  if (kind === "int") return row.integer(name);
  const text = row.text(name);
  return kind === "bool" && text !== null ? text === "true" : text;
}
