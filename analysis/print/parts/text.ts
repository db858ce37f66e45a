/** Parts of durations as lines for a terminal of 80 columns. */

import { sentence, table } from "../layout/text.ts";
import type { ToldParts } from "./shares.ts";
import type { ToldPartShifts } from "./shifts.ts";

const HEAD = 30;

const SHARES = {
  head: HEAD,
  lines: 0,
  plots: false,
  columns: [
    { id: "mean", width: 10 },
    { id: "median", width: 10 },
    { id: "p95", width: 10 },
    { id: "share", width: 8 },
    { id: "spread", width: 10 },
  ],
} as const;

const SHIFTS = {
  head: 29,
  lines: 0,
  plots: false,
  columns: [
    { id: "a", width: 8 },
    { id: "b", width: 8 },
    { id: "shift", width: 9 },
    { id: "interval", width: 17 },
    { id: "share", width: 7 },
  ],
} as const;

const COUNTS = {
  head: 40,
  lines: 0,
  plots: false,
  columns: [{ id: "runs", width: 8 }, { id: "share", width: 8 }],
} as const;

const CAUSES = {
  head: 40,
  lines: 0,
  plots: false,
  columns: [
    { id: "a", width: 8 },
    { id: "share_a", width: 8 },
    { id: "b", width: 8 },
    { id: "share_b", width: 8 },
  ],
} as const;

/** Blocks of lines, each a section of its own; none for a file without parts. */
export function partLines({ tables, notes, causes, orders }: ToldParts): string[][] {
  if (tables.length === 0) return [];
  return [
    ...tables.map((one) => [one.caption, ...table(one, SHARES, "parts")]),
    notes.flatMap((one) => sentence(one, "  ")),
    ...causes.map((one) => [one.caption, ...table(one, COUNTS, "causes")]),
    [
      ...sentence({ text: orders.caption, numbers: [] }),
      ...orders.rows.flatMap(({ head, cells: { runs, share } }) =>
        sentence(head, `  ${runs[0]!.text.padStart(8)} ${share[0]!.text.padStart(6)}  `)
      ),
    ],
  ];
}

/** The split of a VM's offset; none without its host's part. */
export function splitLines({ split }: ToldParts): string[] {
  if (split === null) return [];
  return [
    split.table.caption,
    ...table(split.table, SHARES, "parts"),
    ...split.notes.flatMap((one) => sentence(one, "  ")),
  ];
}

/** The same of two sides. */
export function partShiftLines({ tables, spreads, causes, notes }: ToldPartShifts): string[][] {
  if (tables.length === 0) return [];
  return [
    ...tables.map((one, index) => [
      one.caption,
      ...table(one, SHIFTS, "parts"),
      ...sentence(spreads[index]!, "  "),
    ]),
    ...causes.flatMap((one) => one.rows.length === 0 ? [] : [[one.caption, ...table(one, CAUSES, "causes")]]),
    notes.flatMap((one) => sentence(one, "  ")),
  ];
}
