/** What the reader noted about a file, in words. */

import type { Contradiction, FileNote } from "../result/note.ts";
import type { Between } from "../result/parts.ts";
import type { Said } from "./model.ts";
import { duration, exact, plain, pValue, say } from "./said.ts";

export function noteInWords(of: FileNote): Said {
  switch (of.code) {
    case "cut_off":
      return say`${of.file} was cut off: no # end line follows its ${exact(of.rows)} rows, which are used`;
    case "resumed":
      return say`${of.file} was cut off and resumed at run ${exact(of.run)}`;
    case "in_parts":
      return say`${of.file} was measured in ${exact(of.parts)} parts`;
    case "where":
      return say`${of.file}: only runs with ${of.condition}, ${exact(of.rows)} of ${exact(of.of)}`;
    case "line_cut_off":
      return say`${of.file} line ${exact(of.line)} was cut off in its middle and is not used`;
  }
}

/** What differs between the files of one side. */
export function betweenInWords(of: Between): Said {
  if (of.code === "files_vary") {
    const facts = of.facts.map(({ field, values }) => `${field} (${values.join(" | ")})`);
    return plain(`its files differ in ${facts.join(", ")}`);
  }
  const { question, medians_ns: [low, high] } = of;
  return say`its files differ in ${question}, ${pValue(of)}, medians ${duration(low)} to ${duration(high)}`;
}

export function contradictionInWords(of: Contradiction): Said {
  return plain(
    of.code === "order" ? `${of.column} is before ${of.is_before}` : "a complete run without tkread_task_ns",
  );
}
