/** The chain of a run from the edge to the read, drawn and in numbers, and which of its links varies most. */

import { chainTable, shareMethods, spreadSource } from "../../print/show/chain.ts";
import { said, tableOf } from "../html/blocks.ts";
import { type Markup, markup } from "../html/markup.ts";
import { linkSamples, type ReportSide } from "../html/runs.ts";
import { ridge } from "../plots/ridge.ts";

export function chain(sides: readonly ReportSide[]): Markup {
  const drawn = sides.map((side) => ({ letter: side.letter, links: linkSamples(side) }));
  const told = chainTable(sides.map(({ letter, show }) => ({ letter, chain: show.chain })));
  return markup`${sides.map(({ letter, show }) => markup`<p>${letter}: ${said(spreadSource(show))}</p>`)}${
    ridge("Time in each link", drawn)
  }${
    tableOf(told, {
      columns: ["n", "median", "iqr", "offset", "stage", "spread", "robust"],
      what: "links",
    })
  }<p class="note">${said(shareMethods(sides[0]!.show.chain))}</p>`;
}
