/**
 * `deno task simulate`: coverage of every interval, error rate of every test and the verdict table, where the truth
 * is known. Writes docs/validation.md; `--quick` simulates a few pairs only and prints instead of writing.
 */

import { coverageCells } from "./simulation/coverage.ts";
import { validationDocument } from "./simulation/document.ts";
import { errorCells } from "./simulation/error_rates.ts";
import { verdictCells } from "./simulation/verdicts.ts";

const PAIRS = { plain: 10_000, resampling: 2000 };
const QUICK_PAIRS = { plain: 20, resampling: 20 };
const SIZES = [6, 30, 300];
const QUICK_SIZES = [6, 30];

const DOCUMENT = new URL("../docs/validation.md", import.meta.url);

/** All of a table, a line on stderr for each cell: the last ones take a minute each. */
function collected<T extends object>(what: string, cells: Iterable<T>): T[] {
  const all: T[] = [];
  for (const cell of cells) {
    all.push(cell);
    console.error(`${what}: ${Object.values(cell).filter((value) => typeof value !== "object").join(", ")}`);
  }
  return all;
}

if (import.meta.main) {
  const quick = Deno.args.includes("--quick");
  const [pairs, sizes] = quick ? [QUICK_PAIRS, QUICK_SIZES] : [PAIRS, SIZES];
  const text = validationDocument({
    pairs,
    sizes,
    verdicts: collected("verdicts", verdictCells(sizes, pairs.resampling)),
    errors: collected("error rate", errorCells(sizes, pairs)),
    coverage: collected("coverage", coverageCells(sizes, pairs)),
  });
  if (quick) console.log(text);
  else Deno.writeTextFileSync(DOCUMENT, text);
}
