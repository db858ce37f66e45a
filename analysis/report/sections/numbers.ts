/** Every number of a question, with the method that gave it. */

import type { ToldQuestion } from "../../print/compare/question.ts";
import { joined, plain } from "../../print/said.ts";
import { findingsTable, notes, said, tableOf } from "../html/blocks.ts";
import { type Markup, markup } from "../html/markup.ts";

export function numbers(told: ToldQuestion): Markup {
  const { name, title, verdict, caution, samples } = told;
  return markup`<h3>${name}: ${title}</h3><p>${said(joined([plain(verdict), caution], ": "))}</p>${
    notes(told.notes)
  }${
    tableOf(samples, {
      columns: ["n", "median", "iqr", "mad", "p95", "p99", "outliers"],
      what: "sides",
    })
  }${findingsTable("Against each other", told.findings)}`;
}
