/**
 * `deno task simulate`: coverage of every interval, error rate of every test and the verdict table, for data
 * whose truth is known. Writes docs/validation.md; `--quick` simulates only a few pairs and prints instead of
 * writing.
 */

import { type Cell, cellsOf, type Plan } from "./simulation/cells.ts";
import { validationDocument } from "./simulation/document.ts";

const PLAN: Plan = {
  sizes: [6, 30, 300],
  lockInSizes: [30, 100, 1000],
  pairs: {
    plain: 4000,
    resampling: 1000,
    resamplingLarge: 500,
    verdicts: 1000,
    shapes: 1000,
    looks: 2000,
    mechanisms: 500,
    locksIn: 500,
    histories: 500,
  },
};
const QUICK_PLAN: Plan = {
  sizes: [6, 30],
  lockInSizes: [30],
  pairs: {
    plain: 20,
    resampling: 20,
    resamplingLarge: 20,
    verdicts: 20,
    shapes: 20,
    looks: 20,
    mechanisms: 20,
    locksIn: 20,
    histories: 20,
  },
};

const DOCUMENT = new URL("../docs/validation.md", import.meta.url);

/**
 * All cells in their order, simulated by as many workers as there are CPUs; prints a line on stderr for each.
 */
async function simulated(plan: Plan): Promise<Cell[]> {
  const cells: Cell[] = new Array(cellsOf(plan).length);
  let next = cells.length;
  const workers = Array.from({ length: navigator.hardwareConcurrency }, () => {
    const worker = new Worker(new URL("./simulation/worker.ts", import.meta.url), { type: "module" });
    return new Promise<void>((resolve, reject) => {
      // The last cells of a table have the most runs and take longest, so they start first.
      const goOn = () =>
        next === 0 ? (worker.terminate(), resolve()) : worker.postMessage({ plan, index: --next });
      worker.onmessage = ({ data }: MessageEvent<{ index: number; cell: Cell }>) => {
        cells[data.index] = data.cell;
        const { table, cell } = data.cell;
        const values = Object.values(cell).filter((value) => typeof value !== "object");
        console.error(`${table}: ${values.join(", ")}`);
        goOn();
      };
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(`a worker failed: ${event.message}`));
      };
      goOn();
    });
  });
  await Promise.all(workers);
  return cells;
}

if (import.meta.main) {
  const quick = Deno.args.includes("--quick");
  const plan = quick ? QUICK_PLAN : PLAN;
  const text = validationDocument(plan, await simulated(plan));
  if (quick) console.log(text);
  else Deno.writeTextFileSync(DOCUMENT, text);
}
