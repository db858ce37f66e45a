/** The durations that the questions ask about, in one file. */

import { QUESTIONS } from "../../compare/questions.ts";
import type { ResultFile } from "../../result/file.ts";
import { sortedSample } from "../../sample/sample.ts";
import { describe } from "../../sample/description.ts";
import { placeAndSpread } from "../measured.ts";
import type { Table } from "../model.ts";
import { duration, exact, plain } from "../said.ts";

export function durationsTable(file: ResultFile): Table<"n" | "median" | "iqr" | "mad"> {
  return {
    caption: "Complete runs in which it was observed",
    head: "duration",
    lines: [],
    columns: [{ id: "n", name: "n", per: "row" }, ...placeAndSpread("row")],
    rows: QUESTIONS.map(({ name, title, duration: column }) => {
      const { n, median_ns, iqr_ns, mad_ns } = describe(sortedSample(file, column));
      return {
        head: plain(`${name}: ${title}`),
        cells: {
          n: [exact(n)],
          median: [duration(median_ns)],
          iqr: [duration(iqr_ns)],
          mad: [duration(mad_ns)],
        },
        bins: [],
      };
    }),
    range: null,
    empty: "no question",
  };
}
