/**
 * Writes anew what the calls of cases.ts print. First it updates the kept files to today's columns: those
 * that were added since are empty, because they were not observed.
 */

import { COLUMNS } from "../../analysis/result/columns.ts";
import { answerTo, CASES, EXPECTED, FILES, onPaper } from "./cases.ts";

/** @param text of a result file whose cells have no line ends */
function withAllColumns(text: string): string {
  const lines = text.split("\n");
  const head = lines.findIndex((line) => line !== "" && !line.startsWith("#"));
  const added = COLUMNS.slice(lines[head]!.split(",").length).map(({ name }) => `,${name}`);
  return lines.map((line, i) => {
    if (i === head) return line + added.join("");
    return line === "" || line.startsWith("#") ? line : line + ",".repeat(added.length);
  }).join("\n");
}

for (const { name } of Deno.readDirSync(FILES)) {
  const path = `${FILES}/${name}`;
  Deno.writeTextFileSync(path, withAllColumns(Deno.readTextFileSync(path)));
}
for (const one of CASES) Deno.writeTextFileSync(`${EXPECTED}/${one.name}`, await answerTo(one));
for (const [name, text] of onPaper()) Deno.writeTextFileSync(`${EXPECTED}/${name}`, text);
