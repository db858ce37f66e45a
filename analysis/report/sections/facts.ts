/** Where the numbers come from: the files, the machines, the targets, the protocol, the hooks. */

import type { Field } from "../../print/model.ts";
import {
  attributeFields,
  ATTRIBUTES,
  fileFields,
  hookFields,
  machineFields,
  protocolFields,
  type StoredFile,
} from "../../print/show/facts.ts";
import { fieldsTable } from "../html/blocks.ts";
import { capital } from "../html/labels.ts";
import { type Markup, markup } from "../html/markup.ts";
import type { ReportSide } from "../html/runs.ts";

/** A file of a page, with what distinguishes it from all others. */
export interface ReportFile extends Omit<ReportSide, "letter">, Omit<StoredFile, "name"> {}

/** All facts of the sides, one below the other, with those that differ marked. */
export function facts(sides: readonly ReportSide[], files: readonly ReportFile[]): Markup {
  const heads = sides.map(({ letter, file }) => `${letter} ${file.meta.env}`);
  const tableOf = (caption: string, of: (file: ReportFile) => readonly Field[]): Markup | null => {
    const fields = files.map(of);
    return fields.every(({ length }) => length === 0) ? null : fieldsTable(caption, heads, fields, true);
  };
  return markup`${
    tableOf("Files", ({ file, show, sha256, bytes }) =>
      fileFields({ name: file.name, sha256, bytes }, file.meta, show.runs))
  }${tableOf("Machines", ({ file }) => machineFields(file.meta))}${
    tableOf(capital(ATTRIBUTES), ({ file }) => attributeFields(file.meta))
  }${tableOf("Protocol (the runbook)", ({ file }) => protocolFields(file.meta))}${
    tableOf("Hooks", ({ file }) => hookFields(file.meta))
  }`;
}
