/** Tables that stay readable on a narrow page: each row then becomes a list of named values. */

import { typeset } from "./labels.ts";
import { type Markup, markup, type Part } from "./markup.ts";

export interface MarkupRow {
  readonly head: Part;
  readonly cells: readonly Part[];
  /** Printed below the cells, across all columns. */
  readonly note?: Part;
}

/** Longer tables are folded. */
const LONG = 12;

/**
 * @param columns heads of all columns, starting with that of the row heads
 * @param numeric those, by their place in `columns`, whose cells are numbers
 */
export function table(
  caption: Part,
  columns: readonly string[],
  rows: readonly MarkupRow[],
  numeric: ReadonlySet<number> = new Set(),
): Markup {
  const whole = unfolded(caption, columns, rows, numeric);
  if (rows.length <= LONG) return whole;
  return markup`<details class="long"><summary>${caption}, ${rows.length} rows</summary>${whole}</details>`;
}

function unfolded(
  caption: Part,
  columns: readonly string[],
  rows: readonly MarkupRow[],
  numeric: ReadonlySet<number>,
): Markup {
  const kind = (index: number) => numeric.has(index) && markup` class="number"`;
  // Roles, because a table displayed as blocks loses its own.
  const heads = columns.map((column, index) =>
    markup`<th scope="col" role="columnheader"${kind(index)}>${typeset(column)}</th>`
  );
  const body = rows.map(({ head, cells, note = null }) =>
    markup`<tr role="row"><th scope="row" role="rowheader">${head}</th>${
      cells.map((cell, index) =>
        markup`<td role="cell"${kind(index + 1)} data-column="${
          typeset(columns[index + 1] ?? "")
        }">${cell}</td>`
      )
    }</tr>${
      note !== null &&
      markup`<tr class="note" role="row"><td role="cell" colspan="${columns.length}">${note}</td></tr>`
    }
`
  );
  return markup`<table role="table"><caption>${caption}</caption><thead role="rowgroup"><tr role="row">${heads}</tr></thead><tbody role="rowgroup">
${body}</tbody></table>`;
}
