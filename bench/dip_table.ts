/**
 * `deno run --allow-read=. --allow-write=analysis bench/dip_table.ts`: makes analysis/stats/dip.generated.ts, the dips of
 * uniform samples so large that the distribution has settled. A test makes it too, and compares.
 */

import { DIP_SAMPLES, DIP_SIMULATED_UP_TO, UniformDips } from "../analysis/stats/dip.ts";

const PUBLIC = "export const";
const UNIT = 1e-7;
const LINE = 96;

/** The file: ascending dips in units, each as its step from the one before. */
export function dipTable(): string {
  const simulated = UniformDips.of(DIP_SIMULATED_UP_TO, undefined);
  const dips = Array.from({ length: DIP_SAMPLES }, (_, i) => Math.round(simulated.at(i) / UNIT)).sort((
    x,
    y,
  ) => x - y);
  const lines = dips.map((dip, i) => `${dip - (dips[i - 1] ?? 0)}`).reduce((lines: string[], step) => {
    const last = lines.at(-1);
    if (last === undefined || last.length + step.length >= LINE) lines.push(step);
    else lines[lines.length - 1] = `${last} ${step}`;
    return lines;
  }, []);
  return `/** Made by bench/dip_table.ts: dips of ${DIP_SAMPLES} samples of ${DIP_SIMULATED_UP_TO} uniform values, in order. */

${PUBLIC} SETTLED_UNIT = ${UNIT};

/** The smallest dip in units, then the step to each next one. */
${PUBLIC} SETTLED_STEPS =
${lines.map((line, i) => `  "${line}${i < lines.length - 1 ? ' "' : '"'}`).join(" +\n")};
`;
}

if (import.meta.main) Deno.writeTextFileSync("analysis/stats/dip.generated.ts", dipTable());
