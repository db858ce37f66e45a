/** Stack clusters: where the wakeups and the reads come from, and which flags go with which cluster. */

import type { Comparison, CrossTable } from "../comparison.ts";
import { formatP } from "../format_value.ts";
import { icicle } from "./icicle.ts";
import { keyName, sideKey, valueName } from "./labels.ts";
import { type Markup, markup } from "./markup.ts";
import { mosaic } from "./mosaic.ts";
import { type ReportSide, stackCounts } from "./runs.ts";
import { table } from "./table.ts";

const SHOWN = 24;
const COLUMNS = 8;

/** Icicles of the wakeups and of the reads, side by side. */
export function icicles(sides: readonly ReportSide[]): Markup {
  const drawn = ([["ttwu_stack", "Stacks of the wakeup"], ["tkread_stack", "Stacks of the read"]] as const)
    .map(
      ([column, what]) =>
        sides.map(({ letter, file }) => {
          const stacks = [...stackCounts(file, column)].map(([key, runs]) => ({
            frames: file.stacks.get(key) ?? [],
            runs,
          }));
          return icicle(`${what} in ${letter}`, [sideKey(letter), ` ${what}`], stacks);
        }),
    );
  return markup`<div class="figures two">${drawn}</div>`;
}

/** A cross table: drawn, counted and tested. */
export function crossTable(cross: CrossTable, stacks: Comparison["stacks"]): Markup {
  const title = `${keyName(cross.rows)} by ${keyName(cross.columns)}, runs of both sides`;
  if (cross.n === 0) return markup`<h3>${title}</h3><p>not observed together in any run</p>`;
  const rows = cross.row_values.map((value, index) => ({
    name: valueName(value, stacks),
    counts: cross.counts[index]!,
  }));
  const columns = cross.column_values.map((value) => valueName(value, stacks));
  const hidden = [
    rows.length > SHOWN && `${rows.length - SHOWN} more rows`,
    columns.length > COLUMNS && `${columns.length - COLUMNS} more columns`,
  ].filter((text) => text !== false);
  return markup`<h3>${title}</h3>${
    mosaic(title, "Each column is as wide as its share of the runs", { rows, columns })
  }${
    table(
      "Runs",
      [keyName(cross.rows), ...columns.slice(0, COLUMNS)],
      rows.slice(0, SHOWN).map(({ name, counts }) => ({ head: name, cells: counts.slice(0, COLUMNS) })),
    )
  }${hidden.length > 0 && markup`<p>and ${hidden.join(", ")}</p>`}<p>${testOf(cross)}</p>${
    cross.confounded !== null && markup`<p>CONFOUNDED: ${cross.confounded}</p>`
  }`;
}

function testOf({ p, p_capped, cramers_v, method }: CrossTable): string {
  if (p === null) return "one row or column only: nothing to associate";
  const v = cramers_v === null ? "undefined" : cramers_v.toFixed(2);
  return `Cramer's V ${v} (bias-corrected), ${formatP(p, p_capped)}; ${method}`;
}
