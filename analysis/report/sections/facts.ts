/** Where the numbers come from: the files, the machines, the protocol, the hooks. */

import { formatChosen } from "../../units/format_value.ts";
import { attributeTexts } from "../../result/attributes.ts";
import type { Meta, Stage } from "../../result/meta.ts";
import { type Markup, markup } from "../html/markup.ts";
import type { ReportSide } from "../html/runs.ts";
import { type MarkupRow, table } from "../html/table.ts";

/** A file of a page, with what tells it from all others. */
export interface ReportFile extends Omit<ReportSide, "letter"> {
  /** Of its bytes, in hex. */
  readonly sha256: string;
  readonly bytes: number;
}

type Fact = readonly [name: string, of: (file: ReportFile) => string];

const FILE_FACTS: readonly Fact[] = [
  ["file", ({ file }) => file.name],
  ["SHA-256", ({ sha256 }) => sha256],
  ["bytes", ({ bytes }) => String(bytes)],
  ["began", ({ file }) => file.meta.started],
  ["runs", ({ show }) => String(show.runs.rows)],
  ["complete", ({ show }) => String(show.runs.complete)],
  ["timed out", ({ show }) => String(show.runs.timeout)],
  ["aborted", ({ show }) => String(show.runs.aborted)],
];

const MACHINE_FACTS: readonly (readonly [name: string, of: (meta: Meta) => string])[] = [
  ["env", (meta) => meta.env],
  ["host", (meta) => meta.host],
  ["kernel", (meta) => meta.kernel],
  ["arch", (meta) => meta.arch],
  ["cpu", (meta) => meta.cpu],
  ["cpus", (meta) => String(meta.cpus)],
  ["virtualization", (meta) => meta.virtualization],
  ["boot_id", (meta) => meta.boot_id],
  ["clocksource", (meta) => `${meta.clocksource.current} of ${meta.clocksource.available.join(", ")}`],
  ["tier", (meta) => meta.tier],
  ["decode", (meta) => meta.decode],
  ["edge known to", (meta) => formatChosen(meta.edge_uncertainty_ns)],
  ["clock_step_counter", (meta) => meta.clock_step_counter],
  ["written by probe", (meta) => meta.probe],
];

/** All facts of the sides, one below the other, those that differ marked. */
export function facts(sides: readonly ReportSide[], files: readonly ReportFile[]): Markup {
  const heads = sides.map(({ letter, file }) => `${letter} ${file.meta.env}`);
  const metas = files.map(({ file }) => file.meta);
  const rowOf = (name: string, values: readonly string[]): MarkupRow => ({
    head: new Set(values).size > 1 ? markup`<span class="differs">${name}</span>` : name,
    cells: values,
  });
  const runbookFields = [...new Set(metas.flatMap(({ runbook }) => Object.keys(runbook)))].sort();
  const stages = [...new Set(metas.flatMap(({ hooks }) => hooks.map(({ stage }) => stage)))];
  return markup`${
    table("Files", ["", ...heads], FILE_FACTS.map(([name, of]) => rowOf(name, files.map(of))))
  }${table("Machines", ["", ...heads], MACHINE_FACTS.map(([name, of]) => rowOf(name, metas.map(of))))}${
    attributes(heads, metas, rowOf)
  }${
    table("Protocol (the runbook)", ["", ...heads], [
      rowOf("SHA-256", metas.map(({ runbook_sha256 }) => runbook_sha256)),
      ...runbookFields.map((field) =>
        rowOf(field, metas.map(({ runbook }) => String(runbook[field] ?? "absent")))
      ),
    ])
  }${
    table(
      "Hooks",
      ["", ...heads],
      stages.map((stage) => rowOf(stage, metas.map((meta) => hooksOf(meta, stage)))),
    )
  }`;
}

/** Files of before attributes were read have none. */
function attributes(
  heads: readonly string[],
  metas: readonly Meta[],
  rowOf: (name: string, values: readonly string[]) => MarkupRow,
): Markup | null {
  if (metas.every(({ attributes }) => attributes === undefined)) return null;
  const texts = metas.map(attributeTexts);
  const rows = texts[0]!.map(({ name }, i) => rowOf(name, texts.map((of) => of[i]!.text ?? "not known")));
  return table("Attributes of the target", ["", ...heads], rows);
}

function hooksOf({ hooks }: Meta, stage: Stage): string {
  const parts = hooks.filter((hook) => hook.stage === stage).map(({ kind, hook, attached, reason }) =>
    attached ? `${kind} ${hook}` : `${kind} ${hook} not attached${reason === undefined ? "" : ` (${reason})`}`
  );
  return parts.length === 0 ? "none" : parts.join("; ");
}
