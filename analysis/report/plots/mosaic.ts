/**
 * A cross table as a mosaic: each bar is as wide as its row of the table has runs, and split by the table's
 * columns.
 */

import { coordinate, type Markup, markup, type Part, percent } from "../html/markup.ts";
import { figure } from "./plot.ts";

const HEIGHT = 220;
const GAP = 0.006;
/** Patterns that distinguish the parts, in addition to their names. */
export const PATTERNS = 6;
const MOST_COLUMNS = 12;

export interface Mosaic {
  readonly rows: readonly { readonly name: string; readonly counts: readonly number[] }[];
  readonly columns: readonly string[];
}

/**
 * @param what is drawn, as a text; @param caption the same for the page; @param table has at least one run
 */
export function mosaic(what: string, caption: Part, table: Mosaic): Markup {
  const { columns: names, rows } = foldedColumns(table);
  const sizes = rows.map(({ counts }) => counts.reduce((sum, count) => sum + count, 0));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const shown = rows.slice(0, MOST_COLUMNS);
  const drawnTotal = sizes.slice(0, MOST_COLUMNS).reduce((sum, size) => sum + size, 0);
  const room = 1 - GAP * (shown.length - 1);
  let at = 0;
  const columns = shown.map(({ name, counts }, index) => {
    const width = (sizes[index]! / drawnTotal) * room;
    const column = columnOf(name, counts, names, at, width);
    at += width + GAP;
    return column;
  });
  return figure(
    caption,
    markup`<svg class="mosaic" role="img" width="100%" height="${HEIGHT + 20}"><title>${what}</title><desc>${
      shown.map(({ name, counts }) =>
        `${name}: ${names.map((column, i) => `${counts[i]} ${column}`).join(", ")}. `
      ).join("")
    }</desc>${columns}</svg>${legend(names)}`,
    rows.length > shown.length &&
      `the ${shown.length} most frequent of ${rows.length}; ${total - drawnTotal} runs in the others`,
  );
}

/** The most frequent columns first; the rest becomes one when there are more than patterns. */
function foldedColumns({ rows, columns }: Mosaic): Mosaic {
  const sizes = columns.map((_, index) => rows.reduce((sum, { counts }) => sum + counts[index]!, 0));
  const order = columns.map((_, index) => index).sort((x, y) => sizes[y]! - sizes[x]! || x - y);
  const own = order.slice(0, order.length > PATTERNS ? PATTERNS - 1 : PATTERNS);
  const others = order.slice(own.length);
  const more = others.length > 0;
  return {
    columns: [...own.map((index) => columns[index]!), ...(more ? [`${others.length} others`] : [])],
    rows: rows.map(({ name, counts }) => ({
      name,
      counts: [
        ...own.map((index) => counts[index]!),
        ...(more ? [others.reduce((sum, index) => sum + counts[index]!, 0)] : []),
      ],
    })),
  };
}

function columnOf(
  name: string,
  counts: readonly number[],
  names: readonly string[],
  from: number,
  width: number,
): Markup {
  const size = counts.reduce((sum, count) => sum + count, 0);
  let below = HEIGHT;
  const parts = counts.map((count, index) => {
    const height = (HEIGHT * count) / size;
    below -= height;
    if (count === 0) return null;
    const share = `${count}, ${coordinate((100 * count) / size)} %`;
    return markup`<g><title>${name}, ${names[index]!}: ${share}</title><rect class="part p${
      index % PATTERNS
    }" y="${coordinate(below)}" width="100%" height="${coordinate(Math.max(0.5, height - 1))}"/>${
      height > 16 &&
      markup`<text class="on" x="6" y="${coordinate(below + 14)}">${names[index]!} ${share}</text>`
    }</g>`;
  });
  return markup`<svg x="${percent(from)}" width="${percent(width)}" height="${
    HEIGHT + 20
  }">${parts}<svg width="96%" height="${HEIGHT + 20}"><text x="0" y="${
    HEIGHT + 14
  }">${name}</text></svg></svg>`;
}

/** The names of the patterns, in their order. */
export function legend(names: readonly string[]): Markup {
  const items = names.map((name, index) =>
    markup`<li><svg class="swatch" width="14" height="14" aria-hidden="true"><rect class="part p${
      index % PATTERNS
    }" width="14" height="14"/></svg> ${name}</li>`
  );
  return markup`<ul class="legend">${items}</ul>`;
}
