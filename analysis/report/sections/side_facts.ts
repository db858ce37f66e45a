/** How far each file can be trusted by its own account, and clocksource switches and flags in it. */

import type { Field } from "../../print/model.ts";
import { CLOCKSOURCE, clocksourceFields, integrityFields } from "../../print/show/integrity.ts";
import { sharesTable } from "../../print/show/told.ts";
import { say } from "../../print/said.ts";
import type { Show } from "../../show/show.ts";
import { fieldsTable } from "../html/blocks.ts";
import { type Markup, markup } from "../html/markup.ts";
import type { ReportSide } from "../html/runs.ts";

export function sideFacts(sides: readonly ReportSide[]): Markup {
  const letters = sides.map(({ letter }) => letter);
  const tableOf = (caption: string, of: (show: Show) => readonly Field[]) =>
    fieldsTable(caption, letters, sides.map(({ show }) => of(show)));
  return markup`${tableOf("integrity", ({ integrity }) => integrityFields(integrity))}${
    tableOf(CLOCKSOURCE, ({ clocksource }) => clocksourceFields(clocksource))
  }${tableOf("signatures", signatures)}`;
}

/** The runs and their share in one cell. */
function signatures(show: Show): Field[] {
  return sharesTable(show.signatures).rows.map(({ head, cells: { runs: [runs], share: [share] } }) => ({
    label: head.text,
    says: say`${runs!} (${share!})`,
  }));
}
