/** Tables that stay readable on a narrow page: each row then becomes a list of named values. */

import { type Markup, markup, type Part } from "./markup.ts";

export interface MarkupRow {
  readonly head: Part;
  readonly cells: readonly Part[];
  /** Printed below the cells, across all columns. */
  readonly note?: Part;
}

/** @param columns heads of all columns, starting with that of the row heads */
export function table(caption: Part, columns: readonly string[], rows: readonly MarkupRow[]): Markup {
  // Roles, because a table displayed as blocks loses its own.
  const heads = columns.map((column) => markup`<th scope="col" role="columnheader">${column}</th>`);
  const body = rows.map(({ head, cells, note = null }) =>
    markup`<tr role="row"><th scope="row" role="rowheader">${head}</th>${
      cells.map((cell, index) =>
        markup`<td role="cell" data-column="${columns[index + 1] ?? ""}">${cell}</td>`
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
